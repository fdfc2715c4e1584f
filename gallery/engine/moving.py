"""Making a move: compare-and-set, the credits and the feed's version in one transaction."""

import logging
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts import credits
from accounts.releasing import release_all
from gallery.engine import clock
from gallery.engine.states import CANCEL, Credits, Move
from gallery.models import Attempt, Conductor, Delivery, FeedVersion, Generation
from gallery.models.generation import GenerationQuerySet, Status

logger = logging.getLogger(__name__)


@transaction.atomic
def make(move: Move, generation: Generation, **fields: Any) -> bool:
    """Make the move if the generation still stands where it starts from. Return whether it did.

    `generation` need not be fresh: its row decides. It carries the new state afterwards.
    """
    fields |= {"status": move.target}
    if move.is_last:
        is_loss = move.is_loss_possible or generation.was_taken_twice
        fields |= {"finished_at": clock.now(), "is_possible_loss": is_loss}
    if Status.QUEUED in (move.target, *move.sources):
        # First, as the conductor's claims do: who locks in another order may wait in a circle.
        line_moved()
    won = Generation.objects.filter(pk=generation.pk, status__in=move.sources).update(**fields)
    if won:
        _account_for(move, generation, fields)
        mark_changed(generation)
        if move.is_last:
            generation.status = move.target
            Delivery.objects.note([generation])
        _log(generation.pk, move)
    generation.refresh_from_db()
    return bool(won)


@transaction.atomic
def cancel_all(generations: GenerationQuerySet) -> int:
    """CANCEL for all of one person's jobs that are still queued. Return how many that were.

    The conductor's row first and then all the others: every move out of the line does so, and
    who locks in another order may wait in a circle.
    """
    line_moved()
    rows = list(generations.queued().order_by("pk").select_for_update(of=("self",)))
    if not rows:
        return 0
    keys = [row.pk for row in rows]
    Generation.objects.filter(pk__in=keys).update(
        status=CANCEL.target,
        finished_at=clock.now(),
        version=FeedVersion.objects.advance(rows[0].owner_id),
    )
    Generation.objects.filter(pk__in=_taken_twice(keys)).update(is_possible_loss=True)
    release_all([row.reference for row in rows], note=CANCEL.name)
    for row in rows:
        row.status = CANCEL.target
    Delivery.objects.note(rows)
    for row in rows:
        _log(row.pk, CANCEL)
    return len(rows)


def _log(pk: uuid.UUID, move: Move) -> None:
    name = move.name.replace(" ", "_")
    logger.info("generation.moved id=%s move=%s", pk, name, extra={"generation": pk})


def _taken_twice(keys: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """As `Generation.was_taken_twice`, for many."""
    attempts = Attempt.objects.filter(generation__in=keys).exclude(task_id="").order_by()
    tasks = Counter(key for key, _ in attempts.values_list("generation", "task_id").distinct())
    return [key for key, number in tasks.items() if number > 1]


def mark_changed(generation: Generation) -> None:
    """Let every open page of its owner know that this card is a new one."""
    version = FeedVersion.objects.advance(generation.owner_id)
    Generation.objects.filter(pk=generation.pk).update(version=version)


def mark_all_changed(keys: Collection[uuid.UUID], person_id: uuid.UUID) -> None:
    """As `mark_changed`, for many jobs of one person."""
    version = FeedVersion.objects.advance(person_id)
    Generation.objects.filter(pk__in=keys).update(version=version)


def line_moved() -> None:
    """Let every page that shows a place in line know that places have changed."""
    Conductor.objects.filter(pk=1).update(line_version=F("line_version") + 1)


def _account_for(move: Move, generation: Generation, fields: dict[str, Any]) -> None:
    if move.credits is Credits.RELEASED:
        credits.release(reference=generation.reference, note=fields.get("problem", move.name))
    elif move.credits is Credits.SETTLED:
        credits.settle(reference=generation.reference, cost=fields["cost"])
