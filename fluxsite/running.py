"""Whether a site is at work, so that nobody lays rows into it, or takes them from it, meanwhile.

A worker shows itself in the database, on whatever machine it is. A web server leaves nothing there:
what can be seen is one on this machine, by a lock in its data folder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now

from fluxsite.opening import has_table
from gallery.engine import heartbeat
from gallery.models import Heartbeat

SITE, WEB = "lock", "web"  # the whole site as `up` runs it; each web server
COPIER = "for a restore or a move"


class SiteIsRunning(Exception):
    """What is written meanwhile would be lost."""


def is_alive_in(alias: str) -> bool:
    """Whether a worker has shown itself of late, by the clock of this database."""
    if not has_table(alias, Heartbeat._meta.db_table):
        return False
    since = Now() - heartbeat.READY
    return Heartbeat.objects.using(alias).filter(beat_at__gt=since).exists()


def refuse_workers(alias: str) -> None:
    if is_alive_in(alias):
        raise SiteIsRunning(
            "Stop the site first, on every machine, and wait two minutes: a worker is at work, or "
            "was a moment ago."
        )


def claim_web(run: Path) -> int:
    """Let it be seen, until this process ends, that a web server serves from this data folder."""
    lock = open_lock(run, WEB)
    if not takes(lock, fcntl.LOCK_SH):
        os.close(lock)
        raise ImproperlyConfigured(
            f"a restore or a move is at work with {run.parent}. Start it when that has ended."
        )
    return lock


@contextmanager
def standing_still(run: Path) -> Iterator[None]:
    """Nobody on this machine serves from this data folder, nor begins to, until the block ends."""
    locks = [open_lock(run, name) for name in (SITE, WEB)]
    try:
        for lock, who in zip(locks, ("the site", "its web server"), strict=True):
            if not takes(lock, fcntl.LOCK_EX):
                raise SiteIsRunning(
                    f"Stop the site first, on every machine: {who} runs with {run.parent}."
                )
        note(locks[0], COPIER)
        yield
    finally:
        for lock in locks:
            os.close(lock)


def open_lock(run: Path, name: str) -> int:
    try:
        run.mkdir(mode=0o700, exist_ok=True)
        return os.open(run / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{run / name} can't be written: {error.strerror}. Make it writable for this user."
        ) from error


def note(lock: int, what: str) -> None:
    """Who has it, for those who don't get it."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, what.encode(), 0)


def takes(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
