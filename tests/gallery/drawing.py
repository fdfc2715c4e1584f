"""Small pictures for tests, and what became of them."""

import io
import struct
import zlib

from PIL import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)


def halves(mode="RGB", size=(80, 40), left=RED, right=BLUE):
    image = Image.new("RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image.convert(mode)


def detailed(size=(160, 120)):
    return Image.merge("RGB", [Image.effect_noise(size, 60 + 20 * band) for band in range(3)])


def written(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file


def shown(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_near(pixel, wanted, by=12):
    return all(abs(a - b) <= by for a, b in zip(pixel, wanted, strict=True))


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width, height, depth=8, colour=2):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def png(width, height, rows, **kind):
    body = png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return png_header(width, height, **kind) + body
