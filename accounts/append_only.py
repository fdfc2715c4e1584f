"""The database itself refuses to change or delete a line of the ledger or of the audit log.

The models refuse it, too; these triggers stop whoever goes around them: `_base_manager`, SQL, the
database's own shell. To empty a table is no DELETE on PostgreSQL (TRUNCATE); on SQLite it is, so
whoever lays a whole site anew takes the triggers away and puts them back in one transaction.

Django remakes a table of SQLite to alter it, and loses its triggers: a migration that alters one
of these tables begins with `remove` and ends with `install`.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("accounts_auditevent", "accounts_creditentry")
REFUSAL = "Add a line instead of changing or deleting one."


def install(connection: BaseDatabaseWrapper) -> None:
    _run(connection, _sqlite() if connection.vendor == "sqlite" else _postgresql())


def remove(connection: BaseDatabaseWrapper) -> None:
    _run(connection, _sqlite_back() if connection.vendor == "sqlite" else _postgresql_back())


def _run(connection: BaseDatabaseWrapper, statements: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite() -> Iterator[str]:
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def _sqlite_back() -> Iterator[str]:
    for table in TABLES:
        yield f"DROP TRIGGER IF EXISTS {table}_no_update"
        yield f"DROP TRIGGER IF EXISTS {table}_no_delete"


def _postgresql() -> Iterator[str]:
    yield f"""CREATE FUNCTION accounts_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"""
    for table in TABLES:
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION accounts_append_only()"
        )


def _postgresql_back() -> Iterator[str]:
    for table in TABLES:
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
    yield "DROP FUNCTION IF EXISTS accounts_append_only()"
