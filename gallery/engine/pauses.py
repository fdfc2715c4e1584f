"""When nothing is submitted, and how it goes on: breaker, pace, and the operator's troubles."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from gallery.engine import clock
from gallery.flux.errors import FluxError, FluxMisconfigured, FluxUsedUp
from gallery.models import Conductor, Pause

logger = logging.getLogger(__name__)

BREAKS_AT = 3  # failures in a row
SLOWEST = 0.2  # submissions a second
LONGEST_WAIT = 120.0  # seconds between two probes of an API that is down
LONGEST_REST = 3600.0  # seconds that a Retry-After is believed, however long it says
# Seconds until the next cheap look whether the trouble is over. A token check can't see an
# account that is used up, so after that one submission is tried a minute.
PROBE_AFTER = {Pause.TOKEN: 15.0, Pause.USED_UP: 60.0, Pause.STORAGE: 15.0}


def note_accepted() -> None:
    """A submission was accepted: all is well, and the pace may grow."""
    conductor = Conductor.objects.get(pk=1)
    top = float(settings.FLUX_MAX_PER_SECOND)
    pace = min(top, (conductor.pace or top) * 1.1)
    if conductor.failures_in_row or conductor.pace != pace:
        _set(failures_in_row=0, pace=pace)
    # What the API says tells nothing of our own storage.
    if conductor.pause not in (Pause.NONE, Pause.STORAGE):
        _change(pause=Pause.NONE, pause_detail="", paused_until=None)


def note_busy(retry_after: float | None) -> None:
    """The API said 429: wait as long as it says, then go on at half the pace."""
    conductor = Conductor.objects.get(pk=1)
    pace = max(SLOWEST, (conductor.pace or settings.FLUX_MAX_PER_SECOND) / 2)
    unsaid = min(30.0, 2.0 * 2 ** min(10, conductor.failures_in_row))
    wait = unsaid if retry_after is None else min(LONGEST_REST, retry_after)
    Conductor.objects.filter(pk=1).update(failures_in_row=F("failures_in_row") + 1, pace=pace)
    begin(Pause.BUSY, "The API's limit was reached.", wait=wait)


def note_failure(error: FluxError) -> None:
    """No connection, or a 5xx. Some in a row open the breaker."""
    Conductor.objects.filter(pk=1).update(failures_in_row=F("failures_in_row") + 1)
    failures = Conductor.objects.values_list("failures_in_row", flat=True).get(pk=1)
    if failures >= BREAKS_AT:
        begin(Pause.DOWN, str(error), wait=_patience(failures))


def note_misconfigured(error: FluxMisconfigured) -> None:
    kind = Pause.USED_UP if isinstance(error, FluxUsedUp) else Pause.TOKEN
    Conductor.objects.filter(pk=1).update(failures_in_row=F("failures_in_row") + 1)
    begin(kind, str(error), wait=PROBE_AFTER[kind])


def begin(kind: Pause, detail: str, *, wait: float) -> None:
    until = clock.now() + timedelta(seconds=wait)
    _change(pause=kind, pause_detail=detail[:500], paused_until=until)
    logger.warning("engine.paused why=%s seconds=%.0f", kind.value, wait)


def go_on_waiting(conductor: Conductor) -> None:
    """A probe failed: the pause lasts, and the next probe comes later."""
    Conductor.objects.filter(pk=1).update(failures_in_row=F("failures_in_row") + 1)
    wait = PROBE_AFTER.get(Pause(conductor.pause), _patience(conductor.failures_in_row + 1))
    _change(paused_until=clock.now() + timedelta(seconds=wait))


def end() -> None:
    """The trouble seems over. One submission goes ahead; the others follow when it is accepted."""
    _change(pause=Pause.NONE, pause_detail="", paused_until=None)
    logger.info("engine.resumed")


def stop(message: str) -> None:
    """An admin wants nothing new to be submitted; what the API has runs on, and is looked after."""
    _set(pause=Pause.ADMIN, pause_detail=message[:500], paused_until=None)
    logger.warning("engine.paused why=%s", Pause.ADMIN.value)


def go_on() -> bool:
    """Take an admin's pause away. Trouble that came meanwhile shows with the next submission."""
    stopped = Conductor.objects.filter(pk=1, pause=Pause.ADMIN)
    return bool(stopped.update(pause=Pause.NONE, pause_detail="", paused_until=None))


def is_due(conductor: Conductor, now: datetime) -> bool:
    """Whether it is time to look if the pause can end."""
    if conductor.pause in (Pause.NONE, Pause.ADMIN):  # the one lasts until the admin ends it
        return False
    return conductor.paused_until is None or conductor.paused_until <= now


def _patience(failures: int) -> float:
    return float(min(LONGEST_WAIT, 5.0 * 2 ** min(10, max(0, failures - BREAKS_AT))))


def _change(**fields: object) -> None:
    """Of the pauses that come and go by themselves: none of them ends an admin's."""
    Conductor.objects.filter(pk=1).exclude(pause=Pause.ADMIN).update(**fields)


def _set(**fields: object) -> None:
    Conductor.objects.filter(pk=1).update(**fields)
