"""Writes a backup while the site runs."""

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser

from fluxsite import backups


class Command(BaseCommand):
    help = "Write every row and every file into a folder; into the same one again only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        missing = backups.write(folder, default_storage, self.stdout.write)
        for name in missing:
            self.stderr.write(f"missing in the storage: {name}")
        self.stdout.write(f"A whole backup is in {folder}.")
