"""Lays a backup into this site."""

from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Person
from fluxsite import backups
from fluxsite.copying import CopyDiffers


class Command(BaseCommand):
    help = "Lay a backup into this site's database and storage, while the site is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        words = "overwrite a site in which there are people"
        parser.add_argument("--replace", action="store_true", help=words)

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        try:
            backups.refuse_while_running()
            if Person.objects.exists() and not replace:
                raise backups.SiteIsInUse
            missing = backups.restore(folder, default_storage, self.stdout.write)
        except backups.SiteIsRunning as error:
            raise CommandError("Stop the site first, and wait two minutes.") from error
        except backups.SiteIsInUse as error:
            raise CommandError(
                "There are people in this site. Add --replace if so be it."
            ) from error
        except backups.NoBackup as error:
            raise CommandError(f"In {folder} there is no whole backup.") from error
        except CopyDiffers as error:
            raise CommandError(f"{error} Nothing was changed; try again.") from error
        for name in missing:
            self.stderr.write(f"missing in the backup: {name}")
        self.stdout.write("Restored. Start the site with manage.py up.")
