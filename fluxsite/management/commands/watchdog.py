"""Listens to the supervisor, and looks after web and worker. `up` runs it."""

import logging
import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from fluxsite.supervision import watching
from fluxsite.supervision.listening import Supervisor, events, kill_whole
from fluxsite.supervision.parents import die_with
from fluxsite.supervision.programs import RETRIES, STARTED_AFTER, House, in_words
from fluxsite.supervision.watching import Pulse, Watchdog

logger = logging.getLogger(__name__)

IMPATIENT = 0.1  # seconds between two tries until the site answers for the first time


class Command(BaseCommand):
    help = "Tell the address once the site answers; replace what hangs; stop when all is lost."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parent", type=int, required=True)
        parser.add_argument("--supervisor", required=True, help="the address of its socket")
        parser.add_argument("--patience", type=float, required=True)
        parser.add_argument("--conductor-patience", type=float, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        die_with(options["parent"])
        house = House(run=settings.DATA_DIR / "run")
        supervisor = Supervisor(options["supervisor"])
        threading.Thread(target=_welcome, args=(house,), daemon=True).start()
        _watch(
            house,
            supervisor,
            Watchdog(
                supervisor=supervisor,
                kill_whole=kill_whole,
                tasks=Pulse(patience=options["patience"]),
                ticks=Pulse(patience=options["conductor_patience"]),
                answers=Pulse(patience=options["patience"]),
            ),
        )


def _watch(house: House, supervisor: Supervisor, watchdog: Watchdog) -> None:
    is_stopping = False
    for event in events(watching.EVERY):
        if event is None:
            if not is_stopping:
                watchdog.look()
        elif event.name == "SUPERVISOR_STATE_CHANGE_STOPPING":
            is_stopping = True
        elif event.name == "PROCESS_STATE_FATAL":
            _give_up(house, supervisor, event.process)
        elif not is_stopping:
            logger.warning("The %s has ended; it is started anew.", in_words(event.process))


def _give_up(house: House, supervisor: Supervisor, program: str) -> None:
    house.last_words.write_text(
        f"Fluxsite stops: the {in_words(program)} ended {RETRIES + 1} times within {STARTED_AFTER} "
        "seconds of its start. What it said is above."
    )
    supervisor.shut_down()


def _welcome(house: House) -> None:
    """Say where the site is, once it is there."""
    while house.welcome.exists():
        if watching.answers():
            sys.stderr.write(house.welcome.read_text())
            house.welcome.unlink()
        time.sleep(IMPATIENT)
