"""Finding out what became of unconfirmed attempts, by the API's own list of that minute.

What was given up is still looked for now and then, for a day: it may be found late.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from gallery.engine import callbacks, clock, moving, results, states, watching
from gallery.flux.contract import Task
from gallery.models import Attempt, Generation
from gallery.models.generation import LIVE, LOST, Outcome

AROUND = timedelta(seconds=60)  # the clocks of both sides need not agree
SURELY_LISTED = timedelta(seconds=50)  # a little less than what is asked for
BETWEEN_LISTINGS = timedelta(seconds=10)
BETWEEN_LATE_LISTINGS = timedelta(minutes=10)
MOST_ATTEMPTS = 2  # POSTs that never arrived, before the wish is given up


@dataclass(frozen=True, slots=True)
class Search:
    attempt: Attempt
    since: float
    until: float


@transaction.atomic
def due() -> list[Search]:
    """The attempts to be looked for now, each put off at once."""
    now = clock.now()
    attempts = list(_looked_for(now).select_related("generation")[:10])
    for attempt in attempts:
        Attempt.objects.filter(pk=attempt.pk).update(next_listing_at=_next_listing(attempt, now))
    return [_search(attempt) for attempt in attempts]


def is_anything_due(by: datetime) -> bool:
    return _looked_for(by).exists()


@transaction.atomic
def record(search: Search, listed: Sequence[Task] | None) -> None:
    """Act on one listing. Without one (None: the API does not list), nothing is concluded."""
    attempt, now = search.attempt, clock.now()  # the clock first: it may move what the rows say
    attempt.refresh_from_db()
    if attempt.outcome not in LOST:
        return
    Attempt.objects.filter(pk=attempt.pk).update(listed_at=now)
    if listed is None:
        return
    found = _match(attempt, listed)
    if found:
        results.accept(attempt, found)
    elif attempt.outcome == Outcome.GIVEN_UP:
        return  # its end is known, and stays as it is
    elif _is_trustworthy(search, listed) and not _may_be_ours(attempt, listed):
        _missed(attempt, now)


def _looked_for(by: datetime) -> QuerySet[Attempt]:
    lost = Attempt.objects.filter(outcome__in=LOST, next_listing_at__lte=by)
    return lost.order_by("next_listing_at")


def _next_listing(attempt: Attempt, now: datetime) -> datetime | None:
    if attempt.outcome == Outcome.UNCONFIRMED:
        return now + BETWEEN_LISTINGS
    return now + BETWEEN_LATE_LISTINGS if now - attempt.sent_at < watching.LATE_FOR else None


def _search(attempt: Attempt) -> Search:
    ended_at = attempt.ended_at or attempt.sent_at
    # By the clock of this machine, as the client reckons.
    wrong = time.time() - clock.now().timestamp()
    return Search(
        attempt,
        since=(attempt.sent_at - AROUND).timestamp() + wrong,
        until=(ended_at + AROUND).timestamp() + wrong,
    )


def _match(attempt: Attempt, listed: Sequence[Task]) -> Task | None:
    """By our signed address in the echoed request; else the only one that looks like it."""
    address = callbacks.address(attempt)
    if address:
        for task in listed:
            if task.request.get("callback_url") == address:
                return task
    alike = [task for task in _unknown_alike(attempt, listed) if _is_unsigned(task)]
    # Another wish of the same words that is unconfirmed, too, could be meant.
    return alike[0] if len(alike) == 1 and not _has_twin(attempt) else None


def _is_unsigned(task: Task) -> bool:
    """Whether the echoed request lacks an address that would say whose it is."""
    return not task.request.get("callback_url")


def _may_be_ours(attempt: Attempt, listed: Sequence[Task]) -> bool:
    return bool(_unknown_alike(attempt, listed))


def _unknown_alike(attempt: Attempt, listed: Sequence[Task]) -> list[Task]:
    alike = [task for task in listed if _wish_of(task.request) == _wish_of_ours(attempt)]
    ids = [task.task_id for task in alike]
    known = set(Attempt.objects.filter(task_id__in=ids).values_list("task_id", flat=True))
    return [task for task in alike if task.task_id not in known]


def _wish_of(request: object) -> tuple[object, ...]:
    get = getattr(request, "get", lambda name: None)
    return tuple(get(name) for name in ("prompt", "model", "size"))


def _wish_of_ours(attempt: Attempt) -> tuple[object, ...]:
    wish = attempt.generation
    return (wish.prompt, wish.model_name, wish.size)


def _has_twin(attempt: Attempt) -> bool:
    wish = attempt.generation
    near = (attempt.sent_at - 2 * AROUND, attempt.sent_at + 2 * AROUND)
    twins = Attempt.objects.filter(
        Q(outcome__in=LIVE) | Q(outcome=Outcome.GIVEN_UP, sent_at__range=near),
        generation__prompt=wish.prompt,
        generation__model_name=wish.model_name,
        generation__size=wish.size,
    )
    return twins.exclude(pk=attempt.pk).exists()


def _is_trustworthy(search: Search, listed: Sequence[Task]) -> bool:
    """Whether the list shows every job of that time that we know was accepted, and one at least.

    A list that lacks a known one is late or cut short, and one that could not be checked proves
    nothing.
    """
    since, until = search.attempt.sent_at - SURELY_LISTED, search.attempt.sent_at + SURELY_LISTED
    known = Attempt.objects.filter(
        outcome=Outcome.ACCEPTED, sent_at__gte=since, sent_at__lte=until
    ).exclude(task_id="")
    expected = set(known.values_list("task_id", flat=True))
    return bool(expected) and expected <= {task.task_id for task in listed}


def _missed(attempt: Attempt, now: datetime) -> None:
    """Absent from a list that can be trusted: the second time settles it."""
    if attempt.missed_at is None:
        Attempt.objects.filter(pk=attempt.pk).update(missed_at=now)
        return
    if attempt.missed_at + BETWEEN_LISTINGS > now:
        return
    Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.UNCONFIRMED).update(
        outcome=Outcome.ABSENT, next_listing_at=None
    )
    generation: Generation = attempt.generation
    if generation.attempts.filter(outcome=Outcome.ABSENT).count() < MOST_ATTEMPTS:
        moving.make(states.QUEUE_AGAIN, generation, submitted_at=None)
    else:
        moving.make(states.GIVE_UP_ABSENT, generation, problem="absent")
