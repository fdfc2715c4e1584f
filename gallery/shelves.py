"""Pictures in their order, a page at a time."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils import formats, timezone

from gallery import finding, ranking
from gallery.finding import Found
from gallery.listings import LIBRARY, Index, Listing, Rows
from gallery.models import Entry, Image
from gallery.ranking import NO_STARS, Ranking, Spot
from gallery.tiles import SHOWN, Tile, tile_of

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
    band: int | None = None  # in a list that goes by stars

    def __str__(self) -> str:
        at = (self.at - EPOCH) // MICROSECOND if isinstance(self.at, datetime) else self.at
        band = "" if self.band is None else f"{self.band}."
        return f"{band}{at}~{self.pk.hex}"

    @classmethod
    def read(cls, text: str, *, is_timed: bool = True) -> "Mark":
        """Raises ValueError for what is no mark."""
        place, _, pk = text.partition("~")
        band, dot, number = place.rpartition(".")
        at = int(number)
        if abs(at) > HIGHEST:
            raise ValueError(text)
        at_band = int(band) if dot else None
        return cls(at=_moment(at) if is_timed else at, pk=uuid.UUID(pk), band=at_band)

    @classmethod
    def of(cls, row: Any) -> "Mark":
        """Where one of a list's rows stands in it."""
        return cls(at=row.at, pk=row.pk, band=getattr(row, "band", None))


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

    @property
    def size(self) -> int:
        return sum(len(day.tiles) for day in self.days)


