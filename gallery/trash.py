"""The trash: into it, back out of it, and after 30 days gone for good.

A picture goes in three steps, each of them safe to be the last one before a crash. It is doomed
by its row: from there on nobody can have it back. Its files are deleted, which may be repeated.
Then its row forgets its words and says that it is purged. The sweep goes on with what is doomed.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Person
from gallery.engine import moving
from gallery.models import (
    Comment,
    Favourite,
    Gallery,
    Generation,
    GuestHeart,
    Image,
    Placement,
    Rating,
    Rejection,
    Result,
    Tag,
)
from gallery.models.image import ImageQuerySet

logger = logging.getLogger(__name__)

KEPT_DAYS = 30
PATIENCE = 3  # failures in a row
AT_ONCE = 1000  # as many as one sweep purges,
SECONDS = 20.0  # and no longer than this
IN_ONE_GO = 500  # rows in one transaction

Keys = Sequence[uuid.UUID]


@transaction.atomic
def throw_away(image: Image) -> bool:
    """Return whether it was not in the trash before."""
    _lock_job(image)
    moved = Image.objects.kept().filter(pk=image.pk).update(trashed_at=timezone.now())
    if moved:
        moving.mark_changed(image.generation)
    return bool(moved)


@transaction.atomic
def restore(image: Image, *, by: Person) -> bool:
    """Return whether it could still be had back."""
    _lock_job(image)
    moved = Image.objects.in_trash_of(by).filter(pk=image.pk).update(trashed_at=None)
    if moved:
        moving.mark_changed(image.generation)
    return bool(moved)


def purge(image: Image, *, by: Person) -> None:
    """Delete it for good, unless it has been restored meanwhile."""
    if Image.objects.in_trash_of(by).filter(pk=image.pk).update(doomed_at=timezone.now()):
        _try_to_finish(image)


def throw_away_many(keys: Keys, *, by: Person) -> tuple[list[uuid.UUID], datetime]:
    """Those of them that are this person's own. Return which, and the moment that names them."""
    at = timezone.now()
    return _move_many(keys, Image.objects.owned_by(by), by, trashed_at=at), at


def restore_many(keys: Keys, *, by: Person) -> list[uuid.UUID]:
    return _move_many(keys, Image.objects.in_trash_of(by), by, trashed_at=None)


def restore_all(*, by: Person, thrown_away_at: datetime | None = None) -> list[uuid.UUID]:
    """What went in at one moment, or else everything. Return which could still be had back."""
    rows = Image.objects.in_trash_of(by)
    if thrown_away_at:
        # What was restored meanwhile and thrown away again has another moment.
        rows = rows.filter(trashed_at=thrown_away_at)
    return _move_many(list(rows.values_list("pk", flat=True)), rows, by, trashed_at=None)


def doom_many(keys: Keys, *, by: Person) -> list[uuid.UUID]:
    """From here on nobody can have them back; the sweep does the rest."""
    return _move_many(keys, Image.objects.in_trash_of(by), by, doomed_at=timezone.now())


def empty(*, by: Person) -> list[uuid.UUID]:
    """Doom everything that this person threw away."""
    return doom_many(list(Image.objects.in_trash_of(by).values_list("pk", flat=True)), by=by)


def _move_many(keys: Keys, rows: ImageQuerySet, by: Person, **fields: Any) -> list[uuid.UUID]:
    """A crash in between leaves whole goes done and the others not begun."""
    moved = []
    for first in range(0, len(keys), IN_ONE_GO):
        part = rows.filter(pk__in=keys[first : first + IN_ONE_GO])
        moved += _move_in_one_go(part, by, **fields)
    return moved


@transaction.atomic
def _move_in_one_go(rows: ImageQuerySet, by: Person, **fields: Any) -> list[uuid.UUID]:
    """Jobs before pictures, each by their keys: who locks in another order waits in a circle."""
    jobs = set(rows.order_by().values_list("generation", flat=True))
    locked = Generation.objects.filter(pk__in=jobs).order_by("pk").select_for_update()
    list(locked.values_list("pk"))
    images = rows.order_by("pk").select_for_update(no_key=True, of=("self",))
    moved = dict(images.values_list("pk", "generation"))
    if moved:
        Image.objects.filter(pk__in=moved).update(**fields)
        moving.mark_all_changed(set(moved.values()), by.pk)
    return list(moved)


def _lock_job(image: Image) -> None:
    """First of all, as whoever stores its results does: else each may wait for the other."""
    Generation.objects.select_for_update().get(pk=image.generation_id)


def clear() -> None:
    """Doom what has been in the trash for too long, and purge what is doomed."""
    limit = timezone.now() - timedelta(days=KEPT_DAYS)
    old = Image.objects.filter(trashed_at__lt=limit, doomed_at=None).order_by("trashed_at")
    keys = list(old.values_list("pk", flat=True)[:AT_ONCE])
    Image.objects.filter(pk__in=keys, trashed_at__lt=limit, doomed_at=None).update(
        doomed_at=timezone.now()
    )
    failures, end = 0, time.monotonic() + SECONDS
    for image in Image.objects.doomed().order_by("doomed_at")[:AT_ONCE]:
        failures = 0 if _try_to_finish(image) else failures + 1
        if failures == PATIENCE or time.monotonic() > end:
            break  # the storage is in trouble, or slow; the next sweep goes on


def _try_to_finish(image: Image) -> bool:
    try:
        _finish(image)
    except Exception as error:  # Each kind of storage has errors of its own; it is tried again.
        logger.warning("image.not_purged id=%s error=%s", image.pk, error)
        # To the end of those that wait: one broken file holds up no others.
        Image.objects.filter(pk=image.pk).update(doomed_at=timezone.now())
        return False
    return True


def _finish(image: Image) -> None:
    for name in filter(None, [image.original, *image.renditions.values()]):
        default_storage.delete(name)
    _forget(image)
    logger.info("image.purged id=%s", image.pk)


@transaction.atomic
def _forget(image: Image) -> None:
    """The row stays: its job counts it, and what was edited from it still descends from it."""
    _lock_job(image)
    Gallery.objects.filter(cover=image).update(cover=None)
    for about_it in (Favourite, Placement, Comment, GuestHeart, Rating, Rejection, Tag):
        about_it.objects.filter(image=image).delete()
    Result.objects.filter(pk=image.pk).update(url="")
    Image.objects.filter(pk=image.pk).update(
        prompt="",
        seed="",
        original="",
        renditions={},
        source_url="",
        sha256="",
        team_rating=None,
        purged_at=timezone.now(),
    )
    moving.mark_changed(image.generation)
