"""Giving back what is held for many references at once."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import CreditEntry
from accounts.models.credit import SPENDING, CreditKind


@transaction.atomic
def release_all(references: Collection[str], *, note: str = "") -> int:
    """As `credits.release` for each of them. Return how many were still held.

    Each release is a line of its own, and the unique constraint has the last word.
    """
    lines = CreditEntry.objects.filter(reference__in=references)
    held = list(lines.filter(kind=CreditKind.HOLD).select_for_update(no_key=True))
    closed = set(
        lines.filter(kind__in=SPENDING)
        .exclude(kind=CreditKind.HOLD)
        .values_list("reference", flat=True)
    )
    given_back = [
        CreditEntry(
            kind=CreditKind.RELEASE,
            reference=hold.reference,
            person_id=hold.person_id,
            amount=-hold.amount,
            day=hold.day,
            note=note,
        )
        for hold in held
        if hold.reference not in closed and hold.amount
    ]
    return len(CreditEntry.objects.bulk_create(given_back))
