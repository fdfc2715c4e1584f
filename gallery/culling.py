"""Going through pictures one by one, and deciding about each: picked, rejected, or so many stars.

Each decision is kept at once, as what holds from then on: sent twice it is the same, and undoing
it is to send what held before. Those rejected are collected and go to the trash all together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Person
from gallery import bulk, favourites, listings, rating, shelves, words
from gallery.addresses import address
from gallery.bulk import Outcome
from gallery.listings import TRASH, Listing
from gallery.models import Image, Rating, Rejection
from gallery.shelves import Mark
from gallery.tiles import shape_of

MOST = 100  # in one go
END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    id: str
    number: int
    large: str
    small: str
    colour: str
    shape: str
    prompt: str
    caption: str
    decide: str
    here: str  # the page on which it is shown
    is_own: bool
    is_favourite: bool
    is_rejected: bool
    stars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cull:
    frames: tuple[Frame, ...]
    now: Frame | None  # none: the summary
    previous: str
    next: str
    end: str
    further: str  # where the next hundred are; empty when these are all
    back: str
    back_to: str
    query: str
    picked: int
    rated: int
    rejected: int
    earlier: int  # rejected another time, or in another list, and still waiting
    waiting: int  # all that would go to the trash now


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What holds from now on; None leaves it as it is."""

    is_favourite: bool | None = None
    is_rejected: bool | None = None
    stars: int | None = None


def cull_of(person: Person, asked: Mapping[str, str], *, after: Mark | None, at: str) -> Cull:
    """`asked` is the query that names the list; without `at` it begins with the first picture."""
    listing = _listing(person, asked)
    images = shelves.older(listing, after, most=MOST + 1)
    place = {"after": str(after)} if after else {}
    frames = tuple(_frames(images[:MOST], person, listing, place))
    last = images[MOST - 1] if len(images) > MOST else None
    now = _at(frames, at)
    spot = frames.index(now) if now else len(frames)
    end = _address(listing, place | {"at": END})
    rejected = sum(frame.is_rejected for frame in frames)
    waiting = _rejected_by(person).count()
    return Cull(
        frames=frames,
        now=now,
        previous=frames[spot - 1].here if spot else "",
        next=frames[spot + 1].here if spot + 1 < len(frames) else end,
        end=end,
        further=_address(listing, {"after": str(Mark.of(last))}) if last else "",
        back=listing.page,
        back_to=listing.words,
        query=listing.query,
        picked=sum(frame.is_favourite for frame in frames),
        rated=sum(bool(frame.stars) for frame in frames),
        rejected=rejected,
        earlier=waiting - rejected,
        waiting=waiting,
    )


def _listing(person: Person, asked: Mapping[str, str]) -> Listing:
    listing = listings.find(person, asked)
    return listings.library(person) if listing.name == TRASH else listing


def _address(listing: Listing, fields: Mapping[str, str]) -> str:
    query = listing.query.removeprefix("?")
    return f"{reverse('cull')}?{'&'.join(filter(None, [query, urlencode(fields)]))}"


def _at(frames: tuple[Frame, ...], at: str) -> Frame | None:
    if at == END or not frames:
        return None
    return next((frame for frame in frames if frame.id == at), frames[0])


def _frames(
    images: list[Any], person: Person, listing: Listing, place: Mapping[str, str]
) -> Iterator[Frame]:
    stars = dict(
        Rating.objects.filter(person=person, image__in=images).values_list("image", "stars")
    )
    rejected = set(
        Rejection.objects.filter(person=person, image__in=images).values_list("image", flat=True)
    )
    for number, image in enumerate(images, start=1):
        key = str(image.pk)
        yield Frame(
            id=key,
            number=number,
            large=address("image_rendition", key, "large"),
            small=address("image_rendition", key, "small"),
            colour=image.colour,
            shape=shape_of(image.width, image.height),
            prompt=image.prompt,
            caption=words.shortened(image.prompt, 80),
            decide=address("image_cull", key),
            here=_address(listing, {**place, "at": key}),
            is_own=image.owner_id == person.pk,
            is_favourite=image.is_favourite,
            is_rejected=image.pk in rejected,
            stars=stars.get(image.pk, 0),
        )


def decide(image: Image, decision: Decision, *, by: Person) -> None:
    if decision.stars is not None:
        rating.rate([image.pk], by=by, stars=decision.stars)
    if decision.is_favourite is not None:
        favourites.mark(image, by=by, is_favourite=decision.is_favourite)
    if decision.is_rejected:
        Rejection.objects.get_or_create(person=by, image=image)
    elif decision.is_rejected is not None:
        Rejection.objects.filter(person=by, image=image).delete()


def throw_away_rejected(*, by: Person) -> tuple[Outcome, datetime]:
    """All that were collected. The moment undoes it."""
    keys = list(_rejected_by(by).values_list("image", flat=True))
    thrown = bulk.throw_away(keys, by=by)
    Rejection.objects.filter(person=by, image__in=keys).delete()
    return thrown


def keep_rejected(*, by: Person) -> None:
    """After all."""
    Rejection.objects.filter(person=by).delete()


def _rejected_by(person: Person) -> Any:
    """What has gone to the trash by another way is no longer waited for."""
    own = Image.objects.owned_by(person).values("pk")
    return Rejection.objects.filter(person=person, image__in=own)
