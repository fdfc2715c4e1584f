"""Real result pictures, cheap to make, and one that is a bomb."""

import io
import math
import struct
import zlib
from functools import lru_cache

from PIL import Image, ImageDraw

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_PILLOW = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
HUGE = 300 * 1024 * 1024


def shape(size: str) -> tuple[int, int]:
    """The pixels that a size asks for: about one megapixel for a ratio."""
    if "x" in size:
        width, height = size.split("x")
        return int(width), int(height)
    across, down = (int(part) for part in size.split(":"))
    unit = math.sqrt(1024 * 1024 / (across * down))
    return round(across * unit / 32) * 32, round(down * unit / 32) * 32


def picture(pixels: tuple[int, int], kind: str = "png", *, stamp: str = "") -> bytes:
    """A picture of that shape; each stamp gives other bytes without drawing anew."""
    data = _drawn(pixels, kind, zlib.crc32(stamp.encode()) % 8)
    if kind == "png":
        return (
            data[: -len(_PNG_END)] + _png_chunk(b"tEXt", b"Comment\0" + stamp.encode()) + _PNG_END
        )
    if kind == "jpg":
        note = stamp.encode()
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + data[2:]
    return data


@lru_cache(maxsize=1)
def bomb(side: int = 30_000) -> bytes:
    """A valid PNG of side x side pixels in a file of about 100 kB."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + _png_chunk(b"IHDR", head) + _png_chunk(b"IDAT", pixels) + _PNG_END


@lru_cache(maxsize=64)
def _drawn(pixels: tuple[int, int], kind: str, tone: int) -> bytes:
    width, height = pixels
    image = Image.new("RGB", pixels, (30 + 20 * tone, 60, 200 - 20 * tone))
    pen = ImageDraw.Draw(image)
    pen.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=(240, 200, 90))
    out = io.BytesIO()
    image.save(out, _PILLOW[kind])
    return out.getvalue()


def _png_chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
