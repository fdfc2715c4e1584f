"""A picture as pages show it: shape, placeholder colour, files and words, all prepared."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from django.urls import reverse

from gallery import words
from gallery.addresses import address
from gallery.models import Image
from gallery.pictures import RENDITIONS

# The shapes that the stylesheet knows, by width through height.
SHAPES = {
    "ar-21x9": 21 / 9,
    "ar-16x9": 16 / 9,
    "ar-3x2": 3 / 2,
    "ar-4x3": 4 / 3,
    "ar-5x4": 5 / 4,
    "ar-1x1": 1.0,
    "ar-4x5": 4 / 5,
    "ar-3x4": 3 / 4,
    "ar-2x3": 2 / 3,
    "ar-9x16": 9 / 16,
    "ar-9x21": 9 / 21,
}


SHOWN = ("width", "height", "colour", "prompt", "created_at")  # of a picture, in lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    id: str
    shape: str
    colour: str
    page: str
    original: str
    edit: str
    small: str
    medium: str
    large: str
    previews: str  # srcset
    width: str
    height: str
    prompt: str
    caption: str
    name: str  # of the link to its page
    favour: str
    restore: str
    is_favourite: bool
    approval: str  # what was decided of it in the gallery that is shown


@cache
def _edit_page() -> str:
    return reverse("edit")


@lru_cache(maxsize=1024)  # most pictures share a few sizes
def shape_of(width: int, height: int) -> str:
    """The nearest shape; longer and shorter sides weigh the same."""
    ratio = width / height
    return min(SHAPES, key=lambda name: max(ratio / SHAPES[name], SHAPES[name] / ratio))


def tile_of(image: Image, query: str = "") -> Tile:
    """The query tells its page from which list it is opened."""
    key = str(image.pk)
    return Tile(
        id=key,
        shape=shape_of(image.width, image.height),
        colour=image.colour,
        page=address("image_detail", key) + query,
        original=address("image_file", key),
        edit=f"{_edit_page()}?image={key}",
        small=address("image_rendition", key, "small"),
        medium=address("image_rendition", key, "medium"),
        large=address("image_rendition", key, "large"),
        previews=", ".join(_previews(image, key)),
        width=str(image.width),
        height=str(image.height),
        prompt=image.prompt,
        caption=(caption := words.shortened(image.prompt, 80)),
        name=f"Open picture: {caption}",
        favour=address("image_favourite", key),
        restore=address("image_restore", key),
        is_favourite=getattr(image, "is_favourite", False),  # where they were `marked_for` someone
        approval=getattr(image, "approval", ""),
    )


def _previews(image: Image, key: str) -> Iterator[str]:
    """For the browser to choose from; the smaller pictures are never enlarged."""
    longest = max(image.width, image.height)
    for size, side in RENDITIONS.items():
        width = round(image.width * min(1, side / longest))
        yield f"{address('image_rendition', key, size)} {width}w"
