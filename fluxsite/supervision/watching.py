"""Whether web and worker live, by what they do and not by being there."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from fluxsite.supervision.programs import in_words
from fluxsite.supervision.troubles import Trouble
from gallery.engine import heartbeat, holders

logger = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
LONGEST_GAP = 5.0  # seconds; what is longer was our own sleep, and nobody else's fault
ANSWER_WITHIN = 5.0  # seconds
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


class Supervisor(Protocol):
    def pid_of(self, program: str) -> int | None: ...


@dataclass(slots=True, kw_only=True)
class Pulse:
    """For how long a sign of life has stayed the same."""

    patience: float
    sign: object = None
    since: float = 0.0

    def is_lost(self, sign: object, now: float) -> bool:
        if sign != self.sign:
            self.sign, self.since = sign, now
        return now - self.since > self.patience


@dataclass(slots=True, kw_only=True)
class Watchdog:
    """Looks at web and worker, and has each that hangs killed whole: the supervisor starts anew.

    Only time in which we ourselves were awake counts against them, whatever the clock does.
    """

    supervisor: Supervisor
    kill_whole: Callable[[int], bool]
    tasks: Pulse
    ticks: Pulse
    answers: Pulse
    clock: Callable[[], float] = time.monotonic
    now: float = 0.0
    looked_at: float | None = None
    trouble: Trouble = field(default_factory=lambda: Trouble("the watchdog sees no database"))

    def look(self) -> None:
        self._advance()
        self._look_at_worker()
        self._look_at_web()

    def _advance(self) -> None:
        clock = self.clock()
        self.now += min(clock - (self.looked_at or clock), LONGEST_GAP)
        self.looked_at = clock

    def _look_at_worker(self) -> None:
        pid = self.supervisor.pid_of("worker")
        if pid is None:
            return
        try:
            heard, ticked = _signs(pid)
        except DatabaseError as error:
            connection.close()
            # Nobody could leave a sign there: afterwards each has its whole patience again.
            self.tasks.since = self.ticks.since = self.now
            self.trouble.is_there(error)
            return
        self.trouble.is_over()
        if self.tasks.is_lost((pid, heard), self.now):
            self._replace("worker", pid, f"no task has come through for {self.tasks.patience:g} s")
        elif self.ticks.is_lost((pid, ticked or self.now), self.now):
            self._replace("worker", pid, f"its conductor hangs for {self.ticks.patience:g} s")

    def _look_at_web(self) -> None:
        pid = self.supervisor.pid_of("web")
        if pid is not None and self.answers.is_lost(self.now if answers() else pid, self.now):
            self._replace("web", pid, f"no answer for {self.answers.patience:g} s")

    def _replace(self, program: str, pid: int, why: str) -> None:
        logger.error("The %s hangs (%s); it is killed and started anew.", in_words(program), why)
        if not self.kill_whole(pid):
            logger.warning("watchdog.not_killed program=%s pid=%s", program, pid)


def answers() -> bool:
    """Whether the web server does, asked as from outside but on this machine."""
    host = ANYWHERE.get(settings.HOST, settings.HOST)
    probe = HTTPConnection(host, settings.PORT, timeout=ANSWER_WITHIN)
    try:
        probe.request("GET", "/healthz", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return probe.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        probe.close()


def _signs(pid: int) -> tuple[object, object]:
    close_old_connections()
    cluster = holders.name_of(pid)
    return heartbeat.last_heard(cluster), heartbeat.last_tick(cluster)
