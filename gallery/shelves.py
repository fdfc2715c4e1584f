"""Pictures in their order: the library, favourites, the trash, and the pages of each."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import formats, timezone

from accounts.models import Person
from gallery.models import Image
from gallery.tiles import Tile, tile_of

PAGE = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LIBRARY, FAVOURITES, TRASH = "library", "favourites", "trash"

Rows = QuerySet[Any]  # pictures, each with the moment `at` by which its list is ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a list: at one picture."""

    at: datetime
    pk: uuid.UUID

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.pk.hex}"

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Raises ValueError for what is no mark."""
        moment, _, pk = text.partition("-")
        try:
            at = EPOCH + int(moment) * MICROSECOND
        except OverflowError as error:
            raise ValueError(text) from error
        if not EARLIEST < at < LATEST:  # and in every time zone a date
            raise ValueError(text)
        return cls(at=at, pk=uuid.UUID(pk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    heading: str  # empty when the page before has it
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    days: tuple[Day, ...]
    older: str  # the mark after which the next page begins


def shelf(name: str, person: Person, *, after: Mark | None = None) -> Shelf:
    pictures = listed(name, person)
    page = older_than(after, pictures) if after else pictures.order_by("-at", "-pk")
    rows = list(page[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Shelf(
        days=tuple(_days(rows[:PAGE], after, query_of(name))),
        older=str(Mark(at=last.at, pk=last.pk)) if last else "",
    )


def listed(name: str, person: Person) -> Rows:
    return LISTS[name](person)


def query_of(name: str) -> str:
    """What tells a picture's page from which list it was opened; the library needs no words."""
    return "" if name == LIBRARY else f"?in={name}"


def older_than(mark: Mark, pictures: Rows) -> Rows:
    # The first condition says nothing new, but lets an index begin at the place.
    before = Q(at__lt=mark.at) | Q(at=mark.at, pk__lt=mark.pk)
    return pictures.filter(Q(at__lte=mark.at) & before).order_by("-at", "-pk")


def newer_than(mark: Mark, pictures: Rows) -> Rows:
    """The nearest first."""
    after = Q(at__gt=mark.at) | Q(at=mark.at, pk__gt=mark.pk)
    return pictures.filter(Q(at__gte=mark.at) & after).order_by("at", "pk")


def _library(person: Person) -> Rows:
    return Image.objects.owned_by(person).marked_for(person).annotate(at=F("created_at"))


def _favourites(person: Person) -> Rows:
    chosen = Image.objects.visible_to(person).filter(favourites__person=person)
    return chosen.marked_for(person).annotate(at=F("favourites__created_at"))


def _trash(person: Person) -> Rows:
    return Image.objects.in_trash_of(person).annotate(at=F("trashed_at"))


LISTS: dict[str, Callable[[Person], Rows]] = {
    LIBRARY: _library,
    FAVOURITES: _favourites,
    TRASH: _trash,
}


def _days(images: Iterable[Any], after: Mark | None, query: str) -> Iterator[Day]:
    begun = _day(after.at) if after else None
    for day, group in groupby(images, key=lambda image: _day(image.at)):
        heading = "" if day == begun else _heading(day)
        yield Day(heading=heading, tiles=tuple(tile_of(image, query) for image in group))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _heading(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return formats.date_format(day, "j F" if day.year == today.year else "j F Y")
