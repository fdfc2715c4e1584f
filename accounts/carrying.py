"""What is left of a month is carried over into the next one, where the team wants that.

It is a line of its own, written at the turn of the month and never changed: a late result makes
the older month dearer, or a late release cheaper, and the younger one stays what it was.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import formats

from accounts import months
from accounts.models import CreditEntry, Person, TeamBudget
from accounts.models.credit import NONE, CreditKind
from accounts.models.person import Role
from accounts.months import Sums


def carry_over() -> int:
    """Write the lines of the month that has ended, once. Return how many."""
    month = months.this_month()
    due = TeamBudget.objects.filter(carries_from__lt=month)
    return _carry_over(month) if due.exists() else 0


@transaction.atomic
def _carry_over(month: date) -> int:
    # Whoever holds credits waits, and whoever carries over, too: see `credits.hold`.
    budget = TeamBudget.objects.select_for_update(no_key=True).get(pk=1)
    if budget.carries_from is None or budget.carries_from >= month:
        return 0
    lines = list(_lines(budget, month))
    # There is one already where the switch or the clock was turned back meanwhile.
    CreditEntry.objects.bulk_create(lines, ignore_conflicts=True)
    TeamBudget.objects.filter(pk=1).update(carries_from=month)
    return len(lines)


def _lines(budget: TeamBudget, month: date) -> Iterator[CreditEntry]:
    ended = months.before(month)
    # Who joined after the turn, and before the sweep that looks, has nothing of the month before.
    there = Person.objects.filter(is_active=True, joined_at__lt=months.midnight(month))
    people = there.exclude(role=Role.VIEWER)
    sums, allowances = months.sums(ended), budget.allowances_of(people)
    for person in people:
        amount = left_over(allowances[person.pk], sums.get(person.pk, Sums()))
        if amount:
            yield CreditEntry(
                kind=CreditKind.CARRY,
                person=person,
                amount=amount,
                reference=_reference(person.pk, ended),
                note=f"Left over from {formats.date_format(ended, 'F Y')}",
                day=month,
            )


def mistakes() -> list[str]:
    """Lines that can't be right, for the recount."""
    lines = CreditEntry.objects.filter(kind=CreditKind.CARRY).order_by("pk")
    return [f"{line.reference}: {wrong}" for line in lines for wrong in _wrong(line)]


def _wrong(line: CreditEntry) -> Iterator[str]:
    if line.amount <= 0:
        yield f"{line.amount} is nothing to carry over"
    if line.day.day != 1 or line.reference != _reference(line.person_id, months.before(line.day)):
        yield f"it counts for {line.day}, or for somebody else"


def _reference(person_id: UUID, ended: date) -> str:
    return f"carry:{person_id}:{ended:%Y-%m}"


def left_over(allowance: Decimal, sums: Sums) -> Decimal:
    """One month's allowance at most, so that nothing piles up."""
    return min(allowance, max(NONE, allowance + sums.granted - sums.spent))
