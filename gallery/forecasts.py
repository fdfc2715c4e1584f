"""What this month will have cost at its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from accounts import months
from accounts.models.credit import NONE
from gallery import periods, usage
from gallery.periods import Period

LOOKED_BACK = 28  # days: four of each weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    total: Decimal
    a_day: Decimal
    days_left: int
    until: date
    looked_back: int


def forecast(period: Period) -> Forecast | None:
    """What is spent so far, and for each day that is left the average of the last full days.

    Today counts with what it has, or with an average day if that is more.
    """
    now, first = months.today(), usage.first_day()
    if (period.since, period.until) != periods.month_of(now) or not first or first >= now:
        return None
    looked_back = min(LOOKED_BACK, (now - first).days)
    back = now - timedelta(days=looked_back)
    spent = usage.spent_by_day(min(back, period.since), now)
    a_day = _rounded(sum((spent[day] for day in _days_from(back, now)), NONE) / looked_back)
    days_left = (period.until - now).days
    so_far = sum((spent[day] for day in _days_from(period.since, now)), NONE)
    return Forecast(
        total=so_far + max(spent[now], a_day) + a_day * days_left,
        a_day=a_day,
        days_left=days_left,
        until=period.until,
        looked_back=looked_back,
    )


def _days_from(first: date, before: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((before - first).days))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
