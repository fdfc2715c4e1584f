"""Lays a backup into this site."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandParser

from fluxsite import backups, running
from fluxsite.management import endings

START = "Start the site with manage.py up."


class Command(BaseCommand):
    help = "Lay a backup into this site's database and storage, while the site is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        words = "overwrite a site in which there are people"
        parser.add_argument("--replace", action="store_true", help=words)

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        with endings.in_one_line(), running.standing_still(settings.DATA_DIR / "run"):
            tell = self.stdout.write
            missing = backups.restore(folder, default_storage, tell, replace=replace)
        endings.end(
            self,
            missing,
            where="backup",
            whole=f"Restored. {START}",
            partly=f"Restored every row and all but {len(missing)} files, which are named above: "
            f"bring them into the storage if you have them elsewhere. {START}",
        )
