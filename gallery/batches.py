"""What people do with many wishes at once: request, cancel, hide, retry."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import credits
from accounts.models import Person
from gallery import generations
from gallery.engine import hints, moving
from gallery.generations import ModelGone, NotAllowed, Wish
from gallery.models import Batch, FeedVersion, FluxModel, Generation
from gallery.models.generation import Status


class TooManyJobs(Exception):
    """A batch that is larger than batches may be."""

    def __init__(self, number: int, limit: int) -> None:
        super().__init__(number, limit)
        self.number = number
        self.limit = limit


class TooManyWaiting(Exception):
    """Jobs of earlier batches wait, and with these they would be too many."""

    def __init__(self, waiting: int, limit: int) -> None:
        super().__init__(waiting, limit)
        self.waiting = waiting
        self.limit = limit


class NothingToRetry(Exception):
    """None of its jobs has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """At least one; each with what sets it apart from the others."""

    template: str
    wishes: Sequence[Wish]
    labels: Sequence[str]
    choices: Mapping[str, object] = field(default_factory=dict)


@transaction.atomic
def request(*, by: Person, wishes: Wishes, token: uuid.UUID) -> Batch:
    """Hold the credits and queue all the wishes, or raise and do neither.

    The same token again returns the first batch. Raises AllowanceExceeded (for all together),
    TooManyJobs, TooManyWaiting, NotAllowed and ModelGone.
    """
    if not by.is_maker:
        raise NotAllowed
    usable = set(FluxModel.objects.usable_by(by).values_list("pk", flat=True))
    if closed := [wish.model.name for wish in wishes.wishes if wish.model.pk not in usable]:
        raise ModelGone(closed[0])
    credits.lock(by)
    made = Batch.objects.filter(owner=by, form_token=token).first()
    return made or _make(by, wishes, token)


def cancel(batch: Batch) -> int:
    """Take back what is still queued. Return how many that were."""
    return moving.cancel_all(Generation.objects.filter(batch=batch))


@transaction.atomic
def hide(batch: Batch) -> None:
    """Take it off its owner's feed. What was sent runs on, and its pictures are kept."""
    list(batch.generations.order_by("pk").select_for_update())  # in one order, before the feed
    batch.generations.filter(hidden_at=None).update(hidden_at=timezone.now())
    version = FeedVersion.objects.advance(batch.owner_id)
    batch.generations.update(version=version)


def retry(batch: Batch, *, by: Person, token: uuid.UUID) -> Batch:
    """Those of its wishes that failed, anew and as a batch, at today's price.

    Raises what `request` raises, ModelGone and NothingToRetry.
    """
    if not by.is_maker:
        raise NotAllowed
    failed = list(batch.generations.filter(status=Status.FAILED).select_related("model"))
    failed.sort(key=lambda generation: generation.place_in_batch or 0)
    if not failed:
        raise NothingToRetry
    wishes = Wishes(
        template=batch.template,
        wishes=[_anew(generation) for generation in failed],
        labels=[batch.labels[generation.place_in_batch or 0] for generation in failed],
        choices=batch.choices,
    )
    return request(by=by, wishes=wishes, token=token)


def _anew(generation: Generation) -> Wish:
    model = generation.model
    if model is None or not model.is_on:
        raise ModelGone(generation.model_name)
    return Wish(prompt=generation.prompt, model=model, size=generation.size, count=generation.count)


def _make(by: Person, wishes: Wishes, token: uuid.UUID) -> Batch:
    _refuse_too_many(by, len(wishes.wishes))
    batch = Batch.objects.create(
        owner=by,
        form_token=token,
        template=wishes.template,
        choices=dict(wishes.choices),
        labels=list(wishes.labels),
    )
    rows = _rows(batch, by, wishes.wishes)
    Generation.objects.bulk_create(rows)
    generations.remember(by, wishes.template)
    credits.hold_all(by, {row.reference: row.total_price for row in rows})
    hints.wake()
    return batch


def _rows(batch: Batch, by: Person, wishes: Sequence[Wish]) -> list[Generation]:
    version = FeedVersion.objects.advance(by.pk)
    rows = []
    for place, wish in enumerate(wishes):
        row = generations.row_of(wish, by=by, token=uuid.uuid5(batch.form_token, str(place)))
        row.batch, row.place_in_batch, row.version = batch, place, version
        # First come, first served: the first of the batch goes out first.
        row.created_at = batch.created_at + timedelta(microseconds=place)
        rows.append(row)
    return rows


def _refuse_too_many(by: Person, number: int) -> None:
    limit = settings.FLUX_MAX_BATCH
    if number > limit:
        raise TooManyJobs(number, limit)
    waiting = Generation.objects.queued().filter(owner=by, batch__isnull=False).count()
    if waiting + number > limit:
        raise TooManyWaiting(waiting, limit)
