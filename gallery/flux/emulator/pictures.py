"""The addresses of the emulator's pictures, and the files behind them."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from gallery.flux.emulator import tickets
from gallery.flux.emulator.tickets import Recipe, Source, Ticket
from gallery.flux.painting import paint

EMULATOR_URL = "https://emulator.invalid"
MISSING_FOR = 20.0  # seconds that "missing picture" lasts
TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "bmp": "image/bmp",
}
WEB_PAGE = b"<!doctype html><title>Not a picture</title><p>This is a web page.</p>"

_PICTURE = re.compile(r"/pictures/([A-Za-z0-9_-]+)/([0-9])\.(png|jpg)")
_UPLOAD = re.compile(rf"/uploads/({tickets.UPLOAD.pattern})")


def address(task_id: str, ticket: Ticket, place: int) -> str:
    return f"{EMULATOR_URL}/pictures/{task_id}/{place}.{ticket.suffix}"


def upload_address(name: str) -> str:
    return f"{EMULATOR_URL}/uploads/{name}"


def origin(url: str, keep: Path) -> Recipe | None:
    """What the picture at an address of ours is made from; None for any other address."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != EMULATOR_URL:
        return None
    upload = _UPLOAD.fullmatch(parts.path)
    if upload:
        is_kept = (keep / upload[1]).is_file()
        return Recipe(source=Source(upload=upload[1])) if is_kept else None
    found = _found(parts.path)
    return found[0].recipe.variation(found[1]) if found else None


class Pictures:
    """Answers a GET of any picture of ours."""

    def __init__(self, *, keep: Path, clock: Callable[[], float] = time.time) -> None:
        self.keep = keep
        self.clock = clock

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            return _missing(405)
        upload = _UPLOAD.fullmatch(request.url.path)
        if upload:
            return self._upload(upload[1])
        found = _found(request.url.path)
        return self._picture(*found) if found else _missing()

    def _upload(self, name: str) -> httpx.Response:
        path = self.keep / name
        if not path.is_file():
            return _missing()
        return _file(path.read_bytes(), path.suffix[1:])

    def _picture(self, ticket: Ticket, place: int) -> httpx.Response:
        wait = MISSING_FOR if "missing picture" in ticket.words else 0
        if not ticket.is_good or self.clock() < ticket.finished + wait:
            return _missing()
        if "html picture" in ticket.words:
            return httpx.Response(200, html=WEB_PAGE.decode())
        try:
            data = paint(ticket.work(place, self.keep))
        except OSError:  # the upload that it was made from is gone
            return _missing(410)
        if "broken picture" in ticket.words:
            data = data[: len(data) * 3 // 5]
        return _file(data, ticket.suffix)


def _found(path: str) -> tuple[Ticket, int] | None:
    match = _PICTURE.fullmatch(path)
    ticket = tickets.read(match[1]) if match else None
    if match is None or ticket is None or ticket.suffix != match[3]:
        return None
    place = int(match[2])
    return (ticket, place) if place < ticket.count else None


def _file(data: bytes, suffix: str) -> httpx.Response:
    return httpx.Response(200, content=data, headers={"content-type": TYPES[suffix]})


def _missing(status: int = 404) -> httpx.Response:
    return httpx.Response(status, text="There is no such picture.")
