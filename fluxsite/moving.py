"""This site's rows and files, laid into another database and another storage."""

import os
from typing import Any

from django.core.files.storage import Storage
from django.db import connections

from accounts.models import CreditEntry, Person
from fluxsite import running
from fluxsite.backups import TARGET, SiteIsInUse, copy_files_of, from_here
from fluxsite.copying import CopyError, Tell, check_place, copy_rows
from fluxsite.opening import has_table, open_database, written
from fluxsite.running import SiteIsRunning

THERE = (
    "The database to move to",
    "See that it runs and that --database is right, then run it again.",
)
# Nobody who is in one of them ever goes: a site that has more than ours has lived on its own.
LASTING = ((Person, "joined_at"), (CreditEntry, "created_at"))


def move(
    database: dict[str, Any] | None,
    source_files: Storage,
    target_files: Storage | None,
    tell: Tell,
    *,
    replace: bool,
) -> list[str]:
    """Lay all rows, all files, or both elsewhere; again is as good as once.

    Return the names of files that are missing here.

    Raises SiteIsRunning, SiteIsInUse, NoPlace, CopyDiffers, DatabaseTrouble, CopyError.
    """
    with from_here() as source:
        running.refuse_workers(source)
        if target_files:
            check_place(target_files)
        if database:
            _move_rows(source, database, tell, replace=replace)
        if not target_files:
            return []
        return copy_files_of(source, source_files, target_files, tell)


def _move_rows(source: str, database: dict[str, Any], tell: Tell, *, replace: bool) -> None:
    with open_database(TARGET, written(database), *THERE) as target:
        if _where(source) == _where(target):
            raise CopyError(
                "The database to move to is the one that this site has now. Name another one, or "
                "--storage alone to move the files."
            )
        _refuse_living(target)
        if not replace:
            _refuse_others(source, target)
        copy_rows(source, target, tell)


def _where(alias: str) -> tuple[Any, ...]:
    """The same for two addresses of one database."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        file = os.stat(connection.settings_dict["NAME"])
        return file.st_dev, file.st_ino
    with connection.cursor() as cursor:
        # Which run of which server, to the microsecond, and which database in it.
        cursor.execute(
            "SELECT pg_postmaster_start_time()::text, oid FROM pg_database "
            "WHERE datname = current_database()"
        )
        return tuple(cursor.fetchone())


def _refuse_living(target: str) -> None:
    if running.is_alive_in(target):
        raise SiteIsRunning(
            "A site is at work there: a worker has shown itself within the last two minutes. Name "
            "another database, or stop that site and wait two minutes."
        )


def _refuse_others(source: str, target: str) -> None:
    for model, moment in LASTING:
        if not has_table(target, model._meta.db_table):
            continue
        here, there = (
            set(model._base_manager.using(alias).values_list("pk", moment))
            for alias in (source, target)
        )
        if there - here:
            raise SiteIsInUse(
                "There is another site there, or this one has gone on there: it has people or "
                "credits that are not here. Name another database, or add --replace to overwrite "
                "it."
            )
