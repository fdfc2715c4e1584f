"""Writes a backup while the site runs."""

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from fluxsite import backups
from fluxsite.copying import CopyDiffers


class Command(BaseCommand):
    help = "Write every row and every file into a folder; into the same one again only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            missing = backups.write(folder, default_storage, self.stdout.write)
        except (OSError, DatabaseError, CopyDiffers) as error:
            mend = f"See that {folder} can be written and has room, then run it again."
            raise CommandError(f"There is no whole backup: {error}. {mend}") from error
        for name in missing:
            self.stderr.write(f"missing in the storage: {name}")
        self.stdout.write(f"A whole backup is in {folder}.")
