"""How a command that copies a site ends: each trouble in one line that tells the mend."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from fluxsite.copying import CopyError
from fluxsite.opening import DatabaseTrouble
from fluxsite.running import SiteIsRunning
from fluxsite.supervision.troubles import one_line

TOLD = (CopyError, DatabaseTrouble, SiteIsRunning, ImproperlyConfigured)
AGAIN = "Look at that place, then run it again; what has arrived stays."


@contextmanager
def in_one_line(before: str = "") -> Iterator[None]:
    try:
        yield
    except TOLD as error:
        raise CommandError(f"{before}{error}") from error
    except (OSError, DatabaseError) as error:
        raise CommandError(f"{before}{one_line(error)}. {AGAIN}") from error


def end(command: BaseCommand, missing: list[str], where: str, whole: str, partly: str) -> None:
    """Tell of a whole work; or of one that lacks files, which is kept, and is no success."""
    for name in missing:
        command.stderr.write(f"missing in the {where}: {name}")
    if missing:
        raise CommandError(partly)
    command.stdout.write(whole)
