"""Once a minute: every row that nobody is working on is set going again, or brought to its end."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from gallery import trash, uploads
from gallery.engine import clock, conductor, heartbeat, hints, moving, states, storing, watching
from gallery.engine.states import Move
from gallery.models import Attempt, Generation
from gallery.models.generation import LIVE, Outcome, Status

UNCONFIRMED_FOR = timedelta(minutes=15)
RUNNING_FOR = timedelta(minutes=30)
HALF_WRITTEN_FOR = timedelta(hours=1)  # by a worker that died; no file takes that long


def sweep() -> None:
    _give_up(_never_found(), states.GIVE_UP_UNCONFIRMED)
    _give_up(_overdue(Status.RUNNING, RUNNING_FOR), states.GIVE_UP_RUNNING)
    _finish_what_is_stored()
    storing.hand_out()
    heartbeat.forget_old()
    look_after_conductor()
    # Last what a disk or a store that is away would break off.
    _clear_half_written_files()
    uploads.clear_unused()
    trash.clear()


def look_after_conductor() -> None:
    """See that somebody conducts while there is work: one on another machine may have died."""
    if conductor.is_anything_to_do():
        hints.wake()


def _overdue(status: Status, patience: timedelta) -> QuerySet[Generation]:
    limit = clock.now() - patience
    return Generation.objects.filter(status=status, submitted_at__lt=limit)


def _never_found() -> Iterable[Generation]:
    """The API was asked for it when its time was over. While the API, or this site, was away,
    nobody was; then it has a day."""
    overdue = _overdue(Status.UNCONFIRMED, UNCONFIRMED_FOR)
    was_asked_for = Attempt.objects.filter(
        generation=OuterRef("pk"),
        outcome__in=LIVE,
        listed_at__gt=OuterRef("submitted_at") + UNCONFIRMED_FOR,
    )
    is_old = Q(submitted_at__lt=clock.now() - watching.LATE_FOR)
    return overdue.filter(Exists(was_asked_for) | is_old)


def _give_up(generations: Iterable[Generation], move: Move) -> None:
    """Each for itself: who holds many rows at once gets into the conductor's way."""
    problem = "unconfirmed" if move is states.GIVE_UP_UNCONFIRMED else "overdue"
    for generation in generations:
        with transaction.atomic():
            if moving.make(move, generation, problem=problem):
                Attempt.objects.filter(generation=generation, outcome__in=LIVE).update(
                    outcome=Outcome.GIVEN_UP
                )


def _finish_what_is_stored() -> None:
    """A worker may have died between the last picture and the end of its generation."""
    for generation in Generation.objects.filter(status=Status.STORING):
        storing.finish(generation)


def _clear_half_written_files() -> None:
    leftovers = getattr(default_storage, "leftovers", None)  # where there can be any
    for name in leftovers(HALF_WRITTEN_FOR.total_seconds()) if leftovers else ():
        default_storage.delete(name)
