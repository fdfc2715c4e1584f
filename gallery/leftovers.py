"""What somebody leaves behind as one file: the originals, and a table of what they are."""

import csv
import io
from collections.abc import Iterator

from django.core.files.storage import default_storage
from zipstream import ZIP_STORED, ZipStream

from accounts.models import Person
from gallery.models import Image

PIECE = 256 * 1024  # bytes
COLUMNS = ("file", "prompt", "model", "seed", "width", "height", "bytes", "made at")
# What a spreadsheet would take for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def pack(person: Person) -> Iterator[bytes]:
    """A zip file piece by piece; a picture is opened when its turn comes."""
    package = ZipStream(compress_type=ZIP_STORED)
    images = Image.objects.owned_by(person).order_by("created_at", "pk")
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(COLUMNS)
    for image in images.iterator():
        name = _name_of(image)
        lines.writerow([in_cell(cell) for cell in _facts(image, name)])
        package.add(_content(image.original), name)
    package.add(table.getvalue().encode("utf-8-sig"), "pictures.csv")
    yield from package


def in_cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _facts(image: Image, name: str) -> tuple[object, ...]:
    made = image.created_at.isoformat(timespec="seconds")
    size = (image.width, image.height, image.bytes)
    return (name, image.prompt, image.model_name, image.seed, *size, made)


def _name_of(image: Image) -> str:
    ending = image.content_type.rpartition("/")[2].replace("jpeg", "jpg")
    return f"pictures/{image.created_at:%Y-%m-%d}-{image.pk}.{ending}"


def _content(name: str) -> Iterator[bytes]:
    """Nothing when the file has gone: the others are worth having all the same."""
    try:
        with default_storage.open(name) as file:
            while piece := file.read(PIECE):
                yield piece
    except FileNotFoundError:
        return
