"""The workers' entry points. Each may be run never, twice or late: rows know what is to do."""

from django_q.models import Schedule

from accounts import alerts, carrying, letters
from gallery import billing, digests, leaving, outside, usage, webhooks
from gallery.engine import conductor, heartbeat, storing, sweeping, testing
from gallery.posting import open_poster

SHIFT = 60  # seconds

# Name, task and minutes between two runs.
SCHEDULES = (
    ("sweep", "gallery.tasks.sweep", 1),
    ("letters", "gallery.tasks.send_letters", 1),
    ("budgets", "gallery.tasks.look_at_budgets", 5),
    ("webhooks", "gallery.tasks.send_webhooks", 1),
)


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
    sweeping.look_after_conductor()
    return heartbeat.beat()


def ensure_schedules() -> None:
    for name, func, minutes in SCHEDULES:
        Schedule.objects.update_or_create(
            name=name,
            defaults={"func": func, "schedule_type": Schedule.MINUTES, "minutes": minutes},
        )
