"""The bar above the library: its tabs, its filters as they stand, and the way to each month."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode

from accounts.models import Person
from gallery import shelves, words
from gallery.listings import FAVOURITES, LIBRARY, SHARED, TEAM, TRASH, Listing
from gallery.models import FluxModel, Gallery, SavedSearch
from gallery.models.review import MOST_STARS
from gallery.search import BY_STARS, BY_TEAM, KINDS, RATIOS, SEVERAL, UNRATED, Search
from gallery.shelves import Shelf

PEOPLE = GALLERIES = 100  # to choose from
BESIDE = 8  # saved searches

ORDERS = (("", "Newest first"), (BY_STARS, "Your stars"), (BY_TEAM, "The team’s average"))
RANGES = (("today", "Today"), ("7", "7 days"), ("30", "30 days"), ("365", "A year"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    name: str
    label: str
    icon: str
    query: str = ""  # what the list beside it is narrowed by

    @property
    def is_trash(self) -> bool:
        return self.name == TRASH

    @property
    def address(self) -> str:
        return reverse(self.name) + self.query


TABS = (
    Tab(name=LIBRARY, label="Mine", icon="library"),
    Tab(name=SHARED, label="Shared", icon="share"),
    Tab(name=TEAM, label="Team", icon="team"),
    Tab(name=FAVOURITES, label="Favourites", icon="heart"),
    Tab(name=TRASH, label="Trash", icon="trash"),
)


def tabs(search: Search) -> list[Tab]:
    query = "" if search.is_wide else f"?{search.query}"
    return [replace(tab, query=query) for tab in TABS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One thing that the list is narrowed by, and the address without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    page: str  # where the form goes
    search: Search
    filters: tuple[Filter, ...]
    ranges: tuple[Option, ...]
    edits: tuple[Option, ...]
    stars: tuple[Option, ...]
    tags: str  # as they were typed
    orders: tuple[Option, ...]  # none where there is but one
    chips: tuple[Chip, ...]
    query: str  # canonical, to be saved


def bar(listing: Listing, person: Person) -> Bar:
    search, page = listing.search, reverse(listing.name)
    filters = tuple(_filters(listing, person))
    ranges = tuple(_options(RANGES, [search.range]))
    stars = tuple(_options(_stars(), [search.stars]))
    return Bar(
        page=page,
        search=search,
        filters=filters,
        ranges=ranges,
        edits=tuple(
            Option(value=value, label=label, is_chosen=search.edited is is_so)
            for value, label, is_so in (
                ("", "All", None),
                ("yes", "Edits", True),
                ("no", "Not edited", False),
            )
        ),
        stars=stars,
        tags=", ".join(search.tag),
        orders=orders_of(listing) if listing.name != TRASH else (),
        chips=tuple(_chips(search, filters, ranges, page)),
        query=listing.query.removeprefix("?"),
    )


def orders_of(listing: Listing) -> tuple[Option, ...]:
    return tuple(_options(ORDERS, [listing.search.order]))


def orders_in(gallery: Gallery, listing: Listing) -> tuple[Option, ...]:
    """Of a gallery, which has an order of its own."""
    own, *rest = orders_of(listing)
    return (replace(own, label="By hand" if gallery.is_by_hand else own.label), *rest)


def _stars() -> Iterator[tuple[str, str]]:
    """What can be asked of one's own stars, in the words of its chip."""
    for stars in range(MOST_STARS, 0, -1):
        yield str(stars), words.stars(stars) + (" or more" if stars < MOST_STARS else "")
    yield UNRATED, "Not rated by you"


def _filters(listing: Listing, person: Person) -> Iterator[Filter]:
    search = listing.search
    models = FluxModel.objects.values_list("name", "label")
    yield _filter("model", "Model", models, search.model)
    shapes = [(kind, kind.capitalize()) for kind in KINDS]
    chosen = [ratio for ratio in RATIOS if ratio in search.shape]
    yield _filter("shape", "Shape", shapes + [(one, one) for one in chosen], search.shape)
    if listing.name not in (LIBRARY, TRASH):
        active = Person.objects.filter(is_active=True).order_by("name", "email")
        people = active.values_list("pk", "name", "email")[:PEOPLE]
        known = [(str(pk), name or email) for pk, name, email in people]
        yield _filter("by", "Person", known, search.by)
    galleries = Gallery.objects.visible_to(person).order_by("name", "pk")
    named = galleries.values_list("pk", "name")[:GALLERIES]
    yield _filter("gallery", "Gallery", [(str(pk), name) for pk, name in named], search.gallery)


