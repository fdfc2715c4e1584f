"""The order of a gallery by hand: ranks with room between them.

A move says before which picture another one goes, never at which place. So two people who
order at once each get what they asked for, one after the other.
"""

import uuid
from dataclasses import dataclass

from django.db import transaction

from gallery.models import Gallery, Placement
from gallery.models.gallery import Order, PlacementQuerySet
from gallery.placing import AT_ONCE, GAP, lock

FIRST, EARLIER, LATER, LAST = "first", "earlier", "later", "last"
WAYS = (FIRST, EARLIER, LATER, LAST)


class NotMoved(Exception):
    """The order is not by hand any more, or one of the pictures is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    before: uuid.UUID | None  # the picture that it stands before now; None: it is the last one


@transaction.atomic
def set_order(gallery: Gallery, order: str) -> None:
    """By hand begins as it was left; what never had a rank follows by its time."""
    lock(gallery)
    is_unranked = Placement.objects.filter(gallery=gallery, rank=0).exists()
    if order == Order.HAND and is_unranked:
        _rank_anew(gallery, "rank", "placed_at", "image")
    Gallery.objects.filter(pk=gallery.pk).update(order=order)
    gallery.order = order


@transaction.atomic
def move(gallery: Gallery, image: uuid.UUID, *, way: str) -> Moved:
    """To the front, one earlier, one later, or to the end. Raises NotMoved."""
    gallery = _by_hand(gallery)
    mine = _placement(gallery, image)
    others = _seen(gallery).exclude(pk=mine.pk)
    if way == FIRST:
        return _put_before(others.first(), mine)
    if way == EARLIER:
        return _put_before(_above(others, mine) or others.first(), mine)
    below = list(_below(others, mine)[:2]) if way == LATER else []
    return _put_before(below[1] if len(below) == 2 else None, mine)


@transaction.atomic
def move_before(gallery: Gallery, image: uuid.UUID, other: uuid.UUID | None) -> Moved:
    """Before another picture, or to the end. Raises NotMoved."""
    gallery = _by_hand(gallery)
    mine = _placement(gallery, image)
    if other == image:
        raise NotMoved
    return _put_before(_placement(gallery, other) if other else None, mine)


def _by_hand(gallery: Gallery) -> Gallery:
    """Locked, so that nobody else moves anything until this is done."""
    gallery = lock(gallery)
    if not gallery.is_by_hand:
        raise NotMoved
    return gallery


def _placement(gallery: Gallery, image: uuid.UUID) -> Placement:
    found = _seen(gallery).filter(image=image).first()
    if found is None:
        raise NotMoved
    return found


def _seen(gallery: Gallery) -> PlacementQuerySet:
    """What is in the trash keeps its place, but nobody sees it."""
    return Placement.objects.in_order_of(gallery).filter(image__trashed_at=None)


def _above(others: PlacementQuerySet, mine: Placement) -> Placement | None:
    higher = others.filter(rank__gt=mine.rank) | others.filter(
        rank=mine.rank, image__gt=mine.image_id
    )
    return higher.order_by("rank", "image").first()


def _below(others: PlacementQuerySet, mine: Placement) -> PlacementQuerySet:
    return others.filter(rank__lt=mine.rank) | others.filter(
        rank=mine.rank, image__lt=mine.image_id
    )


def _put_before(other: Placement | None, mine: Placement) -> Moved:
    rank = _rank_before(other, mine)
    if rank is None:  # no room is left between the two
        _rank_anew(mine.gallery, "rank", "image")
        if other:
            other.refresh_from_db(fields=["rank"])
        rank = _rank_before(other, mine)
    Placement.objects.filter(pk=mine.pk).update(rank=rank)
    return Moved(before=other.image_id if other else None)


def _rank_before(other: Placement | None, mine: Placement) -> int | None:
    rows = Placement.objects.filter(gallery=mine.gallery_id).exclude(pk=mine.pk)
    if other is None:
        last = rows.order_by("rank", "image").first()
        return last.rank - GAP if last else mine.rank
    above = _above(rows, other)
    if above is None:
        return other.rank + GAP
    middle = (above.rank + other.rank) // 2
    return middle if other.rank < middle < above.rank else None


def _rank_anew(gallery: Gallery, *order: str) -> None:
    """The same order with even gaps."""
    rows = Placement.objects.filter(gallery=gallery).order_by(*order)
    placements = list(rows.only("pk", "rank"))
    for place, placement in enumerate(placements, start=1):
        placement.rank = place * GAP
    Placement.objects.bulk_update(placements, ["rank"], batch_size=AT_ONCE)
