"""Answers a page that has seen all there is, before anything else is done for it.

It is the commonest request by far: no session, no person, no template. All other polls go on to
the view.
"""

from collections.abc import Mapping
from functools import cache

from django.urls import reverse
from django.utils import timezone

from gallery import stamps

ASKED = "fluxsite.poll_asked"  # in the environ of a request: the web server has asked already


def unchanged(method: str, path: str) -> Mapping[str, str] | None:
    """The headers of the answer 204; None for whatever is no poll, or is one with news."""
    before = _before()
    if method != "GET" or not path.startswith(before):
        return None
    seen = stamps.read(path.removeprefix(before).rstrip("/"))
    if seen is None or stamps.has_moved(seen):
        return None
    return {
        "Cache-Control": "no-store, private",
        "Content-Type": "text/plain",
        "Poll-After": str(seen.pace(timezone.now())),
        "X-Content-Type-Options": "nosniff",
    }


@cache
def _before() -> str:
    """What the addresses of polls begin with."""
    return reverse("live_poll", args=["-"]).removesuffix("-/")
