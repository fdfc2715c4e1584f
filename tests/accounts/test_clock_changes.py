"""Days of 23 and of 25 hours, at the end and at the beginning of a month."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from accounts import carrying, credits, months
from accounts.credits import AllowanceExceeded
from accounts.models import CreditEntry, Person, TeamBudget

# zone, month that ends, its last moment and the first one of the next. The clock changes on the
# last day or on the first; in Asunción the first day of October 2023 has no midnight.
TURNS = [
    ("Europe/Berlin", "2024-03-01", "2024-03-31 21:59:59Z", "2024-03-31 22:00Z"),
    ("Europe/Berlin", "2030-03-01", "2030-03-31 21:59:59Z", "2030-03-31 22:00Z"),
    ("Europe/Berlin", "2027-10-01", "2027-10-31 22:59:59Z", "2027-10-31 23:00Z"),
    ("America/New_York", "2026-10-01", "2026-11-01 03:59:59Z", "2026-11-01 04:00Z"),
    ("Pacific/Auckland", "2029-03-01", "2029-03-31 10:59:59Z", "2029-03-31 11:00Z"),
    ("America/Asuncion", "2023-09-01", "2023-10-01 03:59:59Z", "2023-10-01 04:00Z"),
]
# zone, day, its hours, its first moment and that of the next one
DAYS = [
    ("Europe/Berlin", "2024-03-31", 23, "2024-03-30 23:00Z", "2024-03-31 22:00Z"),
    ("Europe/Berlin", "2027-10-31", 25, "2027-10-30 22:00Z", "2027-10-31 23:00Z"),
    ("America/New_York", "2026-11-01", 25, "2026-11-01 04:00Z", "2026-11-02 05:00Z"),
    ("America/Asuncion", "2023-10-01", 23, "2023-10-01 04:00Z", "2023-10-02 03:00Z"),
]
SECOND = 1


@pytest.fixture
def member(db):
    with time_machine.travel("2023-01-01 12:00Z", tick=False):
        return Person.objects.create_user("alice@example.org", name="Alice Adler")


def at(moment):
    return time_machine.travel(moment, tick=False)


def moment_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


@pytest.mark.parametrize(("zone", "month", "last", "first"), TURNS)
def test_a_month_ends_at_the_sites_own_midnight(member, settings, zone, month, last, first):
    settings.TIME_ZONE = zone
    following = months.after(date.fromisoformat(month))
    assert months.midnight(following).timestamp() == moment_of(first).timestamp()

    with at(last):
        credits.hold(member, Decimal(100), reference="generation:1")
        now = credits.statement(member)
        assert (now.left, now.renews_on) == (0, following)
        with pytest.raises(AllowanceExceeded):
            credits.hold(member, Decimal(1), reference="generation:2")
    with at(first):
        now = credits.statement(member)
        assert (now.left, now.renews_on) == (100, months.after(following))
        credits.hold(member, Decimal(100), reference="generation:3")

    days = CreditEntry.objects.order_by("pk").values_list("day", flat=True)
    assert [day.replace(day=1) for day in days] == [date.fromisoformat(month), following]


@pytest.mark.parametrize(("zone", "month", "last", "first"), TURNS)
def test_what_is_left_is_carried_over_once_and_not_a_moment_early(
    member, settings, zone, month, last, first
):
    settings.TIME_ZONE = zone
    TeamBudget.objects.update(carries_from=month)
    with at(last):
        credits.hold(member, Decimal(30), reference="generation:1")
        assert carrying.carry_over() == 0
    with at(first):
        assert (carrying.carry_over(), carrying.carry_over()) == (1, 0)
        assert credits.statement(member).carried == 70
        credits.settle(
            reference="generation:1", cost=Decimal(20)
        )  # a late result: of the old month
        assert credits.statement(member).spent == 0
    assert carrying.mistakes() == []


@pytest.mark.parametrize(("zone", "day", "hours", "begin", "end"), DAYS)
def test_a_days_cap_holds_for_the_whole_day_however_long_it_is(
    member, settings, zone, day, hours, begin, end
):
    settings.TIME_ZONE = zone
    Person.objects.update(daily_cap=10)
    member.refresh_from_db()
    assert (moment_of(end) - moment_of(begin)).total_seconds() == hours * 3600

    with at(moment_of(begin)) as clock:
        clock.shift(-SECOND)
        credits.hold(member, Decimal(10), reference="generation:the day before")
        clock.shift(SECOND)
        credits.hold(member, Decimal(4), reference="generation:first")
        for _ in range(hours):
            assert credits.statement(member).left_today == 6
            clock.shift(3600)
        assert credits.statement(member).left_today == 10  # midnight again
        clock.shift(-SECOND)
        with pytest.raises(AllowanceExceeded) as refusal:
            credits.hold(member, Decimal(7), reference="generation:too much")
        assert (refusal.value.bound, refusal.value.left) == ("day", 6)
        credits.hold(member, Decimal(6), reference="generation:last")

    lines = CreditEntry.objects.filter(day=day)
    assert sorted(lines.values_list("reference", flat=True)) == [
        "generation:first",
        "generation:last",
    ]
