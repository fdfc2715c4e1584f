"""Guests, who come by a link and have no account: what they may do, and how they are known.

One signed cookie a link, sent back below the link's own address only, says that its password was
given and which guest this is. It holds for as long as link and password do. It comes along from
no other site (SameSite), and whoever knows the address may do all of this anyway; so the forms of
guests carry no token against forgery, which browsers that send no referrer could not prove.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from gallery.models import Guest, ShareLink

COOKIE = "fluxsite_guest"
SALT = "gallery.guests"
COOKIE_AGE = 30 * 24 * 3600  # seconds
GUESSES = "link_password"  # named by the settings, with its rate


class Unknown(LookupError):
    """No link has this token."""


class TooManyGuesses(Exception):
    """The password of a link is being guessed at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    token: str
    link: ShareLink
    has_ended: bool
    is_locked: bool
    is_new: bool  # this browser has not been seen with the link
    guest: Guest | None

    @property
    def takes_responses(self) -> bool:
        return self.link.takes_responses and self.guest is not None


def visit(request: HttpRequest, token: str) -> Visit:
    """Who comes by a link, and how far it lets them. Raises Unknown."""
    links = ShareLink.objects.with_token(token)
    link = links.select_related("gallery__owner", "created_by").first()
    if link is None:
        raise Unknown
    told = _told(request, link)
    is_open = not link.password or constant_time_compare(told.get("open", ""), _proof(link))
    key = told.get("guest")
    return Visit(
        token=token,
        link=link,
        has_ended=not link.is_live,
        is_locked=not is_open,
        is_new=not told,
        guest=Guest.objects.filter(link=link, pk=key).first() if key else None,
    )


def check_guess(request: HttpRequest, link: ShareLink | None, password: str) -> bool:
    """Whether it is the link's password. Raises TooManyGuesses.

    A link that does not exist takes as long as one that does.
    """
    key = str(link.pk) if link else "nobody"
    if not ratelimit.consume(request, action=GUESSES, key=key):
        raise TooManyGuesses
    encoded = link.password if link and link.password else _nobodys_password()
    is_right = check_password(password, encoded)
    return bool(is_right and link and link.password)


def count_view(visit: Visit) -> None:
    """Once for each browser that keeps the cookie."""
    if visit.is_new:
        ShareLink.objects.filter(pk=visit.link.pk).update(views=F("views") + 1)


def introduce(visit: Visit, name: str) -> Guest:
    """The guest under this name; the same one when they change it."""
    if visit.guest:
        Guest.objects.filter(pk=visit.guest.pk).update(name=name)
        return visit.guest
    return Guest.objects.create(link=visit.link, name=name)


def remember(response: HttpResponse, visit: Visit, guest: Guest | None = None) -> None:
    """That the password was given, and who it is."""
    known = guest or visit.guest
    value = {
        "link": str(visit.link.pk),
        "open": _proof(visit.link),
        "guest": str(known.pk) if known else "",
    }
    response.set_cookie(
        COOKIE,
        signing.dumps(value, salt=SALT),
        max_age=COOKIE_AGE,
        path=f"/g/{visit.token}/",
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def _told(request: HttpRequest, link: ShareLink) -> dict[str, Any]:
    """What the cookie says of this link; nothing when it is forged or old."""
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return {}
    return value if value.get("link") == str(link.pk) else {}


def _proof(link: ShareLink) -> str:
    """Holds until the password changes."""
    return salted_hmac(SALT, f"{link.pk}:{link.password}", algorithm="sha256").hexdigest()


@cache
def _nobodys_password() -> str:
    return make_password("of a link that does not exist")
