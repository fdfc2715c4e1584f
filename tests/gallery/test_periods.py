"""Ranges of days: month borders, the site's own midnight, and what people type."""

from datetime import date

import pytest
import time_machine

from gallery import periods
from gallery.periods import BadPeriod


@time_machine.travel("2026-03-01 11:30Z", tick=False)
def test_the_choices_end_where_their_words_say():
    month, last, ninety = periods.offered()

    assert (month.since, month.until) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (last.since, last.until) == (date(2026, 2, 1), date(2026, 2, 28))
    assert (ninety.until, ninety.days) == (date(2026, 3, 1), 90)


@pytest.mark.parametrize(("zone", "first"), [("UTC", 10), ("Europe/Berlin", 11)])
@time_machine.travel("2026-10-31 23:30Z", tick=False)
def test_a_month_begins_at_the_sites_own_midnight(settings, zone, first):
    settings.TIME_ZONE = zone

    assert periods.read({}).since == date(2026, first, 1)


def test_days_from_to_are_both_in_and_come_back_by_their_address():
    period = periods.read({"from": "2026-10-25", "to": "2026-11-02"})

    assert period.days == len(list(period.each_day())) == 9
    assert period.query == "from=2026-10-25&to=2026-11-02"


@pytest.mark.parametrize(
    ("since", "until", "problem"),
    [
        ("2026-11-02", "2026-11-01", periods.ORDER),
        ("2025-01-01", "2026-01-02", periods.TOO_LONG),
        ("yesterday", "2026-11-01", periods.NO_DAY),
        ("2026-11-01", "", periods.NO_DAY),
        ("0001-01-01", "0001-01-02", periods.NO_DAY),
        ("2026-11-01", "9999-12-31", periods.NO_DAY),
    ],
)
def test_what_is_no_range_of_days_is_told_with_its_mend(since, until, problem):
    with pytest.raises(BadPeriod, match=problem[:20]):
        periods.read({"from": since, "to": until})


def test_a_word_that_is_no_choice_is_this_month():
    assert periods.read({"period": "forever"}).name == "month"
