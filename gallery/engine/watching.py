"""Looking up running jobs, in batches, at a pace that follows their age."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

from gallery.engine import clock, results
from gallery.flux.contract import Task, TaskState
from gallery.models import Attempt, Generation, Result
from gallery.models.generation import FINAL, LOST, ResultState, Status

BATCH = 50  # the most ids that the API is asked for at once
MOST_AT_ONCE = 500  # generations a tick
# Age of the job, and seconds between two looks at it.
CADENCE = (
    (timedelta(minutes=1), 1),
    (timedelta(minutes=5), 2),
    (timedelta(minutes=10), 5),
    (timedelta(hours=1), 15),
)
LATE_CADENCE = 600  # seconds, of what was given up
# With so many jobs at once none is looked up more often than this, for the API's sake.
CROWD, CROWD_CADENCE = 100, 2
LATE_FOR = timedelta(days=1)
ENDED = (TaskState.SUCCEEDED, TaskState.FAILED)
# What the API may still know more of than we do.
LOOKED_FOR = (Status.RUNNING, Status.UNCONFIRMED, Status.FAILED)


def due() -> list[Generation]:
    """Those to be looked up now; each is put off at once, so nobody looks twice.

    With the fields alone that a look-up needs: they come by the thousand and are looked at often.
    """
    now = clock.now()
    waiting = Generation.objects.filter(next_look_at__lte=now).exclude(task_id="")
    light = waiting.only("task_id", "status", "submitted_at", "created_at")
    generations = list(light.order_by("next_look_at")[:MOST_AT_ONCE])
    if generations:
        _put_off(generations, now)
    return generations


@transaction.atomic
def _put_off(generations: Sequence[Generation], now: datetime) -> None:
    """Looks fall on the stroke, so a few updates do for all."""
    least = CROWD_CADENCE if len(generations) > CROWD else 0
    by_moment = defaultdict(list)
    for generation in generations:
        by_moment[_next_look(generation, now, least)].append(generation.pk)
    for moment, keys in by_moment.items():
        due = Generation.objects.filter(pk__in=keys, next_look_at__lte=now)
        due.update(next_look_at=moment)


def batches(generations: Sequence[Generation]) -> list[list[str]]:
    ids = [generation.task_id for generation in generations]
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def ended(looked_up: Sequence[Generation], tasks: Mapping[str, Task]) -> list[Generation]:
    """Those of which the answer tells that they are over: most others are as they were."""
    over = {key for key, task in tasks.items() if task.state in ENDED}
    return [generation for generation in looked_up if generation.task_id in over]


@transaction.atomic
def record(generations: Sequence[Generation], tasks: Mapping[str, Task]) -> None:
    keys = [generation.pk for generation in generations]
    for generation in Generation.objects.filter(pk__in=keys):
        if generation.task_id in tasks:
            results.receive(generation, tasks[generation.task_id])


@transaction.atomic
def look_again(generation: Generation) -> bool:
    """Look it up, or look for it, at once. Return whether there is anything to look for.

    It is only ever asked after, so nothing can be made or charged a second time.
    """
    now = clock.now()
    by_name = Generation.objects.filter(pk=generation.pk, status__in=LOOKED_FOR).exclude(task_id="")
    if by_name.update(next_look_at=now):
        return True
    lost = Attempt.objects.filter(generation=generation, outcome__in=LOST)
    if lost.update(next_listing_at=now):
        return True
    waiting = Result.objects.filter(generation=generation, state=ResultState.WAITING, holder="")
    return bool(waiting.update(due_at=now))


def _next_look(generation: Generation, now: datetime, least: int) -> datetime | None:
    age = now - (generation.submitted_at or generation.created_at)
    if generation.status in FINAL and age > LATE_FOR:
        return None
    young = () if generation.status in FINAL else CADENCE
    wait = max(least, next((wait for limit, wait in young if age < limit), LATE_CADENCE))
    # On the stroke, so that jobs of different beginnings share one request.
    return datetime.fromtimestamp((now.timestamp() // wait + 1) * wait, UTC)
