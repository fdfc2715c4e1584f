"""The workers' entry points. Each may be run never, twice or late: rows know what is to do."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from accounts import alerts, carrying, letters
from gallery import billing, digests, leaving, outside, usage, webhooks
from gallery.engine import conductor, heartbeat, storing, sweeping, testing
from gallery.engine.away import IS_AWAY
from gallery.models import Conductor
from gallery.posting import open_poster

logger = logging.getLogger(__name__)

SHIFT = 60  # seconds

# Name, task and minutes between two runs.
SCHEDULES = (
    ("sweep", "gallery.tasks.sweep", 1),
    ("letters", "gallery.tasks.send_letters", 1),
    ("budgets", "gallery.tasks.look_at_budgets", 5),
    ("webhooks", "gallery.tasks.send_webhooks", 1),
)
LONGEST_BETWEEN = 2 * timedelta(minutes=max(minutes for *_, minutes in SCHEDULES))


def conduct() -> None:
    conductor.run(outside.open_client(), patience=SHIFT)


def store(result_id: str) -> None:
    with outside.open_fetcher() as fetcher:
        storing.work(result_id, fetcher=fetcher)


def sweep() -> None:
    carrying.carry_over()
    sweeping.sweep()
    leaving.cancel_what_slipped_in()
    usage.roll_up()


def test_call() -> None:
    testing.call(outside.open_client())


def send_letters() -> None:
    letters.send_due()


def look_at_budgets() -> None:
    letters.deliver(digests.write())
    letters.deliver([*alerts.look(), *alerts.look_at_provider(billing.charged_this_month())])


def send_webhooks() -> None:
    with open_poster() as poster:
        webhooks.send_due(poster)


def beat() -> str:
    """What is looked after on the way can wait for a database that is away; the sign can't."""
    try:
        let_schedules_follow_the_clock()
        sweeping.look_after_conductor()
    except IS_AWAY as error:
        logger.warning("beat.database_away error=%s", error)
    return heartbeat.beat()


def let_schedules_follow_the_clock() -> None:
    """What was put off by a clock that ran ahead, until it was put right, is due now."""
    now = timezone.now()
    Schedule.objects.filter(next_run__gt=now + LONGEST_BETWEEN).update(next_run=now)


@transaction.atomic
def ensure_schedules() -> None:
    """One of each. Nothing but this lock keeps workers that start at once from making two."""
    Conductor.objects.select_for_update().filter(pk=1).first()
    for name, func, minutes in SCHEDULES:
        same = Schedule.objects.filter(name=name).order_by("pk")
        for twin in same[1:]:
            twin.delete()
        Schedule.objects.update_or_create(
            name=name,
            defaults={"func": func, "schedule_type": Schedule.MINUTES, "minutes": minutes},
        )
