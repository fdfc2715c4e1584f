"""Choose a picture out of one's library: to edit it, or to lay it beside others."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Person
from gallery import listings, shelves
from gallery.shelves import Mark
from gallery.tiles import Tile

EDIT, COMPARE = "edit", "compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    tile: Tile
    address: str  # of the page with this picture
    part: str  # of the part of an open edit page with it; empty when there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    purpose: str
    choices: tuple[Choice, ...]
    older: str  # address of the next page


def choices_of(
    person: Person, *, purpose: str, beside: Sequence[str], after: Mark | None
) -> Choices:
    """One page of the library, newest first; `beside` are the pictures chosen before."""
    shelf = shelves.shelf(listings.library(person), after=after)
    base, part = _bases(purpose, beside)
    tiles = [tile for day in shelf.days for tile in day.tiles]
    query = {"for": purpose, "i": beside, "after": shelf.older}
    return Choices(
        purpose=purpose,
        choices=tuple(
            Choice(tile=tile, address=base + tile.id, part=part and part + tile.id)
            for tile in tiles
            if tile.id not in beside
        ),
        older=f"{reverse('pick')}?{urlencode(query, doseq=True)}" if shelf.older else "",
    )


def _bases(purpose: str, beside: Sequence[str]) -> tuple[str, str]:
    """What the ids are appended to."""
    if purpose == COMPARE:
        before = "".join(f"i={key}&" for key in beside)
        return f"{reverse('compare')}?{before}i=", ""
    return f"{reverse('edit')}?image=", f"{reverse('edit_source')}?image="
