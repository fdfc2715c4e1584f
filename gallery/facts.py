"""What a picture's page tells of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.text import slugify

from gallery import words
from gallery.models import Image
from gallery.models.image import ImageQuerySet
from gallery.pictures import KINDS
from gallery.tiles import Tile, tile_of

EXTENSIONS = {kind.content_type: kind.extension for kind in KINDS.values()}
MOST_RELATED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    name: str
    tiles: tuple[Tile, ...]


def facts_of(image: Image) -> tuple[Fact, ...]:
    """Needs the picture's owner, its generation and that one's model at hand."""
    return tuple(_facts(image))


def families_of(image: Image, visible: ImageQuerySet) -> tuple[Family, ...]:
    """What was made together with it; `gallery.lineage` tells what was edited from what."""
    siblings = visible.filter(generation=image.generation_id).exclude(pk=image.pk)
    together = list(siblings.order_by("position")[:MOST_RELATED])
    return (_family("Made together", together),) if together else ()


def download_name(image: Image, extension: str = "") -> str:
    name = slugify(words.shortened(image.prompt, 50)) or "picture"
    extension = extension or EXTENSIONS.get(image.content_type, "bin")
    return f"{name}-{image.pk.hex[:8]}.{extension}"


def _family(name: str, images: Iterable[Image]) -> Family:
    return Family(name=name, tiles=tuple(tile_of(image) for image in images))


def _facts(image: Image) -> Iterator[Fact]:
    generation = image.generation
    model = generation.model
    yield Fact(name="Model", value=model.label if model else image.model_name)
    yield Fact(name="Size", value=f"{image.width} × {image.height}")
    yield Fact(name="Asked for", value=words.size(generation.size))
    if image.seed:
        yield Fact(name="Seed", value=image.seed)
    if generation.submitted_at and generation.done_at:
        took = (generation.done_at - generation.submitted_at).total_seconds()
        yield Fact(name="Took", value=words.duration(took))
    if generation.cost is not None:
        yield Fact(name="Cost", value=_cost(image))
    yield Fact(name="Made by", value=str(image.owner))
    yield Fact(
        name="Made on",
        value=formats.date_format(timezone.localtime(image.created_at), "j M Y, H:i"),
    )
    kind = EXTENSIONS.get(image.content_type, "").upper()
    yield Fact(name="File", value=f"{kind} {words.file_size(image.bytes)}".strip())


def _cost(image: Image) -> str:
    generation = image.generation
    cost = words.in_credits(generation.cost or Decimal(0))
    arrived = generation.images.count()
    return cost if arrived == 1 else f"{cost} for {words.pictures(arrived)}"
