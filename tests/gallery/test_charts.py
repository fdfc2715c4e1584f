"""Bars that are as high as their numbers."""

from decimal import Decimal

import pytest

from gallery import charts
from gallery.charts import BASE, TOP, Column, stacked


def chart(*totals, **others):
    columns = [
        Column(label=str(n), title=f"{n}", parts=[("s1", Decimal(total))])
        for n, total in enumerate(totals)
    ]
    return stacked([*columns, *others.get("more", ())], title="-", summary="-")


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        ("0", ["0", "1"]),
        ("0.05", ["0", "0.02", "0.04", "0.06"]),
        ("28", ["0", "10", "20", "30"]),
        ("300", ["0", "100", "200", "300"]),
        ("1234.5", ["0", "500", "1,000", "1,500"]),
    ],
)
def test_the_axis_is_in_round_steps_and_reaches_the_highest(highest, ticks):
    assert [tick.text for tick in chart(highest).ticks] == ticks


def test_pieces_stand_upon_each_other_from_the_axis_up():
    column = Column(label="-", title="-", parts=[("s1", Decimal(1)), ("s2", Decimal(2))])

    [bar] = stacked([column], title="-", summary="-").bars
    low, high = bar.pieces

    assert low.y + low.height == pytest.approx(BASE, abs=0.1)
    assert high.y + high.height == pytest.approx(low.y, abs=0.1)
    assert high.height == pytest.approx(2 * low.height, abs=0.2)
    assert high.y == pytest.approx(TOP, abs=0.2)


def test_nothing_draws_nothing_and_a_trace_is_seen():
    bars = chart("1000", "0", "0.0001").bars

    assert bars[1].pieces == ()
    assert bars[2].pieces[0].height == charts.THINNEST


def test_a_day_to_come_has_a_look_of_its_own():
    coming = Column(label="-", title="-", expected=Decimal(4))

    assert chart("8", more=[coming]).bars[-1].pieces[0].look == "band"


def test_ninety_days_name_only_as_many_as_have_room():
    bars = chart(*["1"] * 90).bars

    assert len([bar for bar in bars if bar.label]) <= charts.LABELS
    assert bars[-1].x + bars[-1].width <= charts.WIDTH
