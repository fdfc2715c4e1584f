from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gallery import words

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "0"), ("0.2160", "0.216"), ("1.0000", "1"), ("1234.5", "1,234.5"), ("100", "100")],
)
def test_credits_are_exact_without_idle_zeros(amount, said):
    assert words.credits(Decimal(amount)) == said


def test_one_credit_is_singular():
    assert [words.in_credits(Decimal(n)) for n in ("1", "0.5")] == ["1 credit", "0.5 credits"]


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0.2199", "0.21"), ("3.219", "3.21"), ("86.49", "86.4"), ("1234.9", "1,234"), ("0", "0")],
)
def test_at_a_glance_there_is_never_more_than_there_is(amount, said):
    assert words.roughly(Decimal(amount)) == said


def test_ordinals():
    said = [words.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)]

    assert " ".join(said) == "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.14, "9.1 s"), (59, "59 s"), (60, "1 min"), (95, "1 min 35 s")]
    + [(605, "10 min"), (7260, "121 min")],
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=7), "15 Nov 2026"),
    ],
)
def test_times_are_relative_up_to_a_week(ago, said):
    assert words.ago(NOW - ago, NOW) == said


def test_file_sizes():
    said = [words.file_size(n) for n in (1, 999_499, 1_400_000)]

    assert said == ["1 kB", "999 kB", "1.4 MB"]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("short", "short"),
        ("two\n lines", "two lines"),
        ("a lighthouse, at dusk", "a lighthouse…"),
        ("x" * 30, "x" * 15 + "…"),
    ],
)
def test_long_text_is_cut_at_a_word(text, short):
    assert words.shortened(text, 16) == short