def _filter(
    name: str,
    label: str,
    options: Iterable[tuple[str, str]],
    chosen: Sequence[str] | Sequence[uuid.UUID],
) -> Filter:
    return Filter(name=name, label=label, options=tuple(_options(options, chosen)))


def _options(
    options: Iterable[tuple[str, str]], chosen: Sequence[str] | Sequence[uuid.UUID]
) -> Iterator[Option]:
    values = set(map(str, chosen))
    for value, label in options:
        yield Option(value=value, label=label, is_chosen=value in values)


def _chips(
    search: Search, filters: Iterable[Filter], ranges: Iterable[Option], page: str
) -> Iterator[Chip]:
    said = {(one.name, option.value): option.label for one in filters for option in one.options}
    said |= {("range", option.value): option.label for option in ranges}
    said |= {("favourite", "yes"): "Favourites", ("edited", "yes"): "Edits"}
    said |= {("edited", "no"): "Not edited"}
    said |= {("stars", value): label for value, label in _stars()}
    for name, text in search.parameters.items():
        if name == "order":  # leaves nothing out
            continue
        several = name in SEVERAL
        for value in text.split(",") if several else [text]:
            rest = [one for one in text.split(",") if one != value] if several else []
            left = search.parameters | {name: ",".join(rest)}
            query = urlencode({key: kept for key, kept in left.items() if kept})
            label = said.get((name, value)) or _said(name, value)
            yield Chip(label=label, without=f"{page}?{query}" if query else page)


def _said(name: str, value: str) -> str:
    if name in ("from", "to"):
        return f"{name.capitalize()} {formats.date_format(date.fromisoformat(value), 'j M Y')}"
    if name == "tag":
        return f"#{value}"
    return f"“{value}”" if name == "q" else "Unknown" if name in ("by", "gallery") else value


# ── Months ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    year: int
    months: tuple[tuple[str, str], ...]  # names and addresses, the latest first


def years(listing: Listing) -> list[Year]:
    """From the newest picture to the oldest; what stands between has not been looked at."""
    ends = None if listing.ranking else shelves.ends(listing)
    if not ends:
        return []
    first, last = (timezone.localtime(moment).date() for moment in ends)
    return [
        Year(year=year, months=tuple(_months(listing, year, first, last)))
        for year in range(last.year, first.year - 1, -1)
    ]


def _months(listing: Listing, year: int, first: date, last: date) -> Iterator[tuple[str, str]]:
    joint = "&" if "?" in listing.page else "?"
    begin = first.month if year == first.year else 1
    end = last.month if year == last.year else 12
    for month in range(end, begin - 1, -1):
        name = formats.date_format(date(year, month, 1), "M")
        yield name, f"{listing.page}{joint}month={year}-{month:02}"


# ── Saved searches ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    name: str
    address: str
    edit: str
    is_current: bool


def saved(person: Person, query: str = "") -> list[Saved]:
    return [
        Saved(
            name=one.name,
            address=address_of(one),
            edit=reverse("search_edit", args=[one.pk]),
            is_current=bool(query) and one.query == query,
        )
        for one in SavedSearch.objects.visible_to(person)
    ]


def address_of(one: SavedSearch) -> str:
    """The page of its list, narrowed."""
    first, _, rest = one.query.partition("&")
    name = first.removeprefix("in=")
    if not first.startswith("in=") or name not in {tab.name for tab in TABS}:
        return f"{reverse(LIBRARY)}?{one.query}"
    return reverse(name) + (f"?{rest}" if rest else "")


def counted(listing: Listing, shelf: Shelf, *, is_first: bool) -> str:
    """How many there are in a list that is narrowed: told where it costs nothing."""
    if not listing.search.is_narrow:
        return ""
    if is_first and not shelf.older:
        return words.pictures(shelf.size)
    return f"More than {words.pictures(shelves.PAGE)}"
