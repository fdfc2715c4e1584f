"""Django's `migrate`, but a migration and the note that it was done are one transaction.

Django commits the tables and notes it afterwards. Killed in between, no later `migrate` gets past
"table already exists", and the first start of a site is the longest one.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState


class OneTransactionExecutor(MigrationExecutor):
    def apply_migration(
        self, state: ProjectState, migration: Migration, *args: Any, **kwargs: Any
    ) -> ProjectState:
        if not migration.atomic:
            return super().apply_migration(state, migration, *args, **kwargs)
        # SQLite's tables can be altered with checks off alone, and inside it is too late for that.
        with (
            self.connection.constraint_checks_disabled(),
            transaction.atomic(self.connection.alias),
        ):
            return super().apply_migration(state, migration, *args, **kwargs)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        # The name by which Django makes it.
        migrate.MigrationExecutor = OneTransactionExecutor  # type: ignore[attr-defined]
        super().handle(*args, **options)
