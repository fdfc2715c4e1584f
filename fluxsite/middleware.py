"""Django's and allauth's own middleware, kept away from the requests that come by the thousand."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import ResolverMatch, resolve, reverse
from django.utils import timezone

from fluxsite.logs import known_as, request_id
from fluxsite.metrics import answers
from gallery import stamps


class NotedRequestsMiddleware:
    """Names each request for the log, and counts how long its answer took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = known_as(request.headers.get("X-Request-ID", ""))
        token, began = request_id.set(known), time.perf_counter()
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        labels = answers.labels(view=view or "none", status=str(response.status_code))
        labels.observe(time.perf_counter() - began)
        response.headers["X-Request-ID"] = known
        # What says nothing of itself is one person's page: no cache on the way may keep it.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class UnchangedPollsMiddleware:
    """Answers a page that has seen all there is, before anything else is done for it.

    It is the commonest request by far: no session, no person, no template, and none of the other
    middleware, which takes four times as long as the answer. All other polls go on to the view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before, poll = _polls()
        if request.method == "GET" and request.path_info.startswith(before):
            seen = stamps.read(request.path_info.removeprefix(before).rstrip("/"))
            if seen and not stamps.has_moved(seen):
                request.resolver_match = poll
                return _nothing_new(seen)
        return self.get_response(request)


@cache
def _polls() -> tuple[str, ResolverMatch]:
    """What the addresses of polls begin with, and where they lead."""
    address = reverse("live_poll", args=["-"])
    return address.removesuffix("-/"), resolve(address)


def _nothing_new(seen: stamps.Stamp) -> HttpResponse:
    headers = {
        "Cache-Control": "no-store, private",
        "Poll-After": str(seen.pace(timezone.now())),
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(status=204, content_type="text/plain", headers=headers)


class CompressedPagesMiddleware(GZipMiddleware):
    """Pages and their fragments only: pictures are dense already, and keep their ranges."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_page = response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Asks who is there only where it matters: an open view costs no session and no person."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class PageSessionsMiddleware(UserSessionsMiddleware):  # type: ignore[misc]
    """Notes by pages when a session was last seen; polls and thumbnails would cost a write each."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = "text/html" in request.headers.get("Accept", "")
        answer = super().__call__ if is_page else self.get_response
        response: HttpResponse = answer(request)
        return response
