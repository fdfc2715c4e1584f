"""Moves the site to another database, another storage, or both."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage, default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from fluxsite import backups
from fluxsite.copying import CopyDiffers
from fluxsite.environment import storage_options
from fluxsite.settings import env


class Command(BaseCommand):
    help = "Copy every row and every file elsewhere and compare them; may be run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--database", required=True, help="as in DATABASE_URL")
        parser.add_argument("--storage", help="as in STORAGE_URL; without it files stay")

    def handle(self, *args: Any, database: str, storage: str | None, **options: Any) -> None:
        try:
            backups.refuse_while_running()
            target = dict(env.db_url_config(database))
            missing = backups.move(target, default_storage, _storage(storage), self.stdout.write)
        except backups.SiteIsRunning as error:
            raise CommandError("Stop the site first, and wait two minutes.") from error
        except (ImproperlyConfigured, CopyDiffers) as error:
            raise CommandError(str(error)) from error
        for name in missing:
            self.stderr.write(f"missing in the storage: {name}")
        words = "All rows and files are there, and are the same."
        self.stdout.write(f"{words} Set DATABASE_URL and STORAGE_URL, then start the site.")


def _storage(url: str | None) -> Storage:
    if url is None:
        return default_storage
    entry: dict[str, Any] = storage_options(url, settings.DATA_DIR)
    storage: Storage = import_string(entry["BACKEND"])(**entry["OPTIONS"])
    return storage
