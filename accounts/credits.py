"""What people may spend, and the ledger of what they have spent.

Every change is one more line. Spending is named by a reference (`generation:<id>`) that has at
most one hold, one release and one settlement; the sum of its lines is what it has cost so far.
A line counts for the day of its hold, so a month that is over only ever changes by the truth
about what was begun in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from accounts import months
from accounts.models import CreditEntry, Person, TeamBudget
from accounts.models.credit import GRANTING, NONE, SPENDING, CreditKind


class AllowanceExceeded(Exception):
    """More was wished for than may still be spent; `bound` is "month", "day" or "team"."""

    def __init__(self, *, bound: str, left: Decimal, needed: Decimal) -> None:
        super().__init__(f"{needed} credits are needed and {left} are left ({bound}).")
        self.bound = bound
        self.left = left
        self.needed = needed


class NothingHeld(LookupError):
    """A settlement names a reference that no credits were ever held for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one person has spent and may still spend; what is held counts as spent."""

    allowance: Decimal
    adjusted: Decimal
    carried: Decimal  # part of what was adjusted: left over from the month before
    spent: Decimal
    spent_today: Decimal
    daily_cap: Decimal | None
    team_left: Decimal | None
    renews_on: date

    @property
    def granted(self) -> Decimal:
        """What this month began with, and what an admin has added or taken since."""
        return max(NONE, self.allowance + self.adjusted)

    @property
    def given(self) -> Decimal:
        """By admins; below 0 when they took more than they gave."""
        return self.adjusted - self.carried

    @property
    def left(self) -> Decimal:
        return max(NONE, self.allowance + self.adjusted - self.spent)

    @property
    def left_today(self) -> Decimal | None:
        return None if self.daily_cap is None else max(NONE, self.daily_cap - self.spent_today)

    @property
    def available(self) -> Decimal:
        return min(self.bounds.values())

    @property
    def bounds(self) -> dict[str, Decimal]:
        """What each bound leaves; a bound that is not set is not there."""
        bounds = {"month": self.left, "day": self.left_today, "team": self.team_left}
        return {name: left for name, left in bounds.items() if left is not None}


def statement(person: Person) -> Statement:
    return _statement(person, TeamBudget.objects.with_groups_of(person).get(pk=1))


def lock(person: Person) -> None:
    """Until the transaction ends, nobody else's credits are held (see `hold`)."""
    _lock(person)


@transaction.atomic
def hold(person: Person, amount: Decimal, *, reference: str) -> None:
    """Reserve credits, or raise AllowanceExceeded; the same reference again changes nothing."""
    amount = _positive(amount)
    person, budget = _lock(person)
    if CreditEntry.objects.filter(kind=CreditKind.HOLD, reference=reference).exists():
        return
    _refuse_too_much(_statement(person, budget), amount)
    _write_once(CreditKind.HOLD, reference, person=person, amount=amount, day=months.today())


@transaction.atomic
def hold_all(person: Person, amounts: Mapping[str, Decimal]) -> None:
    """Reserve credits for many new references at once: for all of them, or raise and for none."""
    person, budget = _lock(person)
    exact = {reference: _positive(amount) for reference, amount in amounts.items()}
    _refuse_too_much(_statement(person, budget), sum(exact.values(), NONE))
    today = months.today()
    CreditEntry.objects.bulk_create(
        CreditEntry(
            kind=CreditKind.HOLD, reference=reference, person=person, amount=amount, day=today
        )
        for reference, amount in exact.items()
    )


@transaction.atomic
def release(*, reference: str, note: str = "") -> bool:
    """Give back what is still held; False when there is nothing (more) to give back."""
    held = _locked_hold(reference)
    if held is None or _is_closed(reference):
        return False
    amount = -_sum_of(reference)
    return amount != 0 and _follow(held, CreditKind.RELEASE, amount, note)


@transaction.atomic
def settle(*, reference: str, cost: Decimal, note: str = "") -> bool:
    """Make the reference's sum its real cost, also after a release; False when it was done before.

    The cost is the truth, so it may go beyond what was held and beyond any allowance.
    """
    cost = _positive(cost)
    held = _locked_hold(reference)
    if held is None:
        raise NothingHeld(reference)
    return _follow(held, CreditKind.SETTLE, cost - _sum_of(reference), note)


def adjust(person: Person, amount: Decimal, *, by: Person, note: str, token: object = "") -> bool:
    """Give somebody credits for this month, or take some (a negative amount), with a reason.

    False when it was done before: the same token again (a form that was sent twice) adds nothing.
    """
    amount, reason = _exact(amount), note.strip()
    if not amount or not reason:
        raise ValueError("An adjustment needs an amount other than 0, and a reason.")
    line = {"person": person, "amount": amount, "note": reason, "made_by": by}
    return _write_once(CreditKind.ADJUST, f"adjust:{token or uuid4()}", **line, day=months.today())


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """The whole ledger added up anew: the sum of each reference, and what can't be right."""

    sums: Mapping[str, Decimal]
    open: frozenset[str]  # references that are held: neither given back nor settled
    mistakes: tuple[str, ...]

    @property
    def held(self) -> Decimal:
        return sum((self.sums[reference] for reference in self.open), NONE)

    @property
    def spent(self) -> Decimal:
        return sum(self.sums.values(), NONE) - self.held


