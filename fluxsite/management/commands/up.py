"""The whole site with one command, until Ctrl-C or SIGTERM."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS, connection

from accounts.people import first_admin_link
from fluxsite import __version__
from fluxsite.management.commands.worker import PATIENCE
from fluxsite.supervision import preflight, programs
from fluxsite.supervision.programs import House

# A conductor may wait for a busy SQLite for 20 seconds and be well.
CONDUCTOR_PATIENCE = 25.0

WELCOME = """
  Fluxsite {version} is running at {address}
{notes}  Stop it with Ctrl-C.

"""


class Command(BaseCommand):
    help = "Bring the site up: migrate, start web and worker, restart what dies or hangs."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--patience",
            type=float,
            default=PATIENCE,
            help="seconds without a sign of life until web or worker is replaced",
        )
        parser.add_argument(
            "--conductor-patience",
            type=float,
            default=CONDUCTOR_PATIENCE,
            help="seconds without a tick until the worker is replaced",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        house = House(run=settings.DATA_DIR / "run")
        preflight.claim_folder(house.run)
        self.stdout.write(f"Fluxsite {__version__} is starting …")
        self.stdout.flush()
        _check()
        _prepare()
        programs.configure(
            house,
            manage=settings.BASE_DIR / "manage.py",
            patience=options["patience"],
            conductor_patience=options["conductor_patience"],
        )
        _write_welcome(house)
        connection.close()
        _hand_over(house)


def _check() -> None:
    messages = run_checks()
    if errors := [message for message in messages if message.is_serious()]:
        raise ImproperlyConfigured("; ".join(_say(error) for error in errors))
    preflight.check_port(settings.HOST, settings.PORT)
    preflight.check_database()
    preflight.check_queue()
    preflight.check_storage()


def _prepare() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    call_command("clearsessions")


def _write_welcome(house: House) -> None:
    notes = [f"Mind: {_say(message)}" for message in run_checks(databases=[DEFAULT_DB_ALIAS])]
    if link := first_admin_link():
        notes.append(f"Become its first admin at {link}")
    text = WELCOME.format(
        version=__version__,
        address=settings.SITE_URL,
        notes="".join(f"  {note}\n" for note in notes),
    )
    house.welcome.touch(mode=0o600)
    house.welcome.write_text(text)


def _say(message: CheckMessage) -> str:
    return f"{message.msg} {message.hint or ''}".rstrip()


def _hand_over(house: House) -> None:
    """Become the supervisor: the same process, so that what stops us stops everything."""
    sys.stdout.flush()
    foreman = settings.BASE_DIR / "fluxsite" / "supervision" / "foreman.py"
    command = [sys.executable, "-P", str(foreman), str(house.conf), str(house.last_words)]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted
