"""Ranges of days that a page of figures is about; days begin at the site's own midnight."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import formats
from django.utils.http import urlencode

from accounts import months

LONGEST = 366  # days
FIRST = date(2000, 1, 1)
ORDER = "The last day lies before the first. Swap them."
TOO_LONG = f"Choose at most {LONGEST} days."
NO_DAY = "Give both days as year-month-day, for instance 2026-11-01."


class BadPeriod(ValueError):
    """The message says what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Both days belong to it. Without a name it was chosen from day to day."""

    name: str
    label: str
    since: date
    until: date

    @property
    def query(self) -> str:
        if self.name:
            return urlencode({"period": self.name})
        return urlencode({"from": self.since.isoformat(), "to": self.until.isoformat()})

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def in_words(self) -> str:
        return f"{day_in_words(self.since)} to {day_in_words(self.until)}"

    def each_day(self) -> Iterator[date]:
        return (self.since + timedelta(days=number) for number in range(self.days))


def month_of(day: date) -> tuple[date, date]:
    next_month = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(day=1), next_month - timedelta(days=1)


def offered() -> tuple[Period, ...]:
    now = months.today()
    first, last = month_of(now)
    before, until = month_of(first - timedelta(days=1))
    return (
        Period(name="month", label="This month", since=first, until=last),
        Period(name="last", label="Last month", since=before, until=until),
        Period(name="90", label="90 days", since=now - timedelta(days=89), until=now),
    )


def read(values: Mapping[str, str]) -> Period:
    """What an address asks for; without a word, this month. Raises BadPeriod."""
    since, until = values.get("from", "").strip(), values.get("to", "").strip()
    if since or until:
        return _chosen(since, until)
    choices = {period.name: period for period in offered()}
    return choices.get(values.get("period", ""), choices["month"])


def day_in_words(day: date) -> str:
    return formats.date_format(day, "j M Y")


def _chosen(since: str, until: str) -> Period:
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError as error:
        raise BadPeriod(NO_DAY) from error
    if first < FIRST or last.year > months.today().year + 1:
        raise BadPeriod(NO_DAY)
    if last < first:
        raise BadPeriod(ORDER)
    if (last - first).days >= LONGEST:
        raise BadPeriod(TOO_LONG)
    return Period(name="", label="From day to day", since=first, until=last)
