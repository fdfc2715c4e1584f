"""Files that people send to start an edit from. They are all that the emulator keeps."""

import hashlib
import io
import os
import re
import tempfile
from pathlib import Path

from PIL import Image

from gallery.flux.emulator.submitting import Refusal

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
KEPT_FOR = 7 * 86_400.0
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif", "BMP": "bmp"}

_BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";]+)"?', re.IGNORECASE)
_FILE = re.compile(rb'content-disposition:[^\r\n]*;\s*name="?file"?[\s;\r]', re.IGNORECASE)


def store(content_type: str, body: bytes, *, keep: Path, now: float) -> str:
    """Keep the picture of a multipart form, by its content; return its name. Raises Refusal."""
    data = _file(content_type, body)
    if len(data) > MAX_BYTES:
        raise Refusal(413, "content_too_large", "The file is larger than 25 MB.")
    name = f"{hashlib.sha256(data).hexdigest()}.{_suffix(data)}"
    keep.mkdir(parents=True, exist_ok=True)
    _forget_old(keep, now)
    _write(keep / name, data)
    return name


def _file(content_type: str, body: bytes) -> bytes:
    match = _BOUNDARY.match(content_type)
    if match is None:
        raise Refusal(400, "bad_request", "a multipart form is required")
    for part in body.split(b"--" + match[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        if _FILE.search(head + b"\r"):
            return data.removesuffix(b"\r\n")
    raise Refusal(400, "bad_request", "file is required")


def _suffix(data: bytes) -> str:
    """Which kind of picture it is. It must be whole, and of a sane size."""
    try:
        with Image.open(io.BytesIO(data), formats=tuple(SUFFIXES)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refusal(400, "bad_request", "The picture has too many pixels.")
            image.load()
            return SUFFIXES[str(image.format)]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refusal(400, "bad_request", "The file is not a picture.") from error


def _forget_old(keep: Path, now: float) -> None:
    for path in keep.iterdir():
        if path.stat().st_mtime < now - KEPT_FOR:
            path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, although several processes may write the same."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(draft).replace(path)
