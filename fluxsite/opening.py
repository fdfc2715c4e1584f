"""Databases beside the site's own, opened by their options, whose troubles are told plainly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connections
from django.db.utils import ConnectionHandler, DatabaseErrorWrapper

from fluxsite.supervision.troubles import one_line

PATIENCE = 10  # seconds for a server that doesn't answer
LOCKS = "-c lock_timeout=20s"
# Between two of its statements the other side is read, maybe for minutes.
UNHURRIED = "-c idle_in_transaction_session_timeout=0"
BUSY = ("55P03", "SQLITE_BUSY")  # as PostgreSQL and SQLite call a lock that somebody else has


class DatabaseTrouble(Exception):
    """One of the databases can't be used; which one, why, and what to do."""


@contextmanager
def open_database(
    alias: str,
    options: dict[str, Any],
    called: str = "The database",
    mend: str = "See that it can be used, then run this again.",
) -> Iterator[str]:
    """Another database, known by this alias until the block ends.

    Raises DatabaseTrouble for its own troubles.
    """
    if options["ENGINE"].endswith("sqlite3"):
        # Else the journal of what was committed can be back after a power cut, and undo it.
        through = {"init_command": "PRAGMA synchronous=EXTRA;"}
        options = {**options, "OPTIONS": through | options.get("OPTIONS", {})}
    handler: ConnectionHandler = connections
    handler.databases[alias] = handler.configure_settings({"default": {}, alias: options})[alias]
    connections[alias].wrap_database_errors = _Marking(connections[alias])
    try:
        connections[alias].ensure_connection()
        yield alias
    except DatabaseError as error:
        # Without a mark it is Django's own word on what was opened last.
        if getattr(error, "database", alias) != alias:
            raise
        raise DatabaseTrouble(f"{called}: {one_line(error)}. {_mend(error, mend)}") from error
    finally:
        connections[alias].close()
        del connections[alias]
        del handler.databases[alias]


def snapshot(options: dict[str, Any]) -> dict[str, Any]:
    """The same database, read as it stands at one moment while others go on writing."""
    own = _own(options)
    if options["ENGINE"].endswith("sqlite3"):
        own["OPTIONS"]["transaction_mode"] = "DEFERRED"
    else:
        own["OPTIONS"]["isolation_level"] = 3  # psycopg's REPEATABLE_READ
        own["OPTIONS"].pop("options", None)  # it waits for the other side, for long
    return own


def written(options: dict[str, Any]) -> dict[str, Any]:
    """The same database, filled in one long transaction; whoever is in the way is not waited for
    without end."""
    own = _own(options)
    if options["ENGINE"].endswith("postgresql"):
        own["OPTIONS"].setdefault("connect_timeout", PATIENCE)
        given = own["OPTIONS"].get("options", "")
        own["OPTIONS"]["options"] = f"{given} {LOCKS} {UNHURRIED}".strip()
    return own


class _Marking(DatabaseErrorWrapper):
    """Where all errors of a driver pass: each is marked with the database that it comes from."""

    def __exit__(self, *error: Any) -> None:
        try:
            super().__exit__(*error)
        except DatabaseError as told:
            told.database = self.wrapper.alias  # type: ignore[attr-defined]
            raise


def has_table(alias: str, table: str) -> bool:
    return table in connections[alias].introspection.table_names()


def _own(options: dict[str, Any]) -> dict[str, Any]:
    return {**options, "OPTIONS": dict(options.get("OPTIONS", {})), "CONN_MAX_AGE": 0}


def _mend(error: DatabaseError, usual: str) -> str:
    cause = error.__cause__
    names = {getattr(cause, "sqlstate", None), getattr(cause, "sqlite_errorname", None)}
    if names & set(BUSY):
        return "Something else works in it: stop that, then run this again."
    return usual
