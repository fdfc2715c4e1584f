"""Doors that only some people of the team may open."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.requests import TeamRequest


def admins_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For anybody else there is nothing at this address."""

    @wraps(view)
    def checked(request: TeamRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_admin:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


def with_few_tries(
    action: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Whoever comes too often, with whatever link, is sent away; the settings say how often."""

    def limited(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            too_many: HttpResponse | None = ratelimit.consume_or_429(
                request, action=action, limit_get=True
            )
            return too_many or view(request, *args, **kwargs)

        return checked

    return limited


def with_a_key_for_address(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """What the page asks for next is told of the site alone, and not of the key.

    Not `no-referrer`: browsers would call the form's origin "null", and Django would refuse it.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return checked


def with_passwords(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Where passwords are turned off, there is nothing at this address."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.LOCAL_PASSWORDS:
            raise Http404
        return view(request, *args, **kwargs)

    return checked
