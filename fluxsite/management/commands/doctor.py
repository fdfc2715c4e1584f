"""Looks at every part of the site, and tells the mend of what is bad."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from fluxsite.diagnosis import Finding, examine


class Command(BaseCommand):
    help = (
        "Check settings, API, storage, database, clock, worker and ledger; exit 1 when one is bad."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in examine():
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