def shelf(listing: Listing, *, after: Mark | None = None) -> Shelf:
    rows = older(_only_for_tiles(listing), after, most=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Shelf(
        days=tuple(_days(rows[:PAGE], after, listing)),
        older=str(Mark.of(last)) if last else "",
    )


def _only_for_tiles(listing: Listing) -> Listing:
    """With rows that know what a tile shows, and ask again for anything else."""
    index = listing.index and replace(listing.index, seen=listing.index.seen.only(*SHOWN))
    return replace(listing, rows=listing.rows.only(*SHOWN), index=index)


def older(listing: Listing, after: Mark | None, *, most: int) -> list[Any]:
    """What comes after this place, the nearest first; from the beginning without one."""
    if listing.index:
        return _looked_up(listing.index, _looking_on(listing.index, after), most)
    page = older_than(after, listing.rows) if after else listing.rows.order_by("-at", "-pk")
    return list(page[:most])


def newer(listing: Listing, before: Mark, *, most: int) -> list[Any]:
    if listing.index:
        return _looked_up(listing.index, _looking_back(listing.index, before), most)
    return list(newer_than(before, listing.rows)[:most])


def _looking_on(index: Index, after: Mark | None) -> Callable[..., Found]:
    if index.ranking:
        return partial(ranking.older, index.ranking, than=_spot(after) if after else None)
    return partial(finding.older, than=_spot(after).place if after else None)


def _looking_back(index: Index, before: Mark) -> Callable[..., Found]:
    if index.ranking:
        return partial(ranking.newer, index.ranking, than=_spot(before))
    return partial(finding.newer, than=_spot(before).place)


def _spot(mark: Mark) -> Spot:
    return Spot(mark.band or NO_STARS, int(mark.at))  # type: ignore[arg-type]


def _looked_up(index: Index, look: Callable[..., Found], most: int) -> list[Any]:
    if index.loose:
        wide = most + most // 4
        found = look(wish=index.loose, most=wide)
        rows = _found(index, found)
        if len(rows) >= most or len(found) < wide:
            return rows[:most]
    return _found(index, look(wish=index.wish, most=most))


def _found(index: Index, found: Found) -> list[Any]:
    """Those of them that the rule lets this person see, in the same order."""
    rows = {row.pk: row for row in index.seen.filter(pk__in=[hit.image for hit in found])}
    for hit in found:
        if hit.image in rows:
            rows[hit.image].band = hit.band
    return [rows[hit.image] for hit in found if hit.image in rows]


def ends(listing: Listing) -> tuple[datetime, datetime] | None:
    """Between which moments its pictures were made, or all of the site; where a list goes by it."""
    if listing.index:
        places = [Entry.objects.order_by(order).first() for order in ("place", "-place")]
        moments = [_moment(one.place // 1000) for one in places if one]
    elif listing.name == LIBRARY:
        orders = ("at", "pk"), ("-at", "-pk")
        found = [listing.rows.order_by(*order).first() for order in orders]
        moments = [row.at for row in found if row]
    else:
        return None
    return (moments[0], moments[1]) if len(moments) == 2 else None


def mark(text: str, listing: Listing) -> Mark:
    """Raises ValueError for what is no mark in this list."""
    found = Mark.read(text, is_timed=listing.is_timed)
    if listing.index:
        _moment(int(found.at) // 1000)  # type: ignore[arg-type]
    if found.band not in _bands(listing):
        raise ValueError(text)
    return found


def _bands(listing: Listing) -> set[int | None]:
    return {NO_STARS, *listing.ranking.facets} if listing.ranking else {None}


def mark_before(month: str, listing: Listing) -> Mark:
    """Where this month's pictures begin, as in 2026-11. Raises ValueError."""
    day = date.fromisoformat(f"{month}-01")
    if listing.ranking or not EARLIEST.year < day.year < LATEST.year:
        raise ValueError(month)
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    moment = timezone.make_aware(datetime.combine(following, time.min))
    at = (moment - EPOCH) // MICROSECOND * 1000
    if listing.is_timed:
        return Mark(at=moment, pk=uuid.UUID(int=0))
    return Mark(at=min(at, HIGHEST), pk=uuid.UUID(int=0))


def mark_of(image: Image, listing: Listing) -> Mark | None:
    """Where it stands in this list, if it does."""
    if listing.index:
        place = Entry.objects.filter(image=image).values_list("place", flat=True).first()
        wish = listing.index.loose or listing.index.wish
        found = place and finding.older(wish, than=place + 1, most=1)
        is_in = found and found[0].image == image.pk and _found(listing.index, found)
        band = listing.ranking.band_of([image.pk]).get(image.pk, 0) if listing.ranking else None
        return Mark(at=place, pk=image.pk, band=band) if place and is_in else None
    here = listing.rows.filter(pk=image.pk).first()
    return Mark.of(here) if here else None


def older_than(mark: Mark, pictures: Rows) -> Rows:
    # The first condition says nothing new, but lets an index begin at the place.
    before = Q(at__lt=mark.at) | Q(at=mark.at, pk__lt=mark.pk)
    return pictures.filter(Q(at__lte=mark.at) & before).order_by("-at", "-pk")


def newer_than(mark: Mark, pictures: Rows) -> Rows:
    """The nearest first."""
    after = Q(at__gt=mark.at) | Q(at=mark.at, pk__gt=mark.pk)
    return pictures.filter(Q(at__gte=mark.at) & after).order_by("at", "pk")


def _days(images: list[Any], after: Mark | None, listing: Listing) -> Iterator[Day]:
    if listing.ranking:
        yield from _bands_of(images, after, listing, listing.ranking)
        return
    days_by = "at" if listing.is_timed else listing.days_by
    if not days_by:
        if images:
            yield Day(heading="", tiles=tuple(tile_of(image, listing.query) for image in images))
        return
    begun = _begun(after) if after else None
    for day, group in groupby(images, key=lambda image: _day(getattr(image, days_by))):
        heading = "" if day == begun else _heading(day)
        yield Day(heading=heading, tiles=tuple(tile_of(image, listing.query) for image in group))


def _bands_of(
    images: list[Any], after: Mark | None, listing: Listing, by: Ranking
) -> Iterator[Day]:
    """Those of so many stars below one heading."""
    begun = by.heading(after.band or NO_STARS) if after else None
    for heading, group in groupby(images, key=lambda image: by.heading(image.band)):
        tiles = tuple(tile_of(image, listing.query) for image in group)
        yield Day(heading="" if heading == begun else heading, tiles=tiles)


def _begun(after: Mark) -> date:
    """The day whose heading the page before has; a whole number is a place in the index."""
    return _day(after.at if isinstance(after.at, datetime) else _moment(after.at // 1000))


def _day(moment: Any) -> date:
    return timezone.localtime(moment).date()


def _heading(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return formats.date_format(day, "j F" if day.year == today.year else "j F Y")
