"""The background worker: django-q2's cluster, crash-only. `up` runs it; or run it alone."""

import logging
import os
from typing import Any

import stamina
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django_q.brokers import get_broker

from fluxsite import loading
from fluxsite.supervision.cluster import PATIENCE_AT_STOP, CrashOnlySentinel
from fluxsite.supervision.parents import die_with
from gallery import tasks
from gallery.engine import heartbeat, hints, holders

logger = logging.getLogger(__name__)

PATIENCE = 90.0  # seconds without a finished task until a cluster counts as hung


class Command(BaseCommand):
    help = "Work on background tasks until SIGTERM; end at once when any part of it breaks."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parent", type=int, help="end when this process does")
        parser.add_argument("--patience", type=float, default=PATIENCE)
        words = "seconds for what is under way when it is asked to stop"
        parser.add_argument("--stop-patience", type=int, default=PATIENCE_AT_STOP, help=words)

    def handle(self, *args: Any, parent: int | None, patience: float, **options: Any) -> None:
        if parent:
            die_with(parent)
        loading.load()
        _get_ready()
        CrashOnlySentinel(patience=patience, stop_patience=options["stop_patience"]).run()
        heartbeat.end()
        logging.shutdown()
        os._exit(0)  # everything has ended; leftovers of queues must not hold us back


def _is_outside(error: Exception) -> bool:
    return isinstance(error, DatabaseError | OSError) or type(error).__module__.startswith("redis.")


@stamina.retry(on=_is_outside, attempts=None, timeout=None, wait_max=5.0)
def _get_ready() -> None:
    """Wait for the database and the queue, and take over from clusters that are no more."""
    try:
        get_broker().ping()
        tasks.ensure_schedules()
        holders.hand_back()
        hints.wake()
    except Exception as error:
        if _is_outside(error):
            words = str(error).strip()
            logger.warning("The worker waits for the database and the queue: %s", words)
        raise
