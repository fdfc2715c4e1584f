"""What the API says of a task, by an answer, a look-up, its list or a callback."""

import logging

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Round

from gallery.engine import clock, moving, states
from gallery.flux.contract import Task, TaskState
from gallery.flux.errors import FluxModelRefused, FluxModerated, FluxRejected, error_of
from gallery.models import Attempt, FluxModel, Generation, Result
from gallery.models.generation import LIVE, Outcome

logger = logging.getLogger(__name__)

MOST_PICTURES = 16  # more than any documented answer; a bound for what nobody expects
LEARNING = 0.2  # weight of the newest duration in a model's expected seconds


@transaction.atomic
def receive(generation: Generation, task: Task) -> None:
    """Act on the state of the generation's task. Safe to repeat, and in any order."""
    if task.state is TaskState.SUCCEEDED:
        _deliver(generation, task)
    elif task.state is TaskState.FAILED:
        _fail(generation, task)


@transaction.atomic
def accept(attempt: Attempt, task: Task) -> None:
    """The API has this attempt's wish: note its task and act on what is known of it."""
    told = {"task_id": task.task_id} if task.task_id else {}  # not all that is said names its task
    _note_accepted(Attempt.objects.filter(pk=attempt.pk), **told)
    generation = attempt.generation
    generation.refresh_from_db()
    if generation.task_id and task.task_id and generation.task_id != task.task_id:
        _note_second_task(generation, task)
        return
    known = {"task_id": task.task_id or generation.task_id, "trace_id": task.trace_id[:200]}
    if task.state is TaskState.PENDING:
        now = clock.now()
        if not moving.make(states.ACCEPT, generation, next_look_at=now, **known):
            # It had been given up: its result may still come.
            given_up = Generation.objects.filter(status__in=states.ARRIVE_LATE.sources)
            given_up.filter(pk=generation.pk).update(next_look_at=now, **known)
    else:
        Generation.objects.filter(pk=generation.pk).update(**known)
        receive(generation, task)


def problem_of(error: Exception) -> str:
    """The key of gallery.problems for what the API said."""
    kinds = {FluxModerated: "moderated", FluxModelRefused: "model_refused", FluxRejected: "refused"}
    return next((key for kind, key in kinds.items() if isinstance(error, kind)), "provider_failed")


def _note_accepted(attempts: QuerySet[Attempt], **told: str) -> None:
    attempts.update(outcome=Outcome.ACCEPTED, ended_at=clock.now(), next_listing_at=None, **told)


def _deliver(generation: Generation, task: Task) -> None:
    fields = {"done_at": clock.now(), "reported_cost": task.cost, "next_look_at": None}
    if moving.make(states.DELIVER, generation, **fields):
        _learn(generation)
    elif not moving.make(states.ARRIVE_LATE, generation, problem="", finished_at=None, **fields):
        return  # known already
    _note_accepted(Attempt.objects.filter(generation=generation, outcome__in=LIVE))
    now = clock.now()
    for position, picture in enumerate(task.pictures[:MOST_PICTURES]):
        told = {"url": picture.url, "seed": picture.seed[:40]}
        Result.objects.get_or_create(
            generation=generation,
            position=position,
            defaults={"created_at": now, "due_at": now, **told},
        )


def _fail(generation: Generation, task: Task) -> None:
    if not task.problem:
        problem, detail = "provider_failed", "The task ended without a picture."
    else:
        problem, detail = problem_of(error_of(task.problem)), describe(task)
    if problem == "model_refused":
        note_refused_model(generation, detail)
    moved = moving.make(
        states.FAIL, generation, problem=problem, problem_detail=detail, next_look_at=None
    )
    if moved:
        _note_accepted(Attempt.objects.filter(generation=generation, outcome__in=LIVE))
    else:
        # It had been given up: now we know that it was never charged.
        Generation.objects.filter(pk=generation.pk, status=states.FAIL.target).update(
            is_possible_loss=generation.was_taken_twice, next_look_at=None
        )


def note_refused_model(generation: Generation, detail: str) -> None:
    """The API does not know this model: admins see it until one of its jobs succeeds."""
    FluxModel.objects.filter(name=generation.model_name).update(
        refused_at=clock.now(), refused_detail=detail[:500]
    )


def describe(task: Task) -> str:
    if not task.problem:
        return ""
    return f"{task.problem.code}: {task.problem.message}"[:2000]


def _note_second_task(generation: Generation, task: Task) -> None:
    """Two tasks for one wish: the second may have been charged, too, so admins see it."""
    extra = {"generation": generation.pk}
    logger.error("generation.second_task id=%s", generation.pk, extra=extra)
    Generation.objects.filter(pk=generation.pk).update(is_possible_loss=True)


def _learn(generation: Generation) -> None:
    """Let the model's expected time follow what its jobs really take."""
    if generation.submitted_at and generation.done_at and generation.model_id:
        took = (generation.done_at - generation.submitted_at).total_seconds()
        FluxModel.objects.filter(pk=generation.model_id).update(
            seconds=Round(F("seconds") * (1 - LEARNING) + took * LEARNING),
            refused_at=None,
            refused_detail="",
        )