def recount() -> Recount:
    sums, still_open, mistakes = {}, set(), []
    spending = CreditEntry.objects.filter(kind__in=SPENDING).order_by("reference", "pk")
    for reference, lines in groupby(spending.iterator(), key=attrgetter("reference")):
        entries = list(lines)
        sums[reference] = _total(entries)
        mistakes += [f"{reference}: {mistake}" for mistake in _wrong(entries)]
        if len(entries) == 1:
            still_open.add(reference)
    return Recount(sums=sums, open=frozenset(still_open), mistakes=tuple(mistakes))


# ── The bounds ───────────────────────────────────────────────────────────────────────────────────


def _statement(person: Person, budget: Any) -> Statement:
    today = months.today()  # asked once: midnight may fall between two looks
    begin, renews_on = today.replace(day=1), months.after(today.replace(day=1))
    month = CreditEntry.objects.filter(day__gte=begin, day__lt=renews_on)
    sums = _sums(month, person, today, whole_team=budget.monthly_cap is not None)
    cap = budget.monthly_cap
    return Statement(
        allowance=budget.allowance_of(person, budget.of_groups),
        adjusted=sums["adjusted"],
        carried=sums["carried"],
        spent=sums["spent"],
        spent_today=sums["spent_today"],
        daily_cap=person.daily_cap,
        team_left=None if cap is None else max(NONE, cap - sums["team_spent"]),
        renews_on=renews_on,
    )


def _sums(
    entries: QuerySet[CreditEntry], person: Person, today: date, *, whole_team: bool
) -> dict[str, Decimal]:
    own, spending = Q(person=person), Q(kind__in=SPENDING)
    sums = (entries if whole_team else entries.filter(own)).aggregate(
        adjusted=Sum("amount", filter=own & Q(kind__in=GRANTING)),
        carried=Sum("amount", filter=own & Q(kind=CreditKind.CARRY)),
        spent=Sum("amount", filter=own & spending),
        spent_today=Sum("amount", filter=own & spending & Q(day=today)),
        team_spent=Sum("amount", filter=spending),
    )
    return {name: _exact(amount or NONE) for name, amount in sums.items()}


def _refuse_too_much(now: Statement, needed: Decimal) -> None:
    bound, left = min(now.bounds.items(), key=lambda bound: bound[1])
    if needed > left:
        raise AllowanceExceeded(bound=bound, left=left, needed=needed)


# ── The lines ────────────────────────────────────────────────────────────────────────────────────


def _lock(person: Person) -> tuple[Person, Any]:
    """Fresh rows, locked on PostgreSQL; on SQLite, BEGIN IMMEDIATE has kept others out already.

    `no_key`: rows that merely point at this person can still be written by others.
    """
    budgets = TeamBudget.objects.select_for_update(no_key=True).with_groups_of(person)
    budget = budgets.get(pk=1)
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk), budget


def _locked_hold(reference: str) -> CreditEntry | None:
    """The hold, locked: a release and a settlement at once must not both see it open."""
    holds = CreditEntry.objects.filter(kind=CreditKind.HOLD, reference=reference)
    return holds.select_for_update(no_key=True).first()


def _is_closed(reference: str) -> bool:
    return (
        CreditEntry.objects.filter(reference=reference, kind__in=SPENDING)
        .exclude(kind=CreditKind.HOLD)
        .exists()
    )


def _sum_of(reference: str) -> Decimal:
    return _total(CreditEntry.objects.filter(reference=reference, kind__in=SPENDING))


def _follow(held: CreditEntry, kind: CreditKind, amount: Decimal, note: str) -> bool:
    owner = held.person_id
    return _write_once(
        kind, held.reference, person_id=owner, amount=amount, day=held.day, note=note
    )


def _write_once(kind: CreditKind, reference: str, **fields: object) -> bool:
    """Add the line unless it is there; the unique constraint has the last word."""
    _, made = CreditEntry.objects.get_or_create(kind=kind, reference=reference, defaults=fields)
    return made


def _wrong(entries: list[CreditEntry]) -> list[str]:
    kinds = {entry.kind for entry in entries}
    total = _total(entries)
    found = {
        "no hold": CreditKind.HOLD not in kinds,
        "lines of more than one person": len({entry.person_id for entry in entries}) > 1,
        "lines of more than one day": len({entry.day for entry in entries}) > 1,
        f"a sum below 0 ({total})": total < 0,
        f"given back, but its sum is {total}": kinds == {CreditKind.HOLD, CreditKind.RELEASE}
        and total != 0,
    }
    return [mistake for mistake, is_so in found.items() if is_so]


def _total(entries: Iterable[CreditEntry]) -> Decimal:
    return sum((entry.amount for entry in entries), NONE)


def _positive(amount: Decimal) -> Decimal:
    amount = _exact(amount)
    if amount < 0:
        raise ValueError(f"{amount} credits can't be spent.")
    return amount


def plain(amount: Decimal) -> str:
    """12.5 and 100, where Decimal itself would write 12.5000 and 1E+2."""
    return f"{amount.normalize():f}"


def _exact(amount: Decimal) -> Decimal:
    # SQLite adds in floating point; at four places the sum is exact again.
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount of credits.")
    return amount.quantize(NONE, ROUND_HALF_UP)
