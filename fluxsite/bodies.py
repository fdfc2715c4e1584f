"""Bodies of requests: whoever sends theirs drop by drop keeps few of the web server's threads."""

import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from gallery.places import Places, who_asks

AT_ONCE = 6  # threads that wait for what has not come yet
EACH = 3  # of these, for one address
PATIENCE = 0.5  # seconds; a body that is there is read in a hundredth of that
PIECE = 64 * 1024

_places = Places(AT_ONCE, each=EACH)


class NobodyWaits(OSError):
    """As many as may wait for slow bodies do so. To Django, it is a request that broke off."""


def begin(environ: dict[str, Any]) -> bool:
    """Whether the body's first piece is here, or there is none. What follows is waited for in
    the same way, when it is read."""
    length = environ.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdecimal() and int(length)):
        return True  # Django reads nothing of it either
    slow = _Slow(environ["wsgi.input"], int(length), _sender_of(environ))
    body = io.BufferedReader(slow, PIECE)
    try:
        body.peek(1)
    except NobodyWaits:
        return False
    environ["wsgi.input"] = body
    return True


class _Slow(io.RawIOBase):
    def __init__(self, source: Any, length: int, who: str) -> None:
        self._source, self._left, self._who = source, length, who

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            return 0
        place = _places.take(self._who, patience=PATIENCE)
        if not place:
            raise NobodyWaits
        try:
            data = self._source.read(min(len(buffer), self._left))
        finally:
            place.leave()
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def _sender_of(environ: dict[str, Any]) -> str:
    request = HttpRequest()
    request.META = environ
    try:
        return who_asks(request)
    except PermissionDenied:  # the proxy in front did not say
        return "nobody knows whom"
