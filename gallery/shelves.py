"""Pictures in their order: the library's pages, and the neighbours of one picture."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from django.db.models import Q
from django.utils import formats, timezone

from accounts.models import Person
from gallery.models import Image
from gallery.tiles import Tile, tile_of

PAGE = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in the library: just after one picture."""

    at: datetime
    pk: uuid.UUID

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.pk.hex}"

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Raises ValueError for what is no mark."""
        moment, _, pk = text.partition("-")
        try:
            return cls(at=EPOCH + int(moment) * MICROSECOND, pk=uuid.UUID(pk))
        except OverflowError as error:
            raise ValueError(text) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    heading: str  # empty when the page before has it
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    days: tuple[Day, ...]
    older: str  # the mark after which the next page begins


def own(person: Person, *, after: Mark | None = None) -> Shelf:
    images = Image.objects.owned_by(person).order_by("-created_at", "-pk")
    if after:
        images = images.before(after.at.isoformat(), str(after.pk))
    rows = list(images[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Shelf(
        days=tuple(_days(rows[:PAGE], after)),
        older=str(Mark(at=last.created_at, pk=last.pk)) if last else "",
    )


def neighbours(image: Image) -> tuple[Image | None, Image | None]:
    """The next newer and the next older picture in its owner's library."""
    owned = Image.objects.filter(owner=image.owner_id)
    newer = owned.filter(
        Q(created_at__gt=image.created_at) | Q(created_at=image.created_at, pk__gt=image.pk)
    )
    older = owned.before(image.created_at.isoformat(), str(image.pk))
    return (
        newer.order_by("created_at", "pk").first(),
        older.order_by("-created_at", "-pk").first(),
    )


def _days(images: Iterable[Image], after: Mark | None) -> Iterator[Day]:
    begun = _day(after.at) if after else None
    for day, group in groupby(images, key=lambda image: _day(image.created_at)):
        heading = "" if day == begun else _heading(day)
        yield Day(heading=heading, tiles=tuple(tile_of(image) for image in group))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _heading(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return formats.date_format(day, "j F" if day.year == today.year else "j F Y")
