"""The trash: into it, back out of it, and after 30 days gone for good.

A picture goes in three steps, each of them safe to be the last one before a crash. It is doomed
by its row: from there on nobody can have it back. Its files are deleted, which may be repeated.
Then its row forgets its words and says that it is purged. The sweep goes on with what is doomed.
"""

import logging
from datetime import timedelta

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
    Result,
)

logger = logging.getLogger(__name__)

KEPT_DAYS = 30
PATIENCE = 3  # failures in a row
AT_ONCE = 100  # as many as one sweep purges


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
    failures = 0
    for image in Image.objects.doomed().order_by("doomed_at")[:AT_ONCE]:
        failures = 0 if _try_to_finish(image) else failures + 1
        if failures == PATIENCE:
            break  # the storage is in trouble; the next sweep goes on


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
    for about_it in (Favourite, Placement, Comment, GuestHeart):
        about_it.objects.filter(image=image).delete()
    Result.objects.filter(pk=image.pk).update(url="")
    Image.objects.filter(pk=image.pk).update(
        prompt="",
        seed="",
        original="",
        renditions={},
        source_url="",
        sha256="",
        purged_at=timezone.now(),
    )
    moving.mark_changed(image.generation)
