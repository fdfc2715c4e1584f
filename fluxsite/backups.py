"""A backup is a folder: one SQLite file with every row, and every file under its name."""

import json
import shutil
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import Storage
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from accounts.models import Person
from fluxsite import opening, running
from fluxsite.copying import CopyError, NoPlace, Tell, copy_files, copy_rows
from fluxsite.durable import write_through
from fluxsite.health import missing_migrations
from fluxsite.opening import open_database
from gallery.models import Image, Upload
from gallery.storage import DurableFileSystemStorage

ROWS, FILES, FACTS = "rows.sqlite3", "files", "backup.json"
# Whoever reads a session's key is in: a backup lies where fewer doors are.
SIGNED_IN = (Session, UserSession)
SOURCE, TARGET = "copied_from", "copied_to"
HERE = "This site's database", "See that it runs and that DATABASE_URL is right, then run it again."
ROOM = "See that {} can be written and has room, then run it again."
ANOTHER = "Nothing was changed; take another backup."


class NoBackup(CopyError):
    """There is no whole backup in this folder."""


class SiteIsInUse(CopyError):
    """The database has people in it, who would be overwritten."""


def write(folder: Path, storage: Storage, tell: Tell) -> list[str]:
    """Into a folder, also one with an older backup, whose files are not copied again.

    Return the names of files that were missing. The site may be running: rows are as of one
    moment, and what they speak of is copied afterwards; files are never changed.
    """
    with from_here() as source:
        rows, facts = _parts_in(folder)
        mend = ROOM.format(folder)
        with open_database(TARGET, _sqlite(rows), f"The backup's {ROWS}", mend) as target:
            counts = copy_rows(source, target, tell, but=SIGNED_IN)
            files = _files_in(folder)
            # Files never change, and a million of them can't be read each night.
            missing = copy_files_of(target, storage, files, tell, reads_all=False)
    of = {"written_at": timezone.now().isoformat(), "rows": counts, "missing": missing}
    facts.write_text(json.dumps(of, indent=2))
    # An older backup is whole until here, and from here on it is this one.
    for part in (rows, facts):
        write_through(part)
        part.replace(part.with_suffix(""))
    write_through(folder)
    return _still_wanted(missing)


def restore(folder: Path, storage: Storage, tell: Tell, *, replace: bool) -> list[str]:
    """Lay a backup, of this version or an older one, into this site's database and storage.

    Return the names of files that are not in it. Files come first: their names are theirs alone,
    so none is overwritten that is needed, and until all of them are there no row is touched.

    Raises SiteIsRunning, SiteIsInUse, NoBackup, NoPlace, CopyDiffers, DatabaseTrouble.
    """
    with _into_here() as target:
        running.refuse_workers(target)
        if not replace:
            _refuse_people(target)
    with _laid_out(folder) as source, _into_here() as target:
        missing = copy_files_of(source, _files_in(folder), storage, tell)
        copy_rows(source, target, tell, but=SIGNED_IN)
    return missing


@contextmanager
def from_here() -> Iterator[str]:
    """This site's database as it stands at one moment.

    Raises DatabaseTrouble, and CopyError when it lacks tables of this version.
    """
    with open_database(SOURCE, opening.snapshot(settings.DATABASES["default"]), *HERE) as source:
        if missing_migrations(connections[source]):
            raise CopyError(
                f"{HERE[0]} lacks tables of this version. See that DATABASE_URL is right, run "
                "manage.py migrate, then run this again."
            )
        yield source


def copy_files_of(
    alias: str, source: Storage, target: Storage, tell: Tell, *, reads_all: bool = True
) -> list[str]:
    # What reads them ends before its database is closed, also when it is broken off.
    with closing(names(alias)) as found:
        return copy_files(found, source, target, tell, reads_all=reads_all)


def names(alias: str) -> Generator[str, None, None]:
    """Of all files that rows speak of, but of what is being deleted for good."""
    images = Image.objects.using(alias).filter(purged_at=None, doomed_at=None)
    for original, renditions in images.values_list("original", "renditions").iterator():
        yield from filter(None, (original, *renditions.values()))
    for name, renditions in Upload.objects.using(alias).values_list("name", "renditions"):
        yield from (name, *renditions.values())


def _still_wanted(missing: list[str]) -> list[str]:
    """Without what somebody has deleted while the backup was written."""
    return sorted(set(missing) & set(names("default"))) if missing else []


def _parts_in(folder: Path) -> tuple[Path, Path]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows, facts = (folder / f"{name}.part" for name in (ROWS, FACTS))
        for part in (rows, facts):
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)  # the folder may be one that others look into
    except OSError as error:
        raise NoPlace(
            f"{folder} can't be written: {error.strerror}. {ROOM.format(folder)}"
        ) from error
    return rows, facts


def _into_here() -> AbstractContextManager[str]:
    return open_database(TARGET, opening.written(settings.DATABASES["default"]), *HERE)


def _refuse_people(target: str) -> None:
    has_people = opening.has_table(target, Person._meta.db_table)
    if has_people and Person.objects.using(target).exists():
        raise SiteIsInUse("There are people in this site. Add --replace if so be it.")


@contextmanager
def _laid_out(folder: Path) -> Iterator[str]:
    """The rows of a backup, brought to the tables of this version in a copy of their own."""
    counts = _counts_of(folder)
    with TemporaryDirectory(dir=settings.DATA_DIR) as room:
        rows = Path(shutil.copy(folder / ROWS, room))
        with open_database(SOURCE, _sqlite(rows), str(folder / ROWS), ANOTHER) as source:
            _check_counts(source, counts, folder)
            call_command("migrate", database=source, interactive=False, verbosity=0)
            yield source


def _counts_of(folder: Path) -> dict[str, int]:
    """How many rows of each table were written into this backup."""
    for name in (FACTS, ROWS):
        if not (folder / name).is_file():
            raise NoBackup(f"In {folder} there is no whole backup: {name} is missing. {ANOTHER}")
    try:
        counts = json.loads((folder / FACTS).read_bytes())["rows"]
        return {str(table): int(number) for table, number in counts.items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoBackup(
            f"In {folder} there is no whole backup: {FACTS} can't be read. {ANOTHER}"
        ) from error


def _check_counts(source: str, counts: dict[str, int], folder: Path) -> None:
    for table, number in counts.items():
        held = _count(source, table) if opening.has_table(source, table) else 0
        if held != number:
            raise NoBackup(
                f"In {folder} there is no whole backup: {table} has {held} rows, and {FACTS} tells "
                f"of {number}. {ANOTHER}"
            )


def _count(alias: str, table: str) -> int:
    # An older version's table may have no model any more; and it is a table that is there.
    name = connections[alias].ops.quote_name(table)
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608
        return int(cursor.fetchone()[0])


def _sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


def _files_in(folder: Path) -> Storage:
    return DurableFileSystemStorage(folder / FILES)
