"""What a storm asks of the desk, beside what every test may ask (see desk.py)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import desk
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import OrmQ, Schedule

from accounts import credits
from accounts.models import Person
from fluxsite import inventory
from gallery.engine import clock, sweeping
from gallery.models import Attempt, Conductor, Generation, Image, Result, Upload
from gallery.models.generation import LIVE, OPEN

ALLOWANCE = "100000"


def make_people(names: list[str], password: str) -> None:
    for name in names:
        desk.make_person(name, ALLOWANCE, password)
        # Whoever waits in a storm may ask for more than usual.
        Person.objects.filter(email=f"{name}@example.org").update(daily_cap=None)


def unrest() -> dict[str, Any]:
    """What is not at rest yet."""
    still_open = Generation.objects.filter(status__in=OPEN)
    return {
        "open": list(still_open.values("prompt", "status", "task_id", "problem_detail")),
        "attempts": Attempt.objects.filter(outcome__in=LIVE).count(),
        "callbacks": Attempt.objects.filter(is_callback_waiting=True).count(),
        "results": Result.objects.filter(state="waiting").count(),
        "pause": Conductor.objects.get(pk=1).pause,
    }


def is_queue_at_rest() -> bool:
    """Whether no task waits in the queue, and every schedule is looked after."""
    late = Schedule.objects.filter(next_run__lt=timezone.now() - timedelta(minutes=2))
    return not get_broker().queue_size() and not late.exists()


def let_locks_end() -> None:
    """Let the broker give out again what it gave to workers that are no more."""
    OrmQ.objects.update(lock=timezone.now() - timedelta(hours=1))


def let_long_pass() -> None:
    """Let a day pass for what waits for the end of patience, then sweep."""
    day = timedelta(days=1, minutes=1)
    waiting = Generation.objects.filter(status__in=["unconfirmed", "running"])
    _earlier(waiting, submitted_at=sweeping.RUNNING_FOR + timedelta(minutes=1))
    _earlier(Result.objects.filter(state="waiting"), created_at=day, due_at=day)
    sweeping.sweep()


def let_late_ones_be_seen() -> None:
    """Let the moment come at which what was given up is looked up again."""
    for generation in Generation.objects.filter(next_look_at__isnull=False):
        Generation.objects.filter(pk=generation.pk).update(next_look_at=clock.now())


def rows_of(mark: str) -> list[dict[str, Any]]:
    """Every generation whose prompt begins so, with all that came of it."""
    rows = Generation.objects.filter(prompt__startswith=mark).select_related("owner")
    with transaction.atomic():
        sums = credits.recount().sums
        return [desk._row(one, sums.get(one.reference)) | {"token": one.form_token} for one in rows]


def spent() -> Decimal:
    """The sum of the ledger."""
    with transaction.atomic():
        return credits.recount().spent


def names_of_files() -> list[str]:
    """Every file that a row speaks of."""
    rows = [*Image.objects.values_list("original", "renditions")]
    rows += [*Upload.objects.values_list("name", "renditions")]
    return [name for first, others in rows for name in (first, *others.values())]


def stock() -> list[str]:
    """What `doctor --deep` finds wrong."""
    return [finding.says for finding in inventory.take_stock() if finding.is_bad]


def probes() -> list[str]:
    """What a test of the storage has left behind."""
    _, files = default_storage.listdir("")
    return [name for name in files if name != "ballast"]


def _earlier(rows: QuerySet[Any], **by: timedelta) -> None:
    # One by one: whoever locks many rows in an order of its own gets in the engine's way.
    for row in rows:
        moved = {name: F(name) - past for name, past in by.items()}
        rows.filter(pk=row.pk).update(**moved)


ORDERS: tuple[Callable[..., Any], ...] = (
    make_people,
    unrest,
    is_queue_at_rest,
    let_locks_end,
    let_long_pass,
    let_late_ones_be_seen,
    rows_of,
    spent,
    names_of_files,
    stock,
    probes,
)
desk.ORDERS |= {order.__name__: order for order in ORDERS}
serve = desk.serve
