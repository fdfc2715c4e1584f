"""Pictures in their order, a page at a time."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils import formats, timezone

from gallery.listings import Listing, Rows
from gallery.tiles import Tile, tile_of

PAGE = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HIGHEST = 2**63 - 1  # that a database counts to


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a list: at one picture."""

    at: datetime | int
    pk: uuid.UUID

    def __str__(self) -> str:
        at = (self.at - EPOCH) // MICROSECOND if isinstance(self.at, datetime) else self.at
        return f"{at}~{self.pk.hex}"

    @classmethod
    def read(cls, text: str, *, is_timed: bool = True) -> "Mark":
        """Raises ValueError for what is no mark."""
        number, _, pk = text.partition("~")
        at = int(number)
        if abs(at) > HIGHEST:
            raise ValueError(text)
        return cls(at=_moment(at) if is_timed else at, pk=uuid.UUID(pk))


def _moment(microseconds: int) -> datetime:
    try:
        moment = EPOCH + microseconds * MICROSECOND
    except OverflowError as error:
        raise ValueError(microseconds) from error
    if not EARLIEST < moment < LATEST:  # and in every time zone a date
        raise ValueError(microseconds)
    return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    heading: str  # empty when the page before has it
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    days: tuple[Day, ...]  # a list that goes by no time has but one, without a heading
    older: str  # the mark after which the next page begins


def shelf(listing: Listing, *, after: Mark | None = None) -> Shelf:
    rows = older(listing, after, most=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Shelf(
        days=tuple(_days(rows[:PAGE], after, listing)),
        older=str(Mark(at=last.at, pk=last.pk)) if last else "",
    )


def older(listing: Listing, after: Mark | None, *, most: int) -> list[Any]:
    """What comes after this place, the nearest first; from the beginning without one."""
    page = older_than(after, listing.rows) if after else listing.rows.order_by("-at", "-pk")
    return list(page[:most])


def mark(text: str, listing: Listing) -> Mark:
    """Raises ValueError for what is no mark in this list."""
    return Mark.read(text, is_timed=listing.is_timed)


def older_than(mark: Mark, pictures: Rows) -> Rows:
    # The first condition says nothing new, but lets an index begin at the place.
    before = Q(at__lt=mark.at) | Q(at=mark.at, pk__lt=mark.pk)
    return pictures.filter(Q(at__lte=mark.at) & before).order_by("-at", "-pk")


def newer_than(mark: Mark, pictures: Rows) -> Rows:
    """The nearest first."""
    after = Q(at__gt=mark.at) | Q(at=mark.at, pk__gt=mark.pk)
    return pictures.filter(Q(at__gte=mark.at) & after).order_by("at", "pk")


def _days(images: list[Any], after: Mark | None, listing: Listing) -> Iterator[Day]:
    if not listing.is_timed:
        if images:
            yield Day(heading="", tiles=tuple(tile_of(image, listing.query) for image in images))
        return
    begun = _day(after.at) if after else None
    for day, group in groupby(images, key=lambda image: _day(image.at)):
        heading = "" if day == begun else _heading(day)
        yield Day(heading=heading, tiles=tuple(tile_of(image, listing.query) for image in group))


def _day(moment: Any) -> date:
    return timezone.localtime(moment).date()


def _heading(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return formats.date_format(day, "j F" if day.year == today.year else "j F Y")
