"""A backup is a folder: one SQLite file with every row, and every file under its name."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import Storage
from django.core.management import call_command
from django.utils import timezone

from fluxsite.copying import Tell, copy_files, copy_rows, open_database, snapshot
from fluxsite.durable import write_through
from gallery.engine import heartbeat
from gallery.models import Image, Upload
from gallery.storage import DurableFileSystemStorage

ROWS, FILES, FACTS = "rows.sqlite3", "files", "backup.json"
# Whoever reads a session's key is in: a backup lies where fewer doors are.
SIGNED_IN = (Session, UserSession)
SOURCE, TARGET = "copied_from", "copied_to"


class NoBackup(Exception):
    """There is no whole backup in this folder."""


class SiteIsRunning(Exception):
    """What is written meanwhile would be lost."""


class SiteIsInUse(Exception):
    """The database has people in it, who would be overwritten."""


def write(folder: Path, storage: Storage, tell: Tell) -> list[str]:
    """Into a folder, also one with an older backup, whose files are not copied again.

    Return the names of files that were missing. The site may be running: rows are as of one
    moment, and what they speak of is copied afterwards; files are never changed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows, facts = (folder / f"{name}.part" for name in (ROWS, FACTS))
    for part in (rows, facts):
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # the folder may be one that others look into
    with _from_here() as source, open_database(TARGET, _sqlite(rows)) as target:
        counts = copy_rows(source, target, tell, but=SIGNED_IN)
        missing = copy_files(names(target), storage, _files_in(folder), tell)
    of = {"written_at": timezone.now().isoformat(), "rows": counts, "missing": missing}
    facts.write_text(json.dumps(of, indent=2))
    # An older backup is whole until here, and from here on it is this one.
    for part in (rows, facts):
        write_through(part)
        part.replace(part.with_suffix(""))
    write_through(folder)
    return missing


def restore(folder: Path, storage: Storage, tell: Tell) -> list[str]:
    """Lay a backup, of this version or an older one, into this site's database and storage.

    Raises NoBackup, CopyDiffers.
    """
    if not (folder / FACTS).exists():
        raise NoBackup(folder)
    with TemporaryDirectory(dir=settings.DATA_DIR) as room:
        rows = shutil.copy(folder / ROWS, room)
        with open_database(SOURCE, _sqlite(Path(rows))) as source:
            call_command("migrate", database=source, interactive=False, verbosity=0)
            copy_rows(source, "default", tell, but=SIGNED_IN)
            return copy_files(names(source), _files_in(folder), storage, tell)


def move(database: dict[str, Any], storage: Storage, to: Storage, tell: Tell) -> list[str]:
    """Lay all of this site into another database and storage; again is as good as once."""
    with _from_here() as source, open_database(TARGET, database) as target:
        copy_rows(source, target, tell)
        return copy_files(names(source), storage, to, tell)


def refuse_while_running() -> None:
    if heartbeat.is_alive():
        raise SiteIsRunning


def names(alias: str) -> Iterator[str]:
    """Of all files that rows speak of."""
    images = Image.objects.using(alias).filter(purged_at=None)
    for original, renditions in images.values_list("original", "renditions").iterator():
        yield from filter(None, (original, *renditions.values()))
    for name, renditions in Upload.objects.using(alias).values_list("name", "renditions"):
        yield from (name, *renditions.values())


def _from_here() -> Any:
    return open_database(SOURCE, snapshot(settings.DATABASES["default"]))


def _sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


def _files_in(folder: Path) -> Storage:
    return DurableFileSystemStorage(folder / FILES)
