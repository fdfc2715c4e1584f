"""Making a move: compare-and-set, the credits and the feed's version in one transaction."""

import logging
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import credits
from gallery.engine.states import Credits, Move
from gallery.models import Conductor, FeedVersion, Generation
from gallery.models.generation import Status

logger = logging.getLogger(__name__)


@transaction.atomic
def make(move: Move, generation: Generation, **fields: Any) -> bool:
    """Make the move if the generation still stands where it starts from. Return whether it did.

    `generation` need not be fresh: its row decides. It carries the new state afterwards.
    """
    fields |= {"status": move.target}
    if move.is_last:
        is_loss = move.is_loss_possible or generation.was_taken_twice
        fields |= {"finished_at": timezone.now(), "is_possible_loss": is_loss}
    if Status.QUEUED in (move.target, *move.sources):
        # First, as the conductor's claims do: who locks in another order may wait in a circle.
        line_moved()
    won = Generation.objects.filter(pk=generation.pk, status__in=move.sources).update(**fields)
    if won:
        _account_for(move, generation, fields)
        mark_changed(generation)
        logger.info("generation.moved id=%s move=%s", generation.pk, move.name.replace(" ", "_"))
    generation.refresh_from_db()
    return bool(won)


def mark_changed(generation: Generation) -> None:
    """Let every open page of its owner know that this card is a new one."""
    version = FeedVersion.objects.advance(generation.owner_id)
    Generation.objects.filter(pk=generation.pk).update(version=version)


def line_moved() -> None:
    """Let every page that shows a place in line know that places have changed."""
    Conductor.objects.filter(pk=1).update(line_version=F("line_version") + 1)


def _account_for(move: Move, generation: Generation, fields: dict[str, Any]) -> None:
    if move.credits is Credits.RELEASED:
        credits.release(reference=generation.reference, note=fields.get("problem", move.name))
    elif move.credits is Credits.SETTLED:
        credits.settle(reference=generation.reference, cost=fields["cost"])
