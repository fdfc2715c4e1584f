"""The lists of pictures that a person may look through: what is in each, and where its page is."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.models import Person
from gallery.models import Gallery, Image
from gallery.models.image import ImageQuerySet

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
    name = asked.get("in", "")
    if found := gallery_named(person, name):
        return in_gallery(found, person)
    return MAKERS.get(name, library)(person)


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


def in_gallery(gallery: Gallery, person: Person) -> Listing:
    """Of a gallery that the person may see."""
    return Listing(
        name=str(gallery.pk),
        rows=rows_of(gallery).marked_for(person),
        page=gallery.get_absolute_url(),
        words=f"“{gallery.name}”",
        query=f"?in={gallery.pk}",
        is_timed=not gallery.is_by_hand,
    )


def rows_of(gallery: Gallery) -> ImageQuerySet:
    """Its pictures for whoever may see it; each with what was decided of it."""
    placed = Image.objects.kept().filter(placements__gallery=gallery)
    at = F("placements__rank") if gallery.is_by_hand else F("placements__placed_at")
    return placed.annotate(at=at, approval=F("placements__approval"))


def gallery_named(person: Person, name: str) -> Gallery | None:
    """One that the person may see."""
    try:
        key = uuid.UUID(name)
    except ValueError:
        return None
    return Gallery.objects.visible_to(person).filter(pk=key).first()


MAKERS: dict[str, Callable[[Person], Listing]] = {
    LIBRARY: library,
    FAVOURITES: favourites,
    TRASH: trash,
}
