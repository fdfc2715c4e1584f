"""Which pictures a form means: those that are ticked, or everything that a list finds."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict

from accounts.models import Person
from gallery import listings, shelves
from gallery.listings import Listing

MOST = 5_000  # at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    keys: tuple[uuid.UUID, ...]  # as they were sent: this person may not see, or not have, each
    listing: Listing  # where they were selected
    is_everything: bool

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def ticked(self) -> str:
        """For a form that asks something more before it goes on."""
        return "" if self.is_everything else " ".join(key.hex for key in self.keys)


class Unusable(Exception):
    """In words for whoever selected."""

    def __init__(self, words: str, listing: Listing) -> None:
        super().__init__(words)
        self.listing = listing


def read(person: Person, form: QueryDict) -> Selection:
    """Raises Unusable when it is nothing, or too much."""
    listing = listing_of(person, form.get("list", ""))
    is_everything = "everything" in form
    keys = _found_in(listing) if is_everything else tuple(dict.fromkeys(_ticked(form)))
    if not keys:
        raise Unusable("Select pictures first.", listing)
    if len(keys) > MOST:
        words = f"These are more than {MOST:,} pictures. Act on fewer of them at once."
        raise Unusable(words, listing)
    return Selection(keys=keys, listing=listing, is_everything=is_everything)


def listing_of(person: Person, query: str) -> Listing:
    """The list whose pages carry this query."""
    return listings.find(person, QueryDict(query.removeprefix("?")).dict())


def _found_in(listing: Listing) -> tuple[uuid.UUID, ...]:
    return tuple(row.pk for row in shelves.older(listing, None, most=MOST + 1))


def _ticked(form: QueryDict) -> Iterator[uuid.UUID]:
    """A script sends them all in one field: Django counts fields, and refuses a thousand."""
    for word in " ".join(form.getlist("image")).split():
        try:
            yield uuid.UUID(word)
        except ValueError:
            continue  # there is no such picture
