"""Hand out a private file, once whoever calls has decided that it may be seen."""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import (
    content_disposition_header,
    http_date,
    quote_etag,
)

from gallery.places import Place, Places, who_asks

CHUNK = 256 * 1024
# A slow reader keeps one of the web server's threads to the last byte: some are left for pages.
AT_ONCE = 20  # of what is longer than a piece
EACH = 5  # of these, for one person or guest
# Style, because browsers bring their own to a picture that is opened by itself.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
FOR_EVER = "private, max-age=31536000, immutable"
ASK_EACH_TIME = "private, no-cache"
ONE_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})", re.IGNORECASE)
# Path separators, what some systems forbid, line breaks, and marks that reverse the reading.
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u2028-\u202e\u2066-\u2069]+')

_places = Places(AT_ONCE, each=EACH)


def send(
    request: HttpRequest,
    *,
    storage: Storage,
    name: str,
    content_type: str,
    etag: str,
    last_modified: datetime | None = None,
    download_as: str = "",
    accel: str = "",
    is_immutable: bool = True,
    who: str = "",
) -> HttpResponseBase:
    """The file, or the part asked for, or Http404. Below `accel`, nginx sends it by itself.

    `who` has the place that a long one takes: whoever asks, unless somebody else is named.
    """
    modified = int(last_modified.timestamp()) if last_modified else None
    headers = _headers(content_type, quote_etag(etag), modified, download_as, is_immutable)
    described = HttpResponse(headers=headers)
    answer = get_conditional_response(request, headers["ETag"], modified, described)
    if answer and answer is not described:
        return answer
    if accel and isinstance(storage, FileSystemStorage):
        return _handed_over(described, storage, name, accel)
    who = who or who_asks(request)
    return _sent(request, _opened(storage, name), headers, who)


def pieces_of(storage: Storage, name: str) -> Generator[bytes, None, None]:
    """The whole file, a piece at a time. Raises FileNotFoundError, and that at once."""
    file = storage.open(name)
    return _pieces(file, range(file.size))


def as_download(data: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file that was made for this one request."""
    headers = {
        "Content-Type": content_type,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": POLICY,
        "Content-Disposition": attachment(name),
    }
    return HttpResponse(data, headers=headers)


def _headers(
    content_type: str, etag: str, modified: int | None, download_as: str, is_immutable: bool
) -> dict[str, str]:
    return {
        "Content-Type": content_type,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": POLICY,
        "Cache-Control": FOR_EVER if is_immutable else ASK_EACH_TIME,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        **({"Last-Modified": http_date(modified)} if modified else {}),
        **({"Content-Disposition": attachment(download_as)} if download_as else {}),
    }


def attachment(name: str) -> str:
    return content_disposition_header(True, NOT_IN_NAMES.sub("-", name)) or "attachment"


def _handed_over(
    response: HttpResponse, storage: FileSystemStorage, name: str, accel: str
) -> HttpResponse:
    if not storage.exists(name):
        raise Http404
    response.headers["X-Accel-Redirect"] = accel.rstrip("/") + "/" + quote(name)
    return response


def _opened(storage: Storage, name: str) -> "File[Any]":
    try:
        return storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error


def _sent(
    request: HttpRequest, file: "File[Any]", headers: dict[str, str], who: str
) -> HttpResponseBase:
    size = file.size
    span = _asked_for(request, size, headers)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers=headers | {"Content-Length": str(size)})
    if span is None:
        return _streamed(file, range(size), headers, who)
    if span:
        headers = headers | {"Content-Range": f"bytes {span.start}-{span.stop - 1}/{size}"}
        return _streamed(file, span, headers, who, status=206)
    file.close()
    return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})


def _asked_for(request: HttpRequest, size: int, headers: dict[str, str]) -> range | None:
    """The bytes asked for: none when there are no such, None when the whole file is meant."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or request.method != "GET" or not _is_still_the_same(request, headers):
        return None
    first, last = asked["first"], asked["last"]
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def _is_still_the_same(request: HttpRequest, headers: dict[str, str]) -> bool:
    """A range of what has changed meanwhile would not fit to the part that is there already."""
    known = request.headers.get("If-Range")
    return known is None or known in (headers["ETag"], headers.get("Last-Modified"))


def _streamed(
    file: "File[Any]", span: range, headers: dict[str, str], who: str, status: int = 200
) -> HttpResponseBase:
    is_long = len(span) > CHUNK
    place = _places.take(who) if is_long else None
    if is_long and not place:
        file.close()
        words = "Too many downloads are under way. Try again in a moment.\n"
        busy = {"Retry-After": "5", "Cache-Control": "no-store"}
        return HttpResponse(words, status=503, content_type="text/plain", headers=busy)
    headers = headers | {"Content-Length": str(len(span))}
    return StreamingHttpResponse(_Part(file, span, place), status=status, headers=headers)


class _Part:
    """A part of a file, piece by piece; closed with the response, even one that was never sent."""

    def __init__(self, file: "File[Any]", span: range, place: Place | None) -> None:
        self._file, self._place = file, place
        self._pieces = _pieces(file, span)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        try:
            self._pieces.close()
            self._file.close()
        finally:
            if self._place:
                self._place.leave()


def _pieces(file: "File[Any]", span: range) -> Generator[bytes, None, None]:
    with closing(_begun(file, span)) as source:
        left = len(span)
        while left and (piece := source.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


def _begun(file: "File[Any]", span: range) -> "IO[bytes] | File[Any]":
    in_s3 = getattr(file, "part", None)
    if in_s3 and span:
        part: IO[bytes] = in_s3(span)
        return part
    file.seek(span.start)
    return file
