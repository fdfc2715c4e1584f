"""Sending wishes: claim, POST once, write down what came of it."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from gallery.engine import (
    callbacks,
    clock,
    leasing,
    moving,
    pauses,
    picking,
    references,
    results,
    states,
)
from gallery.engine.leasing import Lease
from gallery.flux.client import FluxClient
from gallery.flux.contract import Submission, Task
from gallery.flux.errors import (
    FluxBusy,
    FluxError,
    FluxFailed,
    FluxMisconfigured,
    FluxNotSent,
    FluxRejected,
    FluxUnavailable,
    FluxUnconfirmed,
)
from gallery.models import Attempt, Conductor, Generation
from gallery.models.generation import LIVE, Outcome

logger = logging.getLogger(__name__)

HANDING_OVER = 45.0  # seconds for a reference picture; less than a shift waits for its answers


class LeaseRanOut(FluxUnavailable):
    """This process was paused for so long that somebody else may conduct: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt: the API's task, or why there is none."""

    attempt: Attempt
    outcome: Task | Exception


@transaction.atomic
def claim(lease: Lease) -> tuple[Lease, list[Attempt]]:
    """Hold on to the lease and pick whose turn it is, as many as limits and pauses allow."""
    lease = leasing.renew(lease)
    if not Generation.objects.queued().exists():
        return lease, []
    room = picking.room(Conductor.objects.get(pk=1), clock.now())
    picked = picking.line()[:room] if room else []
    wishes = Generation.objects.select_related("reference_image", "reference_upload", "owner")
    by_id = wishes.in_bulk(picked)
    claimed = [_claim(by_id[pk], lease) for pk in picked]
    return lease, [attempt for attempt in claimed if attempt]


async def post(client: FluxClient, attempt: Attempt, *, is_leading: Callable[[], bool]) -> Task:
    """Send one attempt, at most once. Raises what the client raises, and LeaseRanOut."""
    submission = await _submission(client, attempt)
    # The last look before the bytes go out.
    if not is_leading():
        raise LeaseRanOut("The lease ran out before sending.")
    return await client.submit(submission)


@transaction.atomic
def put_back_unsent(lease: Lease, out: Collection[uuid.UUID]) -> None:
    """Put back what this holder claimed without knowing it: the claim was kept, but the database
    went away before it said so. Nobody else claims in this epoch, so it was never sent."""
    claimed = Attempt.objects.filter(epoch=lease.epoch, outcome=Outcome.SENT)
    for attempt in claimed.exclude(pk__in=out).select_related("generation"):
        _put_back(attempt, LeaseRanOut("The database went away before it was sent."))


@transaction.atomic
def record(answers: Sequence[Answer]) -> None:
    """Write down what came of these attempts: what was accepted first, what is unknown last."""
    for answer in sorted(answers, key=_rank):
        if isinstance(answer.outcome, Task):
            results.accept(answer.attempt, answer.outcome)
            pauses.note_accepted()
        else:
            _record_error(answer.attempt, answer.outcome)


async def _submission(client: FluxClient, attempt: Attempt) -> Submission:
    """What will be sent. Trouble on the way here, a failed upload too, means: nothing was sent."""
    wish = attempt.generation
    try:
        async with asyncio.timeout(HANDING_OVER):
            image_url = await references.address(wish, client) if wish.is_edit else ""
    except (FluxUnconfirmed, TimeoutError) as error:
        raise FluxNotSent(f"The reference picture could not be handed over. {error}") from error
    return Submission(
        action=wish.action,
        prompt=wish.prompt,
        model=wish.model_name,
        size=wish.size,
        count=wish.count,
        image_url=image_url,
        callback_url=callbacks.address(attempt),
    )


def _claim(generation: Generation, lease: Lease) -> Attempt | None:
    number = generation.attempts.count() + 1
    now = clock.now()
    if not moving.make(states.PICK, generation, submitted_at=now):
        return None
    return Attempt.objects.create(
        generation=generation, number=number, epoch=lease.epoch, sent_at=now
    )


def _rank(answer: Answer) -> int:
    if isinstance(answer.outcome, Task):
        return 0
    return 1 if isinstance(answer.outcome, FluxRejected | FluxUnavailable) else 2


def _record_error(attempt: Attempt, error: Exception) -> None:
    if isinstance(error, FluxUnavailable | FluxMisconfigured):
        _put_back(attempt, error)
    elif isinstance(error, FluxRejected | FluxFailed):
        _refuse(attempt, results.problem_of(error), error)
    elif isinstance(error, references.ReferenceGone):
        _refuse(attempt, "reference_gone", error)
    else:
        _lose_sight(attempt, error)


def _put_back(attempt: Attempt, error: FluxError) -> None:
    """Nothing was accepted. The wish keeps its place, and its person keeps their turn."""
    if _end(attempt, Outcome.PUT_BACK, error):
        moving.make(states.PUT_BACK, attempt.generation, submitted_at=None)
    if isinstance(error, FluxMisconfigured):
        pauses.note_misconfigured(error)
    elif isinstance(error, FluxBusy):
        pauses.note_busy(error.retry_after)
    elif not isinstance(error, LeaseRanOut):
        pauses.note_failure(error)


def _refuse(attempt: Attempt, problem: str, error: Exception) -> None:
    if _end(attempt, Outcome.REJECTED, error):
        trace_id = getattr(error, "trace_id", "")[:200]
        detail = str(error)[:2000]
        if problem == "model_refused":
            results.note_refused_model(attempt.generation, detail)
        moving.make(
            states.REFUSE,
            attempt.generation,
            problem=problem,
            problem_detail=detail,
            trace_id=trace_id,
        )
    pauses.note_accepted()  # the API is well: it has read the wish


def _lose_sight(attempt: Attempt, error: Exception) -> None:
    if not isinstance(error, FluxUnconfirmed):
        extra = {"generation": attempt.generation_id}
        logger.error("attempt.broke id=%s", attempt.pk, exc_info=error, extra=extra)
    first = clock.now() + leasing.FIRST_LISTING
    if _end(attempt, Outcome.UNCONFIRMED, error, next_listing_at=first):
        moving.make(states.LOSE_SIGHT, attempt.generation, problem_detail=str(error)[:2000])
    if isinstance(error, FluxUnconfirmed):
        pauses.note_failure(error)


def _end(attempt: Attempt, outcome: Outcome, error: Exception, **fields: object) -> bool:
    """Close the attempt if nothing else has been learnt of it in the meantime."""
    return bool(
        Attempt.objects.filter(pk=attempt.pk, outcome__in=LIVE).update(
            outcome=outcome,
            ended_at=clock.now(),
            problem_detail=str(error)[:2000],
            **fields,
        )
    )
