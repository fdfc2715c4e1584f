"""The conductor's lease: who may talk to the API, and until when."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from gallery.engine import clock, holders, moving, states
from gallery.models import Attempt, Conductor
from gallery.models.generation import Outcome

LENGTH = timedelta(seconds=15)


class LeaseLost(Exception):
    """Somebody else conducts now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`good_until` is of this process's monotonic clock, which no change of the clock fools."""

    epoch: int
    good_until: float

    @property
    def is_good(self) -> bool:
        return time.monotonic() < self.good_until


@transaction.atomic
def take() -> Lease | None:
    """Become the conductor if nobody is, and own up to what the last one left unanswered."""
    began = time.monotonic()
    now = clock.now()
    conductor = Conductor.objects.select_for_update().get(pk=1)
    if conductor.leased_until and conductor.leased_until > now:
        return None
    conductor.holder, conductor.epoch = holders.me(), conductor.epoch + 1
    conductor.leased_until, conductor.ticked_at = now + LENGTH, now
    conductor.save(update_fields=["holder", "epoch", "leased_until", "ticked_at"])
    _lose_sight_of_older(conductor.epoch, now)
    return Lease(epoch=conductor.epoch, good_until=began + LENGTH.total_seconds())


def renew(lease: Lease) -> Lease:
    """Hold on for another while, or raise LeaseLost. Inside a transaction it also serialises
    this conductor's claims with those of any other."""
    began = time.monotonic()
    now = clock.now()
    held = Conductor.objects.filter(pk=1, holder=holders.me(), epoch=lease.epoch).update(
        leased_until=now + LENGTH, ticked_at=now
    )
    if not held:
        raise LeaseLost
    return replace(lease, good_until=began + LENGTH.total_seconds())


def give_back(lease: Lease) -> None:
    Conductor.objects.filter(pk=1, holder=holders.me(), epoch=lease.epoch).update(
        leased_until=clock.now(), holder=""
    )


def ended(lease: Lease) -> Lease:
    """The same, known to be another's by now."""
    return replace(lease, good_until=0.0)


def _lose_sight_of_older(epoch: int, now: datetime) -> None:
    older = Q(outcome=Outcome.SENT, epoch__lt=epoch)
    for attempt in Attempt.objects.filter(older).select_related("generation"):
        Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.SENT).update(
            outcome=Outcome.UNCONFIRMED, ended_at=now, next_listing_at=now + FIRST_LISTING
        )
        moving.make(states.LOSE_SIGHT, attempt.generation)


FIRST_LISTING = timedelta(seconds=10)  # after the POST ended
