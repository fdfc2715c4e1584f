"""The server sets the pace of each page, and signs what the page has seen."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from gallery import feed, stamps
from gallery.stamps import Stamp

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def stamp(**fields):
    return Stamp(person_id=uuid.UUID(int=7), version=3, at=NOW, **fields)


@pytest.mark.parametrize(
    ("fields", "pace"),
    [
        ({}, 2500),
        ({"youngest": NOW - timedelta(seconds=5)}, 1000),
        ({"youngest": NOW - timedelta(minutes=3)}, 2000),
        ({"youngest": NOW - timedelta(hours=1)}, 2500),
        ({"youngest": NOW - timedelta(minutes=3), "due": NOW}, 500),
        ({"youngest": NOW, "due": NOW + timedelta(seconds=1)}, 1000),
        ({"youngest": NOW - timedelta(minutes=3), "due": NOW - timedelta(minutes=2)}, 2000),
    ],
)
def test_the_nearer_the_picture_the_quicker_the_page_asks(fields, pace):
    assert stamp(**fields).pace(NOW) == pace


def test_a_stamp_says_after_its_journey_what_it_said_before():
    sent = stamp(line="7", youngest=NOW, due=NOW + timedelta(seconds=9))

    assert stamps.read(sent.signed()) == sent


def test_a_forged_stamp_says_nothing():
    assert stamps.read(stamp().signed() + "x") is None


@pytest.mark.django_db
def test_a_picture_is_due_a_little_before_its_models_usual_time(alice, make_generation):
    sent_at = datetime.now(UTC)
    generation = make_generation(alice, status="running", submitted_at=sent_at)

    due = feed.standing(alice).stamp.due

    usual = timedelta(seconds=generation.model.seconds)
    assert sent_at < due < sent_at + usual
