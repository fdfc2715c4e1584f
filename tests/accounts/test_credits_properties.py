"""Whatever happens in whatever order, the ledger tells the truth."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import carrying, credits, months
from accounts.credits import AllowanceExceeded, NothingHeld
from accounts.models import CreditEntry, Person, TeamBudget

pytestmark = pytest.mark.django_db

ALLOWANCE, DAILY_CAP, TEAM_CAP = Decimal(10), Decimal(6), Decimal(15)

amounts = st.decimals(min_value=0, max_value=7, places=4)
references = st.integers(1, 6).map("generation:{}".format)
people = st.sampled_from(["alice", "bob"])
acts = st.one_of(
    st.tuples(st.just("hold"), people, references, amounts),
    st.tuples(st.just("release"), references),
    st.tuples(st.just("settle"), references, amounts),
    st.tuples(st.just("adjust"), people, st.decimals(-3, 3, places=4).filter(bool)),
    st.tuples(st.just("wait"), st.integers(1, 20)),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("switch"), st.booleans()),
)


@dataclass
class Spent:
    """What the ledger ought to say about one reference."""

    who: str
    day: date
    held: Decimal
    is_released: bool = False
    cost: Decimal | None = None

    @property
    def sum(self):
        if self.cost is not None:
            return self.cost
        return Decimal(0) if self.is_released else self.held


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # who joins after the turn carries nothing over


class Story:
    """Acts on the real ledger, and keeps a plain account of what it should be."""

    def __init__(self):
        TeamBudget.objects.update(usual_allowance=ALLOWANCE, monthly_cap=TEAM_CAP)
        self.people = {
            name: Person.objects.create_user(
                f"{name}@example.org", daily_cap=DAILY_CAP, joined_at=LONG_AGO
            )
            for name in ("alice", "bob")
        }
        self.today = date(2026, 11, 22)
        self.spent: dict[str, Spent] = {}
        self.adjusted: list[tuple[str, date, Decimal]] = []
        self.carries_from: date | None = None
        self.carried: set[date] = set()  # months that have ended

    def play(self, act, *details):
        with time_machine.travel(datetime(*self.today.timetuple()[:3], 12, tzinfo=UTC), tick=False):
            getattr(self, act)(*details)
            self.check()

    def hold(self, who, reference, amount):
        may = reference in self.spent or amount <= self.available(who)
        try:
            credits.hold(self.people[who], amount, reference=reference)
        except AllowanceExceeded:
            assert not may
        else:
            assert may
            self.spent.setdefault(reference, Spent(who, self.today, amount))

    def release(self, reference):
        known = self.spent.get(reference)
        has_something = bool(known and known.held and not known.is_released and known.cost is None)

        assert credits.release(reference=reference) is has_something

        if has_something:
            known.is_released = True

    def settle(self, reference, cost):
        known = self.spent.get(reference)
        if known is None:
            with pytest.raises(NothingHeld):
                credits.settle(reference=reference, cost=cost)
        elif credits.settle(reference=reference, cost=cost):
            assert known.cost is None
            known.cost = cost
        else:
            assert known.cost is not None

    def adjust(self, who, amount):
        credits.adjust(self.people[who], amount, by=self.people["bob"], note="because")
        self.adjusted.append((who, self.today, amount))

    def wait(self, days):
        self.today += timedelta(days=days)

    def switch(self, is_on):
        self.carries_from = (self.carries_from or self.today.replace(day=1)) if is_on else None
        TeamBudget.objects.update(carries_from=self.carries_from)

    def sweep(self):
        """At the turn of the month, or whenever the site was up again after it."""
        month = self.today.replace(day=1)
        ended = months.before(month)
        if self.carries_from and self.carries_from < month:
            self.carries_from = month
            for who in self.people if ended not in self.carried else ():
                left = ALLOWANCE + self.granted_to(who, ended) - self.spent_in(who, ended)
                self.adjusted.append((who, month, min(ALLOWANCE, max(Decimal(0), left))))
            self.carried.add(ended)

        carrying.carry_over()

        lines = CreditEntry.objects.filter(kind="carry")
        assert all(0 < line.amount <= ALLOWANCE for line in lines)
        assert len({line.reference for line in lines}) == len(lines)

    def check(self):
        with time_machine.travel(datetime(*self.today.timetuple()[:3], 12, tzinfo=UTC), tick=False):
            for who, person in self.people.items():
                now = credits.statement(person)
                assert now.spent == self.spent_by(who, self.is_this_month)
                assert now.spent_today == self.spent_by(who, self.today.__eq__)
                assert now.available == self.available(who)
        recount = credits.recount()
        assert recount.sums == {name: spent.sum for name, spent in self.spent.items()}
        assert recount.mistakes == ()

    def available(self, who):
        granted = ALLOWANCE + self.granted_to(who, self.today.replace(day=1))
        team = sum(self.spent_by(name, self.is_this_month) for name in self.people)
        return max(
            Decimal(0),
            min(
                granted - self.spent_by(who, self.is_this_month),
                DAILY_CAP - self.spent_by(who, self.today.__eq__),
                TEAM_CAP - team,
            ),
        )

    def granted_to(self, who, month):
        return sum(
            amount
            for name, day, amount in self.adjusted
            if name == who and day.replace(day=1) == month
        )

    def spent_in(self, who, month):
        return self.spent_by(who, lambda day: day.replace(day=1) == month)

    def spent_by(self, who, counts):
        return sum(s.sum for s in self.spent.values() if s.who == who and counts(s.day))

    def is_this_month(self, day):
        return (day.year, day.month) == (self.today.year, self.today.month)


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(st.lists(acts, max_size=25))
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_ledger_agrees_with_a_plain_account_of_what_happened(story):
    with rolled_back():
        play = Story()
        for act in story:
            play.play(*act)


@given(st.lists(st.tuples(references, amounts), max_size=30))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_holds_alone_never_go_beyond_an_allowance(wishes):
    with rolled_back():
        play = Story()
        for reference, amount in wishes:
            play.play("hold", "alice", reference, amount)

        held = sum(entry.amount for entry in CreditEntry.objects.all())
        assert held <= DAILY_CAP
        assert CreditEntry.objects.count() == len(play.spent)
