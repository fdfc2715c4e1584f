"""When somebody leaves: locked out, and what they leave behind handed over or deleted."""

from django.db import transaction
from django.utils import timezone

from accounts import people
from accounts.models import Person
from gallery.engine import moving
from gallery.models import Gallery, Generation, Image, Membership, Preset, PromptUse, ShareLink


class StillHere(Exception):
    """What belongs to somebody who may sign in is theirs alone."""


def deactivate(person: Person) -> int:
    """End their way in at once, and take back what waits. Return how many jobs that were.

    Raises OnlyAdmin. Jobs that were sent run on, and their pictures are kept.
    """
    people.deactivate(person)
    links = ShareLink.objects.filter(created_by=person, revoked_at=None)
    links.update(revoked_at=timezone.now())
    return moving.cancel_all(Generation.objects.filter(owner=person))


def cancel_what_slipped_in() -> int:
    """Asked for at the very moment of locking out, or locked out in the back office."""
    waiting = Generation.objects.queued().filter(owner__is_active=False)
    owners = set(waiting.values_list("owner", flat=True))
    return sum(moving.cancel_all(Generation.objects.filter(owner=owner)) for owner in owners)


@transaction.atomic
def hand_over(person: Person, *, to: Person) -> tuple[int, int]:
    """Give their pictures and galleries to somebody. Return how many of each.

    What is in the trash stays there until its time is over.
    """
    _refuse_present(person)
    galleries = Gallery.objects.filter(owner=person)
    Membership.objects.filter(gallery__in=galleries, person=to).delete()  # an owner is no member
    moved = Image.objects.owned_by(person).update(owner=to)
    return moved, galleries.update(owner=to)


@transaction.atomic
def purge(person: Person) -> int:
    """Doom all their pictures, which the sweep then deletes; forget their words and galleries."""
    _refuse_present(person)
    now = timezone.now()
    left = Image.objects.filter(owner=person, doomed_at=None)
    left.filter(trashed_at=None).update(trashed_at=now)
    doomed = left.update(doomed_at=now)
    Gallery.objects.filter(owner=person).delete()
    PromptUse.objects.filter(owner=person).delete()
    Preset.objects.filter(owner=person).delete()
    return doomed


def _refuse_present(person: Person) -> None:
    """Locked, so that nobody is let in again while their things are given away."""
    if Person.objects.select_for_update(no_key=True).get(pk=person.pk).is_active:
        raise StillHere(person)
