"""How long nothing is submitted: whatever the API says, and however often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.engine import pauses
from gallery.models import Conductor, Pause

pytestmark = pytest.mark.django_db


def rest():
    return Conductor.objects.get().paused_until - timezone.now()


@pytest.mark.parametrize("said", [1e300, 2.5e11, 86_400.0])
def test_no_retry_after_is_believed_for_longer_than_an_hour(said):
    pauses.note_busy(said)

    assert rest() <= timedelta(hours=1)


def test_a_night_of_refusals_still_has_a_next_try():
    Conductor.objects.update(failures_in_row=5000)

    pauses.note_busy(None)

    assert timedelta(seconds=25) < rest() <= timedelta(seconds=30)


@pytest.mark.parametrize(("pause", "left"), [("busy", ""), ("down", ""), ("storage", "storage")])
def test_an_accepted_wish_ends_every_pause_but_that_of_our_own_storage(pause, left):
    pauses.begin(Pause(pause), "", wait=60)

    pauses.note_accepted()

    assert Conductor.objects.get().pause == left
