"""How often the API was called, what it answered and how long it took, for /metrics.

Counted in the process that calls, and added to the database's sums now and then: other processes
show them.
"""

import threading
import time
from collections import defaultdict

from django.db import IntegrityError, transaction
from django.db.models import F

from gallery.models import ApiTally

EVERY = 5.0  # seconds between two writes

_lock = threading.Lock()
_calls: dict[tuple[str, int, str], list[float]] = defaultdict(list)
_kept_at = [0.0]


def note(call: str, status: int, error: str, seconds: float) -> None:
    with _lock:
        _calls[call, status, error].append(seconds)


def keep_now_and_then() -> None:
    if time.monotonic() - _kept_at[0] >= EVERY:
        keep()


def keep() -> None:
    """Add what was counted to the sums."""
    _kept_at[0] = time.monotonic()
    with _lock:
        taken = dict(_calls)
        _calls.clear()
    for (call, status, error), seconds in sorted(taken.items()):
        _add({"call": call, "status": status, "error": error}, len(seconds), sum(seconds))


def _add(labels: dict[str, str | int], number: int, seconds: float) -> None:
    rows = ApiTally.objects.filter(**labels)
    more = {"number": F("number") + number, "seconds": F("seconds") + seconds}
    if rows.update(**more):
        return
    try:
        with transaction.atomic():
            ApiTally.objects.create(**labels, number=number, seconds=seconds)
    except IntegrityError:  # another process has just begun to count these
        rows.update(**more)
