"""One picture as the viewer shows it, over a grid or on a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode

from accounts.models import Person
from gallery import comparing, facts, rating, walking, words
from gallery.addresses import address
from gallery.facts import Fact, Family
from gallery.flux import catalog
from gallery.lineage import Lineage, lineage_of
from gallery.models import Image
from gallery.rating import Opinion
from gallery.tiles import Tile, tile_of
from gallery.trash import KEPT_DAYS
from gallery.walking import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where its buttons lead; empty for what this person may not do."""

    again: str
    compare: str
    vary: str
    galleries: str
    download: str
    trash: str
    restore: str
    purge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    tile: Tile
    heading: str
    is_edit: bool
    facts: tuple[Fact, ...]
    sha256: str
    families: tuple[Family, ...]
    lineage: Lineage | None
    opinion: Opinion | None  # of what is in the trash there is none
    walk: Walk
    doors: Doors
    gone_on: str  # the day on which it leaves the trash; empty outside it


def view_of(image: Image, person: Person, asked: Mapping[str, str]) -> View:
    """Needs the picture's owner, its generation and that one's model at hand."""
    walk = walking.walk(image, person, asked)
    return View(
        tile=tile_of(image),
        heading=words.shortened(image.prompt, 60),
        is_edit=image.generation.is_edit,
        facts=facts.facts_of(image),
        sha256=image.sha256,
        families=facts.families_of(image, Image.objects.visible_to(person)),
        lineage=lineage_of(image, person),
        opinion=None if image.trashed_at else rating.opinion_of(image, person),
        walk=walk,
        doors=_doors(image, person, walk),
        gone_on=_gone_on(image),
    )


def _doors(image: Image, person: Person, walk: Walk) -> Doors:
    key, is_own = str(image.pk), image.owner_id == person.pk
    makes = is_own and person.is_maker
    again = reverse("edit" if image.generation.is_edit else "studio")
    vary = f"{reverse('edit')}?image={key}&count={catalog.MAX_COUNT}"
    return Doors(
        again=f"{again}?again={image.generation_id}" if makes else "",
        compare=comparing.address_for(image, person),
        vary=vary if person.is_maker else "",
        galleries=address("image_galleries", key) if is_own else "",
        download=address("image_download", key),
        trash=f"{address('image_trash', key)}?{urlencode({'back': walk.back})}" if is_own else "",
        restore=address("image_restore", key),
        purge=address("image_purge", key),
    )


def _gone_on(image: Image) -> str:
    if not image.trashed_at:
        return ""
    last = timezone.localtime(image.trashed_at + timedelta(days=KEPT_DAYS))
    return formats.date_format(last, "j F Y")
