"""Django's and allauth's own middleware, kept away from the requests that come by the thousand."""

import time
from collections.abc import Callable, Iterator
from contextvars import Context, copy_context
from typing import Any

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import resolve

from fluxsite import polls
from fluxsite.logs import known_as, request_id
from fluxsite.metrics import answers


class NotedRequestsMiddleware:
    """Names each request for the log, and counts how long its answer took."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = known_as(request.headers.get("X-Request-ID", ""))
        token, began = request_id.set(known), time.perf_counter()
        try:
            response = _named_throughout(self.get_response(request))
        finally:
            request_id.reset(token)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        labels = answers.labels(view=view or "none", status=str(response.status_code))
        labels.observe(time.perf_counter() - began)
        response.headers["X-Request-ID"] = known
        # What says nothing of itself is one person's page: no cache on the way may keep it.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _named_throughout(response: HttpResponseBase) -> HttpResponseBase:
    """What is logged while a body is made belongs to its request, too. WhiteNoise's files log
    nothing, and the web server may send them by itself."""
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
        response.streaming_content = _within(copy_context(), iter(response))
    return response


def _within(context: Context, pieces: Iterator[bytes]) -> Iterator[bytes]:
    while (piece := context.run(next, pieces, None)) is not None:
        yield piece


class UnchangedPollsMiddleware:
    """Lets the commonest request pass by all other middleware. Our web server asks even before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_asked = polls.ASKED in request.META
        headers = None if is_asked else polls.unchanged(request.method or "", request.path_info)
        if headers is None:
            return self.get_response(request)
        request.resolver_match = resolve(request.path_info)
        return HttpResponse(status=204, headers=headers)


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
