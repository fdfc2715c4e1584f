"""Moves the site to another database, another storage, or both."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage, default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from fluxsite import moving, running
from fluxsite.environment import storage_options
from fluxsite.management import endings
from fluxsite.settings import env


class Command(BaseCommand):
    help = "Copy rows, files or both elsewhere and compare them; may be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", help="as in DATABASE_URL; without it rows stay")
        parser.add_argument("--storage", help="as in STORAGE_URL; without it files stay")
        words = "overwrite a site there that has people or credits of its own"
        parser.add_argument("--replace", action="store_true", help=words)

    def handle(
        self, *args: Any, database: str | None, storage: str | None, replace: bool, **options: Any
    ) -> None:
        if database is None and storage is None:
            raise CommandError("Name where to move to: --database, --storage, or both.")
        with endings.in_one_line(), running.standing_still(settings.DATA_DIR / "run"):
            to = _database(database), default_storage, _storage(storage)
            missing = moving.move(*to, self.stdout.write, replace=replace)
        things, names = _words(database, storage)
        then = f"Set {names}, then start the site."
        endings.end(
            self,
            missing,
            where="storage",
            whole=f"All {things} are there, and are the same. {then}",
            partly=f"All {things} but {len(missing)} files are there, and are the same. Bring "
            f"those that are named above back into the storage and run it again; or do without "
            f"them. {then}",
        )


def _database(address: str | None) -> dict[str, Any] | None:
    if address is None:
        return None
    options = env.database_at(address, "--database")
    if options["NAME"] == ":memory:":
        raise ImproperlyConfigured("--database is in memory; name a file or a server's database.")
    return options


def _storage(url: str | None) -> Storage | None:
    if url is None:
        return None
    entry: dict[str, Any] = storage_options(url, settings.DATA_DIR, "--storage")
    storage: Storage = import_string(entry["BACKEND"])(**entry["OPTIONS"])
    return storage


def _words(database: str | None, storage: str | None) -> tuple[str, str]:
    if database is None:
        return "files", "STORAGE_URL"
    if storage is None:
        return "rows", "DATABASE_URL"
    return "rows and files", "DATABASE_URL and STORAGE_URL"
