"""What is unconfirmed is given up when the API was asked for it long enough, and may come late."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.engine import leasing, searching, submitting, sweeping, watching
from gallery.flux.contract import Picture, Task, TaskState
from gallery.models import Attempt, Conductor, Generation
from gallery.models.generation import Outcome

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def unconfirmed(alice, wish_for):
    wish_for(alice)
    leasing.take()
    _, [attempt] = submitting.claim(leasing_renewed())
    Conductor.objects.update(leased_until=None)
    leasing.take()
    Conductor.objects.update(leased_until=None)
    return Generation.objects.get()


def leasing_renewed():
    Conductor.objects.update(leased_until=None)
    return leasing.take()


def search_for(generation, listed):
    """The API's list of that minute, as its answer comes now."""
    Attempt.objects.filter(generation=generation).update(next_listing_at=timezone.now())
    [search] = searching.due()
    searching.record(search, listed)
    generation.refresh_from_db()


def test_after_a_quarter_of_an_hour_an_unconfirmed_one_is_given_up(unconfirmed, spent, age):
    age(unconfirmed, minutes=16)
    search_for(unconfirmed, listed=[])

    sweeping.sweep()

    unconfirmed.refresh_from_db()
    assert (unconfirmed.status, unconfirmed.problem) == ("failed", "unconfirmed")
    assert unconfirmed.is_possible_loss
    assert unconfirmed.attempts.get().outcome == Outcome.GIVEN_UP
    assert spent(unconfirmed) == 0


def test_an_api_without_lists_does_not_keep_anybody_waiting(unconfirmed, age):
    age(unconfirmed, minutes=16)
    search_for(unconfirmed, listed=None)

    sweeping.sweep()

    unconfirmed.refresh_from_db()
    assert unconfirmed.status == "failed"


def test_while_nobody_could_be_asked_no_patience_runs_out(unconfirmed, age):
    """The API was away, or this site was."""
    search_for(unconfirmed, listed=[])
    age(unconfirmed, hours=5)
    Attempt.objects.update(listed_at=timezone.now() - timedelta(hours=4, minutes=55))

    sweeping.sweep()

    unconfirmed.refresh_from_db()
    assert unconfirmed.status == "unconfirmed"


def test_an_api_that_never_comes_back_is_waited_for_a_day(unconfirmed, spent, age):
    age(unconfirmed, days=1, minutes=1)

    sweeping.sweep()

    unconfirmed.refresh_from_db()
    assert (unconfirmed.status, unconfirmed.is_possible_loss) == ("failed", True)
    assert spent(unconfirmed) == 0


@pytest.fixture
def given_up(unconfirmed, age):
    age(unconfirmed, minutes=16)
    search_for(unconfirmed, listed=[])
    sweeping.sweep()
    unconfirmed.refresh_from_db()
    return unconfirmed


def in_the_list(wish):
    request = {"prompt": wish.prompt, "model": wish.model_name, "size": wish.size}
    return Task(task_id="task-1", state=TaskState.PENDING, request=request)


def test_what_was_given_up_is_found_by_a_list_that_comes_late(given_up):
    search_for(given_up, listed=[in_the_list(given_up)])

    [looked_at] = watching.due()
    result = Picture(url="https://pictures.example/late.png")
    task = Task(task_id="task-1", state=TaskState.SUCCEEDED, pictures=(result,))
    watching.record([looked_at], {"task-1": task})

    given_up.refresh_from_db()
    assert given_up.status == "storing"
    assert given_up.attempts.get().outcome == Outcome.ACCEPTED
    assert not Attempt.objects.filter(next_listing_at__isnull=False).exists()


def test_what_was_given_up_is_looked_for_now_and_then_for_a_day(given_up):
    attempt = given_up.attempts.get()
    search_for(given_up, listed=[])
    attempt.refresh_from_db()
    assert attempt.next_listing_at > timezone.now() + timedelta(minutes=9)
    assert attempt.outcome == Outcome.GIVEN_UP

    Attempt.objects.update(sent_at=timezone.now() - timedelta(days=1, minutes=1))
    search_for(given_up, listed=[])

    attempt.refresh_from_db()
    assert attempt.next_listing_at is None


def test_two_of_the_same_words_are_not_taken_for_each_other_late(given_up, bob, make_generation):
    twin = make_generation(bob, status="failed", prompt=given_up.prompt, model=given_up.model)
    sent_at = given_up.attempts.get().sent_at
    Attempt.objects.create(
        generation=twin, number=1, epoch=1, outcome=Outcome.GIVEN_UP, sent_at=sent_at
    )

    search_for(given_up, listed=[in_the_list(given_up)])

    assert given_up.attempts.get().outcome == Outcome.GIVEN_UP


def test_an_unconfirmed_one_is_not_sent_again_by_itself(unconfirmed):
    sweeping.sweep()
    submitting.claim(leasing.take())

    assert unconfirmed.attempts.count() == 1
