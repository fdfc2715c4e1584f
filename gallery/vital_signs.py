"""The engine's state in a few words: provider, in flight, waiting, workers, storage."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import Min

from gallery import words
from gallery.engine import heartbeat, picking
from gallery.models import Conductor, Generation, Heartbeat, Pause
from gallery.models.generation import Status
from gallery.storage import DurableFileSystemStorage, is_healthy

STORAGE_GOOD_FOR = 30  # seconds that a look at the storage is believed
LITTLE_ROOM = 1_000_000_000  # bytes
OLD = timedelta(minutes=10)
WRITABLE = "writable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """One tile: a word, and a dot that says the same again in colour."""

    name: str
    says: str
    more: str
    look: str  # "ok", "warn", "danger" or "accent"


def signs(conductor: Conductor, states: Mapping[str, int], now: datetime) -> tuple[Vital, ...]:
    return (
        _provider(conductor, now),
        _in_flight(states, now),
        _queue(states, now),
        _worker(now),
        _storage(),
    )


def age(moment: datetime, now: datetime) -> str:
    seconds = max(0, int((now - moment).total_seconds()))
    return (
        words.clock(seconds)
        if seconds < words.HOUR
        else words.ago(moment, now).removesuffix(" ago")
    )


def _provider(conductor: Conductor, now: datetime) -> Vital:
    failures = conductor.failures_in_row
    row = f"{failures} failure{'s' if failures != 1 else ''} in a row" if failures else ""
    if conductor.pause == Pause.NONE:
        look = "warn" if failures else "ok"
        more = f"{row}, one goes ahead alone" if failures else "Submissions go out"
        return Vital(name="Provider", says="Shaky" if failures else "Ok", more=more, look=look)
    if conductor.pause == Pause.ADMIN:
        return Vital(name="Provider", says="Paused", more="by an admin", look="warn")
    look = "danger" if conductor.needs_admin or conductor.pause == Pause.DOWN else "warn"
    says = "Breaker open" if conductor.pause == Pause.DOWN else "Paused"
    next_look = _until(conductor.paused_until, now)
    more = ", ".join(filter(None, (conductor.get_pause_display(), row, next_look)))
    return Vital(name="Provider", says=says, more=more, look=look)


def _until(moment: datetime | None, now: datetime) -> str:
    if moment is None or moment <= now:
        return "next look now"
    return f"next look in {words.clock(int((moment - now).total_seconds()))}"


def _in_flight(states: Mapping[str, int], now: datetime) -> Vital:
    busy, most = picking.in_flight(now), settings.FLUX_MAX_IN_FLIGHT
    named = ((Status.RUNNING, "running"), (Status.UNCONFIRMED, "being checked"))
    parts = [f"{states[each]} {name}" for each, name in named if states.get(each)]
    if states.get(Status.STORING):
        parts.append(f"{states[Status.STORING]} saving")
    more = ", ".join(parts) or "Nothing at the API"
    look = "accent" if busy else "ok"
    return Vital(name="In flight", says=f"{busy} of {most}", more=more, look=look)


def _queue(states: Mapping[str, int], now: datetime) -> Vital:
    number = states.get(Status.QUEUED, 0)
    oldest = Generation.objects.queued().aggregate(oldest=Min("created_at"))["oldest"]
    more = f"Oldest {age(oldest, now)}" if oldest else "Nobody waits"
    look = "warn" if oldest and now - oldest > OLD else "ok"
    says = f"{number} job{'s' if number != 1 else ''}"
    return Vital(name="Waiting", says=says, more=more, look=look)


def _worker(now: datetime) -> Vital:
    beats = list(Heartbeat.objects.order_by("-beat_at").values_list("beat_at", flat=True)[:100])
    alive = sum(beat > now - heartbeat.READY for beat in beats)
    if not alive:
        more = f"Last sign of life {age(beats[0], now)} ago" if beats else "No sign of life yet"
        return Vital(name="Workers", says="None", more=more, look="danger")
    more = f"Last sign of life {age(beats[0], now)} ago"
    return Vital(name="Workers", says=f"{alive} alive", more=more, look="ok")


def _storage() -> Vital:
    trouble = str(cache.get_or_set("vitals-storage", _storage_trouble, STORAGE_GOOD_FOR))
    if trouble != WRITABLE:
        return Vital(name="Storage", says="Not writable", more=trouble, look="danger")
    room = _room()
    if room is None:
        return Vital(name="Storage", says="Writable", more="A store without a limit", look="ok")
    look = "warn" if room < LITTLE_ROOM else "ok"
    says = "Nearly full" if room < LITTLE_ROOM else "Writable"
    return Vital(name="Storage", says=says, more=f"{room / 1e9:,.1f} GB left", look=look)


def _storage_trouble() -> str:
    return is_healthy(default_storage) or WRITABLE


def _room() -> int | None:
    """Bytes left on the disk; None where the storage is no disk."""
    if not isinstance(default_storage, DurableFileSystemStorage):
        return None
    try:
        return shutil.disk_usage(default_storage.location).free
    except OSError:
        return None
