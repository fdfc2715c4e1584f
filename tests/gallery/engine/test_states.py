"""The table of states and moves holds together, and the documentation draws it."""

from pathlib import Path

import pytest

from gallery.engine import moving, states
from gallery.engine.states import Credits
from gallery.models import FeedVersion
from gallery.models.generation import FINAL, Status

ROOT = Path(__file__).parents[3]


def test_every_state_can_be_left_towards_an_end():
    def reaches_an_end(status, seen=frozenset()):
        ahead = {move.target for move in states.MOVES if status in move.sources} - seen
        return status in FINAL or any(reaches_an_end(next_, seen | {status}) for next_ in ahead)

    assert all(reaches_an_end(status) for status in Status)


def test_every_end_says_what_becomes_of_the_credits():
    for move in states.MOVES:
        assert move.is_last == (move.credits is not Credits.KEPT), move.name


def test_only_what_was_paid_for_is_a_possible_loss():
    assert all(move.credits is Credits.RELEASED for move in states.MOVES if move.is_loss_possible)


def test_names_are_unique():
    assert len({move.name for move in states.MOVES}) == len(states.MOVES)


def test_the_documentation_draws_the_table_as_it_is():
    assert states.drawing() in (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("move", states.MOVES, ids=lambda move: move.name.replace(" ", "_"))
def test_a_move_is_made_from_its_own_states_only(move, alice, wish_for, django_db_blocker):
    generation = wish_for(alice)

    for status in Status:
        generation.status = status
        generation.save(update_fields=["status"])
        fields = {"cost": generation.price} if move.credits is Credits.SETTLED else {}

        assert moving.make(move, generation, **fields) == (status in move.sources)


def test_a_move_advances_its_owners_feed_once(alice, bob, wish_for):
    generation = wish_for(alice)
    before = FeedVersion.objects.get(pk=alice.pk).version

    moving.make(states.CANCEL, generation)
    moving.make(states.CANCEL, generation)

    assert FeedVersion.objects.get(pk=alice.pk).version == before + 1
    assert generation.version == before + 1
    assert not FeedVersion.objects.filter(pk=bob.pk).exists()
