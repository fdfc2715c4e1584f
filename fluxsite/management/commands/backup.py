"""Writes a backup while the site runs."""

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser

from fluxsite import backups
from fluxsite.management import endings


class Command(BaseCommand):
    help = "Write every row and every file into a folder; into the same one again only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        with endings.in_one_line("There is no whole backup. "):
            missing = backups.write(folder, default_storage, self.stdout.write)
        endings.end(
            self,
            missing,
            where="storage",
            whole=f"A whole backup is in {folder}.",
            partly=f"A backup of every row and all but {len(missing)} files is in {folder}. "
            "Bring those that are named above back into the storage, then run it again.",
        )
