"""Galleries as their pages show them: covers, how many pictures, whose, and who sees them."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    When,
)
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode

from accounts.models import Person
from gallery import words
from gallery.faces import Face, face_of
from gallery.models import Gallery, GroupMembership, Image, Membership, Placement, ShareLink
from gallery.models.gallery import CONTRIBUTING, MANAGING, OWNER, GalleryRole, Order
from gallery.shelves import Mark
from gallery.tiles import Tile, tile_of

PAGE = 24
MOST_COUNTED = 500  # beyond it, counting takes longer than it is worth
FACES = 3
PICTURES = ("first", "second", "third")
ALL, MINE, SHARED = "", "mine", "shared"
ROLES = {
    OWNER: "Yours",
    GalleryRole.MANAGER: "You are a manager",
    GalleryRole.CONTRIBUTOR: "You are a contributor",
    GalleryRole.VIEWER: "You are a viewer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    icon: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    name: str
    page: str
    state: State
    size: str
    pictures: tuple[Tile, ...]
    faces: tuple[Face, ...]
    more: int  # people who are not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    cards: tuple[Card, ...]
    older: str  # the address of the next page
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Head(Card):
    description: str
    role: str  # in words
    is_by_hand: bool
    may_manage: bool
    may_add: bool
    may_leave: bool
    may_delete: bool


class Counted(Subquery):
    """How many rows a limited query has: no more of them are looked at."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def wall(person: Person, *, show: str, after: Mark | None) -> Wall:
    """A page of galleries, the newest first."""
    galleries = _shown(person, show)
    if after:
        older = Q(created_at__lt=after.at) | Q(created_at=after.at, pk__lt=after.pk)
        galleries = galleries.filter(Q(created_at__lte=after.at) & older)
    rows = list(described(galleries).order_by("-created_at", "-pk")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    mark = str(Mark(at=last.created_at, pk=last.pk)) if last else ""
    query = {"show": show, "after": mark} if show else {"after": mark}
    return Wall(
        cards=tuple(_cards(rows[:PAGE])),
        older=f"{reverse('gallery_list')}?{urlencode(query)}" if last else "",
        is_first=after is None,
    )


def head_of(gallery: Gallery, person: Person) -> Head:
    """Of a gallery that the person may see."""
    row = described(Gallery.objects.filter(pk=gallery.pk)).with_role_of(person).get()
    (card,) = _cards([row])
    role = row.role
    return Head(
        **{name: getattr(card, name) for name in Card.__slots__},
        description=row.description,
        role=ROLES.get(role, ""),
        is_by_hand=row.is_by_hand,
        may_manage=role in MANAGING,
        may_add=role in CONTRIBUTING and person.is_maker,
        may_leave=role != OWNER
        and Membership.objects.filter(gallery=gallery, person=person).exists(),
        may_delete=role == OWNER,
    )


def described(galleries: Any) -> Any:
    """Each with what its card tells; whatever it is, the same number of queries."""
    kept = Placement.objects.filter(gallery=OuterRef("pk"), image__trashed_at=None)
    live = ShareLink.objects.live().filter(gallery=OuterRef("pk")).order_by("-expires_at")
    return galleries.select_related("owner").annotate(
        size=Counted(kept.values("pk")[: MOST_COUNTED + 1]),
        open_until=Subquery(live.values("expires_at")[:1]),
        has_members=Exists(Membership.objects.filter(gallery=OuterRef("pk")))
        | Exists(GroupMembership.objects.filter(gallery=OuterRef("pk"))),
        **{name: _picture_at(place, kept) for place, name in enumerate(PICTURES)},
    )


def size_in_words(size: int) -> str:
    if not size:
        return "No pictures"
    return f"{MOST_COUNTED}+ pictures" if size > MOST_COUNTED else words.pictures(size)


def _shown(person: Person, show: str) -> Any:
    if show == MINE:
        return Gallery.objects.filter(owner=person)
    if show == SHARED:
        return Gallery.objects.shared_with(person)
    return Gallery.objects.visible_to(person)


def _picture_at(place: int, kept: QuerySet[Placement]) -> Case:
    by_hand = kept.order_by("-rank", "-image").values("image")[place : place + 1]
    by_time = kept.order_by("-placed_at", "-image").values("image")[place : place + 1]
    return Case(
        When(order=Order.HAND, then=Subquery(by_hand)),
        default=Subquery(by_time),
        output_field=UUIDField(),  # a foreign key's own would stay text on SQLite
    )


def _cards(rows: Sequence[Any]) -> Iterator[Card]:
    """Of galleries that are `described`."""
    images = Image.objects.kept().in_bulk({key for row in rows for key in _keys(row)})
    people = _people(rows)
    for row in rows:
        there = people[row.pk]
        pictures = [images[key] for key in _keys(row) if key in images][: len(PICTURES)]
        yield Card(
            name=row.name,
            page=row.get_absolute_url(),
            state=_state(row),
            size=size_in_words(row.size),
            pictures=tuple(map(tile_of, pictures)),
            faces=tuple(map(face_of, there[:FACES])),
            more=max(0, len(there) - FACES),
        )


def _keys(row: Any) -> list[uuid.UUID]:
    """The cover that was chosen, then those on top; each once."""
    on_top = [getattr(row, name) for name in PICTURES]
    return list(dict.fromkeys(filter(None, [row.cover_id, *on_top])))


def _people(rows: Sequence[Any]) -> dict[uuid.UUID, list[Person]]:
    people = defaultdict(list, {row.pk: [row.owner] for row in rows})
    joined = Membership.objects.filter(gallery__in=[row.pk for row in rows])
    for each in joined.select_related("person").order_by("pk"):
        people[each.gallery_id].append(each.person)
    return people


def _state(row: Any) -> State:
    """The widest way in which it is open."""
    if row.open_until:
        return State(icon="globe", words=f"Public link, until {short_day(row.open_until)}")
    if row.is_for_team:
        return State(icon="team", words="Whole team")
    if row.has_members:
        return State(icon="team", words="Selected people")
    return State(icon="lock", words="Private")


def short_day(moment: datetime) -> str:
    day = timezone.localtime(moment)
    return formats.date_format(day, "j M" if day.year == timezone.localdate().year else "j M Y")
