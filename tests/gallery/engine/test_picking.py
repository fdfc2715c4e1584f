"""Fair to all, and within the limits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import generations
from gallery.engine import leasing, picking, submitting
from gallery.generations import TooManyQueued
from gallery.models import Attempt, Conductor, Generation, Pause
from gallery.models.generation import Outcome

pytestmark = pytest.mark.django_db


def claimed(lease):
    _, attempts = submitting.claim(lease)
    return [attempt.generation for attempt in attempts]


def end_all():
    """What is at the API ends, and the pace of the last second is forgotten."""
    Generation.objects.in_flight().update(status="succeeded")
    Attempt.objects.update(sent_at=timezone.now() - timedelta(hours=1), outcome=Outcome.ACCEPTED)


def submit_next():
    """The one that goes out when there is room for one."""
    [generation] = claimed(leasing.take())
    end_all()
    Conductor.objects.update(leased_until=None)
    return generation


def test_a_batch_of_forty_does_not_delay_a_colleague(alice, bob, wish_for, settings):
    settings.FLUX_MAX_QUEUED, settings.FLUX_MAX_PER_SECOND = 40, 1
    for _ in range(40):
        wish_for(alice)
    single = wish_for(bob)

    first, second = claimed(leasing.take()), []
    while not second:
        end_all()
        Conductor.objects.update(leased_until=None)
        second = claimed(leasing.take())

    assert single in [*first, *second]


@pytest.fixture
def queue_for():
    """`queue_for(alice, 500)`: so many rows at once, of which the ledger knows nothing."""

    def queue(person, number):
        prompts = [f"A lighthouse no. {each}" for each in range(number)]
        rows = [Generation(owner=person, prompt=prompt, price=1) for prompt in prompts]
        return Generation.objects.bulk_create(rows)

    return queue


@pytest.mark.parametrize("bobs_last", [None, timedelta(days=1), timedelta(0)])
@pytest.mark.parametrize("already_out", [0, 7])
def test_of_500_that_one_person_has_queued_one_at_most_goes_before_anothers_single_wish(
    already_out, bobs_last, alice, bob, queue_for, make_generation, settings
):
    settings.FLUX_MAX_PER_SECOND = 1
    queue_for(alice, 500)
    for _ in range(already_out):
        submit_next()
    if bobs_last is not None:
        when = timezone.now() - bobs_last
        make_generation(bob, status="succeeded", submitted_at=when)
    [single] = queue_for(bob, 1)

    sent = [submit_next(), submit_next()]

    assert single in sent


@pytest.mark.parametrize("number", [5, 500])
def test_a_claim_takes_the_same_number_of_queries_however_many_wait(
    number, alice, queue_for, settings, django_assert_num_queries
):
    settings.FLUX_MAX_PER_SECOND = 1
    queue_for(alice, number)
    lease = leasing.take()

    with django_assert_num_queries(25):
        submitting.claim(lease)


def test_within_a_person_first_come_is_first_served(alice, wish_for):
    wishes = [wish_for(alice) for _ in range(3)]

    assert picking.line() == [wish.pk for wish in wishes]


def test_people_take_turns(alice, bob, charlie, wish_for):
    a, aa = wish_for(alice), wish_for(alice)
    b, bb = wish_for(bob), wish_for(bob)
    c = wish_for(charlie)

    assert picking.line() == [wish.pk for wish in (a, b, c, aa, bb)]


def test_whose_last_submission_is_longest_ago_comes_first(alice, bob, wish_for, make_generation):
    now = timezone.now()
    make_generation(alice, status="succeeded", submitted_at=now - timedelta(minutes=1))
    make_generation(bob, status="succeeded", submitted_at=now - timedelta(minutes=9))
    a, b = wish_for(alice), wish_for(bob)

    assert picking.line() == [b.pk, a.pk]


def test_one_sees_ones_own_places_only(alice, bob, wish_for):
    wish_for(alice)
    b = wish_for(bob)

    assert picking.places(bob) == {b.pk: 2}


def test_no_more_go_out_at_once_than_the_limit(alice, wish_for, settings):
    settings.FLUX_MAX_IN_FLIGHT, settings.FLUX_MAX_PER_SECOND = 3, 100
    for _ in range(5):
        wish_for(alice)

    assert len(claimed(leasing.take())) == 3


def test_no_more_go_out_a_second_than_the_limit(alice, wish_for, settings):
    settings.FLUX_MAX_IN_FLIGHT, settings.FLUX_MAX_PER_SECOND = 100, 2
    for _ in range(5):
        wish_for(alice)
    lease = leasing.take()

    assert len(claimed(lease)) == 2
    assert claimed(lease) == []


def test_a_pause_lets_nothing_out(alice, wish_for):
    wish_for(alice)
    lease = leasing.take()
    Conductor.objects.update(pause=Pause.USED_UP)

    assert claimed(lease) == []


def test_after_trouble_one_goes_ahead_alone(alice, wish_for):
    for _ in range(3):
        wish_for(alice)
    lease = leasing.take()
    Conductor.objects.update(failures_in_row=2)

    assert len(claimed(lease)) == 1
    assert claimed(lease) == []


def test_a_person_can_queue_so_many_and_no_more(alice, wish_for, settings):
    settings.FLUX_MAX_QUEUED = 2
    wish_for(alice)
    wish_for(alice)

    with pytest.raises(TooManyQueued):
        wish_for(alice)

    assert Generation.objects.count() == 2


def test_cancelling_moves_the_line(alice, bob, wish_for):
    first, b = wish_for(alice), wish_for(bob)
    before = Conductor.objects.get().line_version

    generations.cancel(first)

    assert picking.places(bob) == {b.pk: 1}
    assert Conductor.objects.get().line_version > before
