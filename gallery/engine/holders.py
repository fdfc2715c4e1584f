"""Who holds leases and claims: one name for all processes of one worker cluster.

A process's number means something only on one machine, since its last start, and among the
processes of one container. All three are in the name: two machines may have the same host name,
and nobody may take a living cluster of the other one for a dead one of its own.
"""

import logging
import os
import socket
from pathlib import Path

from gallery.engine import clock
from gallery.models import Conductor, Heartbeat, Result
from gallery.models.generation import ResultState

logger = logging.getLogger(__name__)

SUSPECT_AFTER = 3  # tries


def name_of(pid: int) -> str:
    """The name of the cluster on this host whose main process this is."""
    return f"{_PLACE}:{pid}"


def _place() -> str:
    boot = clock.boot()
    numbers = Path("/proc/self/ns/pid")  # the kernel's name of the container's own numbering
    if not boot or not numbers.exists():
        return socket.gethostname()
    return f"{socket.gethostname()}:{boot[:8]}-{numbers.stat().st_ino:x}"


_PLACE = _place()


# Taken once, before the cluster forks: its processes inherit the name with the module.
_ME = name_of(os.getpid())


def me() -> str:
    return _ME


def hand_back() -> int:
    """Free at once what dead clusters of this host still hold. Return how many there were."""
    dead = [name for name in _names() if _is_dead(name)]
    now = clock.now()
    Conductor.objects.filter(holder__in=dead).update(leased_until=now)
    results = Result.objects.filter(state=ResultState.WAITING, holder__in=dead)
    # What was tried so often may itself be what kills: it waits for the end of its claim.
    results.filter(tries__lt=SUSPECT_AFTER).update(due_at=now)
    results.update(holder="")
    Heartbeat.objects.filter(cluster__in=dead).delete()
    if dead:
        logger.info("holders.handed_back count=%s", len(dead))
    return len(dead)


def _names() -> set[str]:
    waiting = Result.objects.filter(state=ResultState.WAITING).exclude(holder="")
    return {
        *Conductor.objects.exclude(holder="").values_list("holder", flat=True),
        *waiting.values_list("holder", flat=True).distinct(),
        *Heartbeat.objects.values_list("cluster", flat=True),
    }


def _is_dead(name: str) -> bool:
    place, _, pid = name.rpartition(":")
    if place != _PLACE or name == _ME:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # the number went to a process of somebody else
        return True
    return False
