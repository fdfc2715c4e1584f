"""The clock that the engine decides by: clocks of machines are wrong, and jump when put right.

On PostgreSQL it is the server's, which all processes of all machines see alike. On SQLite all are
on one machine, whose clock they share: when that jumps, what the rows say of moments moves with it,
so that whatever had ten seconds to wait has ten seconds still.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gallery.models import Attempt, Conductor, Generation, Heartbeat, Result
from gallery.models.generation import OPEN, ResultState

logger = logging.getLogger(__name__)

STEP = 2.0  # seconds; less is no jump
RECENT = timedelta(hours=1)  # attempts that a search may be measured by
GOOD_FOR = 10.0  # seconds until the server is asked for its time again
QUICK = 0.1  # seconds; an answer that took longer says little
TRIES = 5
# Seconds since the machine was started, which no change of the clock touches.
_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT = Path("/proc/sys/kernel/random/boot_id")

_started: float | None = None  # when the machine was, by its clock as the rows know it
# The server's time at our zero, and how long it is good.
_servers: tuple[float, float] | None = None


def now() -> datetime:
    if connection.vendor == "postgresql":
        return datetime.fromtimestamp(_servers_zero() + _running(), UTC)
    settle()
    return timezone.now()


def settle() -> None:
    """If this machine's clock has jumped, move what the rows say of moments as far."""
    global _started
    started = _when_started()
    if _started is not None and abs(started - _started) < STEP:
        return
    with transaction.atomic():
        conductor = Conductor.objects.select_for_update().filter(pk=1).first()
        if conductor is None:
            return
        known = conductor.machine_started if conductor.boot == boot() else None
        if known is not None and abs(started - known) < STEP:
            _started = known
            return
        if known is not None:
            _move(timedelta(seconds=started - known))
            logger.warning("clock.jumped seconds=%+.0f", started - known)
        Conductor.objects.filter(pk=1).update(machine_started=started, boot=boot())
    _started = started if not connection.in_atomic_block else None


def _move(by: timedelta) -> None:
    now = timezone.now()
    _shift(Conductor.objects.all(), by, "leased_until", "ticked_at", "paused_until")
    _shift(Heartbeat.objects.all(), by, "beat_at")
    waiting = Generation.objects.filter(Q(status__in=OPEN) | Q(next_look_at__isnull=False))
    _shift(waiting, by, "submitted_at", "next_look_at")
    # Whose turn is next follows from what was sent last: nothing was sent in the future.
    ahead = Generation.objects.exclude(status__in=OPEN).filter(submitted_at__gt=now)
    _shift(ahead, by, "submitted_at", "done_at", "finished_at")
    recent = Attempt.objects.filter(sent_at__gt=now - by - RECENT)
    _shift(recent, by, "sent_at", "ended_at", "missed_at", "next_listing_at", "listed_at")
    _shift(Result.objects.filter(state=ResultState.WAITING), by, "created_at", "due_at")


def _shift(rows: QuerySet[Any], by: timedelta, *names: str) -> None:
    rows.update(**{name: F(name) + by for name in names})


def _when_started() -> float:
    """Taken between two looks at what does not jump: whoever sleeps between them looks again."""
    while True:
        before, clock, after = _running(), time.time(), _running()
        if after - before < QUICK:
            return clock - after


def _servers_zero() -> float:
    global _servers
    if _servers is None or _servers[1] < _running():
        tries = [_ask_server()]
        while tries[-1][0] > QUICK and len(tries) < TRIES:
            tries.append(_ask_server())
        _servers = (min(tries)[1], _running() + GOOD_FOR)
    return _servers[0]


def _ask_server() -> tuple[float, float]:
    """How long its answer took, and what its clock showed when ours began."""
    began = _running()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
    took = _running() - began
    return took, theirs - began - took / 2


def _running() -> float:
    return time.clock_gettime(_RUNNING)


def boot() -> str:
    """The kernel's name of the machine's last start; empty where it has none."""
    return _BOOT.read_text().strip() if _BOOT.exists() else ""
