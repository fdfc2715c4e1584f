"""The lists of pictures that a person may look through: what is in each, and where its page is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.models import Person
from gallery.models import Image

LIBRARY, FAVOURITES, TRASH = "library", "favourites", "trash"

Rows = QuerySet[Any]  # pictures, each with the value `at` by which its list is ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Whoever has the highest `at` stands first, and of those alike who has the highest key."""

    name: str
    rows: Rows
    page: str  # the address of its own page
    words: str  # what that page is called in a sentence
    query: str  # tells a picture's page from which list it was opened
    is_timed: bool = True  # `at` is a moment, and its days are headings; else it is a whole number


def find(person: Person, asked: Mapping[str, str]) -> Listing:
    """The list that an address names by `in`; the library when it names none."""
    return MAKERS.get(asked.get("in", ""), library)(person)


def library(person: Person) -> Listing:
    rows = Image.objects.owned_by(person).marked_for(person).annotate(at=F("created_at"))
    page = reverse(LIBRARY)
    return Listing(name=LIBRARY, rows=rows, page=page, words="the library", query="")


def favourites(person: Person) -> Listing:
    chosen = Image.objects.visible_to(person).filter(favourites__person=person)
    return Listing(
        name=FAVOURITES,
        rows=chosen.marked_for(person).annotate(at=F("favourites__created_at")),
        page=reverse(FAVOURITES),
        words="your favourites",
        query=f"?in={FAVOURITES}",
    )


def trash(person: Person) -> Listing:
    rows = Image.objects.in_trash_of(person).annotate(at=F("trashed_at"))
    page = reverse(TRASH)
    return Listing(name=TRASH, rows=rows, page=page, words="the trash", query=f"?in={TRASH}")


MAKERS: dict[str, Callable[[Person], Listing]] = {
    LIBRARY: library,
    FAVOURITES: favourites,
    TRASH: trash,
}
