"""Looks at every part of the site, and tells the mend of what is bad."""

import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fluxsite.diagnosis import Finding, examine
from fluxsite.health import is_database_there
from fluxsite.inventory import take_stock


class Command(BaseCommand):
    help = (
        "Check settings, API, storage, database, clock, worker and ledger; exit 1 when one is bad."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        words = "also lay every file in the storage beside its row, and read every original"
        parser.add_argument("--deep", action="store_true", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in _all(is_deep=options["deep"]):
            self._tell(finding)
            findings.append(finding)
        bad = sum(finding.is_bad for finding in findings)
        self.stdout.write(f"{bad} of {len(findings)} are bad." if bad else "All is well.")
        if bad:
            sys.exit(1)

    def _tell(self, finding: Finding) -> None:
        word = self.style.ERROR("bad") if finding.is_bad else self.style.SUCCESS("ok ")
        self.stdout.write(f"{word} {finding.part}: {finding.says}")
        if finding.is_bad:
            self.stdout.write(f"    → {finding.mend}")


def _all(*, is_deep: bool) -> Iterator[Finding]:
    yield from examine()
    if is_deep and is_database_there():
        yield from take_stock()
