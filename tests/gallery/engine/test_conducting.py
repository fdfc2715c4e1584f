"""A wish's way from the queue to the library, and every bad way the API can answer."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from threading import Event

import pytest
from django.db import InternalError, OperationalError

from gallery import generations
from gallery.engine import conductor, leasing, pauses, searching, submitting
from gallery.flux.client import FluxClient
from gallery.models import Attempt, Conductor, Image, Pause
from gallery.models.generation import Outcome

PRICE = Decimal("0.216")


def test_a_wish_becomes_an_image_of_our_own(worker, provider, alice, wish_for, comes_to, spent):
    generation = wish_for(alice)

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"
    image = Image.objects.get(generation=generation)
    assert image.is_in_storage
    assert set(image.renditions) == {"small", "medium", "large"}
    assert spent(generation) == generation.cost == PRICE
    assert len(provider.accepted) == 1


def test_four_pictures_are_four_images_and_paid_as_four(
    worker, provider, alice, wish_for, comes_to, spent
):
    generation = wish_for(alice, count=4)

    with worker:
        comes_to(generation)

    assert generation.images.count() == 4
    assert spent(generation) == PRICE * 4


def test_only_what_arrived_is_paid(worker, provider, alice, wish_for, comes_to, spent):
    generation = wish_for(alice, "fault:fewer=3 fault:no-cost", count=4)

    with worker:
        comes_to(generation)

    assert generation.images.count() == 3
    assert spent(generation) == PRICE * 3


@pytest.mark.parametrize("shape", ["full", "ndjson", "bare", "snapshot", "no-id-full", "no-cost"])
def test_every_shape_of_answer_leads_to_the_picture(
    worker, provider, alice, wish_for, comes_to, shape
):
    generation = wish_for(alice, f"A lighthouse fault:{shape}")

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"
    assert len(provider.accepted) == 1


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("model-invalid", "model_refused"),
        ("size-required", "refused"),
        ("forbidden", "moderated"),
        ("fail", "provider_failed"),
        ("moderated", "moderated"),
    ],
)
def test_a_refusal_ends_the_wish_and_gives_the_credits_back(
    worker, provider, alice, wish_for, comes_to, spent, fault, problem
):
    generation = wish_for(alice, f"A lighthouse fault:{fault}")

    with worker:
        comes_to(generation)

    assert (generation.status, generation.problem) == ("failed", problem)
    assert generation.problem_detail
    assert spent(generation) == 0
    assert not generation.is_possible_loss


@pytest.mark.parametrize("fault", ["busy=1", "rate-limited=1"])
def test_told_to_wait_it_waits_and_is_sent_again(
    worker, provider, alice, wish_for, comes_to, fault
):
    generation = wish_for(alice, f"A lighthouse fault:{fault}*1")

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"
    outcomes = generation.attempts.values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.PUT_BACK, Outcome.ACCEPTED]


def test_a_provider_that_is_away_is_waited_for(worker, provider, alice, wish_for, comes_to):
    provider.stop()
    generation = wish_for(alice)

    with worker:
        provider_is_missed(generation)
        provider.start()
        comes_to(generation)

    assert generation.status == "succeeded"
    assert len(provider.accepted) == 1


def provider_is_missed(generation):
    while not generation.attempts.filter(outcome=Outcome.PUT_BACK).exists():
        pass


@pytest.mark.parametrize(
    ("fault", "pause"), [("invalid-token", Pause.TOKEN), ("used-up", Pause.USED_UP)]
)
def test_the_operators_trouble_pauses_the_engine_and_loses_nothing(
    worker, provider, alice, wish_for, comes_to, spent, fault, pause, monkeypatch
):
    monkeypatch.setitem(pauses.PROBE_AFTER, pause, 0.5)
    provider.next(fault)
    generation = wish_for(alice)

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"
    assert spent(generation) == PRICE
    assert Conductor.objects.get().pause == Pause.NONE


@pytest.mark.parametrize("fault", ["cut-after", "reset-after", "hang=4", "html", "500-after"])
def test_an_answer_that_never_came_is_never_sent_again(
    worker, provider, alice, wish_for, comes_to, spent, fault
):
    generation = wish_for(alice, f"A lighthouse fault:{fault}")

    with worker:
        comes_to(generation, "unconfirmed")

    assert len(provider.accepted) <= 1
    assert generation.attempts.count() == 1
    assert spent(generation) == PRICE


def test_a_cut_off_answer_is_found_again_by_the_list(
    worker, provider, alice, wish_for, comes_to, spent, monkeypatch
):
    monkeypatch.setattr(leasing, "FIRST_LISTING", leasing.LENGTH * 0)
    generation = wish_for(alice, "A lighthouse fault:cut-after")

    with worker:
        comes_to(generation)

    assert generation.status == "succeeded"
    assert len(provider.accepted) == 1
    assert spent(generation) == PRICE


def test_a_wish_that_never_arrived_is_sent_once_more(
    worker, provider, alice, wish_for, comes_to, spent, quick_search
):
    control = wish_for(alice, "A control that is accepted")
    generation = wish_for(alice, "A lighthouse fault:cut-before*1")

    with worker:
        comes_to(control)
        comes_to(generation)

    assert generation.status == "succeeded"
    outcomes = generation.attempts.values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.ABSENT, Outcome.ACCEPTED]
    assert len(provider.accepted) == 2


def test_a_wish_that_never_arrives_twice_is_given_up(
    worker, provider, alice, wish_for, comes_to, spent, quick_search
):
    control = wish_for(alice, "A control that is accepted")
    generation = wish_for(alice, "A lighthouse fault:cut-before*2")

    with worker:
        comes_to(control)
        comes_to(generation)

    assert (generation.status, generation.problem) == ("failed", "absent")
    assert spent(generation) == 0
    assert not generation.is_possible_loss


def test_without_a_positive_control_absence_is_not_concluded(
    worker, provider, alice, wish_for, comes_to, quick_search
):
    generation = wish_for(alice, "A lighthouse fault:cut-before*1")

    with worker:
        comes_to(generation, "unconfirmed")
        provider.wait_seen("/flux/tasks", 4)

    generation.refresh_from_db()
    assert generation.status == "unconfirmed"


def test_a_late_list_proves_nothing(worker, provider, alice, wish_for, comes_to, quick_search):
    provider.listing_delay = 3600
    control = wish_for(alice, "A control that is accepted")
    generation = wish_for(alice, "A lighthouse fault:cut-after")

    with worker:
        comes_to(control)
        comes_to(generation, "unconfirmed")
        provider.wait_seen("/flux/tasks", len(provider.requests("/flux/tasks")) + 4)

    generation.refresh_from_db()
    assert generation.status == "unconfirmed"
    assert len(provider.accepted) == 2


def test_two_conductors_never_hold_the_lease_at_once(transactional_db):
    first = leasing.take()
    second = leasing.take()

    assert first is not None
    assert second is None


def test_a_new_holder_loses_sight_of_what_the_old_one_had_out(transactional_db, alice, wish_for):
    wish_for(alice)
    lease = leasing.take()
    _, [attempt] = submitting.claim(lease)
    leasing.give_back(lease)

    leasing.take()

    attempt.refresh_from_db()
    assert attempt.outcome == Outcome.UNCONFIRMED
    assert attempt.generation.status == "unconfirmed"


def test_a_holder_that_was_overtaken_claims_nothing(transactional_db, alice, wish_for):
    old = leasing.take()
    leasing.give_back(old)
    leasing.take()
    wish_for(alice)

    with pytest.raises(leasing.LeaseLost):
        submitting.claim(old)

    assert not Attempt.objects.exists()


def test_cancelling_while_queued_gives_everything_back(transactional_db, alice, wish_for, spent):
    generation = wish_for(alice)

    assert generations.cancel(generation)

    assert generation.status == "cancelled"
    assert spent(generation) == 0


def test_what_was_sent_can_no_longer_be_cancelled(transactional_db, alice, wish_for, spent):
    generation = wish_for(alice)
    submitting.claim(leasing.take())

    assert not generations.cancel(generation)

    assert spent(generation) == PRICE


@pytest.fixture
def quick_search(monkeypatch):
    """Look for unconfirmed ones at once, and twice a second."""
    monkeypatch.setattr(leasing, "FIRST_LISTING", timedelta(0))
    monkeypatch.setattr(searching, "BETWEEN_LISTINGS", timedelta(seconds=0.4))


def test_what_was_sent_and_could_not_be_written_down_is_never_put_back(
    worker, provider, alice, wish_for, monkeypatch
):
    """It may have been accepted: put back, it would be sent and paid a second time."""
    wish = wish_for(alice)
    claim, put_back, refused, looked = submitting.claim, submitting.put_back_unsent, [], Event()

    def record(answers):
        refused.append(answers)
        raise ValueError("this can't be written")

    def claim_or_shake(lease):
        if len(refused) == 2:  # with its group, and alone
            refused.append("shaken")
            raise OperationalError("the database is away")
        return claim(lease)

    def put_back_unsent(lease, out):
        put_back(lease, out)
        looked.set()

    monkeypatch.setattr(submitting, "record", record)
    monkeypatch.setattr(submitting, "claim", claim_or_shake)
    monkeypatch.setattr(submitting, "put_back_unsent", put_back_unsent)
    monkeypatch.setattr(conductor, "IDLE", 3)
    with worker:
        assert looked.wait(15)

    assert list(wish.attempts.values_list("outcome", flat=True)) == ["sent"]
    assert len(provider.accepted) == 1


def test_a_database_that_goes_away_for_a_moment_ends_no_shift(
    worker, provider, alice, wish_for, comes_to, monkeypatch
):
    """Who left would first wait for all answers that are out, and nobody would conduct."""
    known = wish_for(alice, "fault:hang")
    real, taken = submitting.claim, []

    def claim(lease):
        answer = real(lease)
        if answer[1] and len(taken) == 1:
            taken.append("lost")
            raise OperationalError("the commit was kept, and its answer lost")
        taken.extend(answer[1])
        return answer

    monkeypatch.setattr(submitting, "claim", claim)
    monkeypatch.setattr(conductor, "IDLE", 3)  # as it is: longer than a tick
    with worker:
        provider.wait_accepted()
        epoch = Conductor.objects.get().epoch
        unheard = wish_for(alice)
        comes_to(unheard)
        assert Conductor.objects.get().epoch == epoch
        provider.unhang()
        comes_to(known)

    assert list(unheard.attempts.values_list("outcome", flat=True)) == ["put_back", "accepted"]
    assert len(provider.accepted) == 2


def test_who_comes_second_leaves_no_connection_open(transactional_db, provider, monkeypatch):
    """It may be dead when this process conducts again."""
    leasing.take()
    closed = []
    monkeypatch.setattr(conductor.connections, "close_all", lambda: closed.append(True))

    conductor.run(FluxClient(base_url=provider.url, token="loopback-token"), patience=1)

    assert closed
    assert not provider.seen


def test_a_shift_that_ends_without_a_database_still_waits_for_its_answers(
    worker, provider, alice, wish_for, monkeypatch
):
    wish = wish_for(alice, "fault:hang")
    real, refused, is_away = leasing.renew, [], Event()

    def renew(lease):
        if worker.stop.is_set() and len(refused) < 3:  # the last tick takes one at most
            refused.append(lease)
            raise OperationalError("away")
        is_away.set() if refused else None
        return real(lease)

    monkeypatch.setattr(leasing, "LENGTH", timedelta(seconds=1))
    monkeypatch.setattr(leasing, "renew", renew)
    with worker:
        provider.wait_accepted()
        worker.stop.set()
        assert is_away.wait(10)
        provider.unhang()

    assert list(wish.attempts.values_list("outcome", flat=True)) == ["accepted"]


def test_an_answer_is_not_lost_on_a_database_that_is_read_only_for_a_moment(
    worker, provider, alice, wish_for, comes_to, monkeypatch
):
    """As one is that takes over from another."""
    wish = wish_for(alice)
    real, refused = submitting.record, []

    def record(answers):
        if not refused:
            refused.append(answers)
            raise InternalError("cannot execute UPDATE in a read-only transaction")
        real(answers)

    monkeypatch.setattr(submitting, "record", record)
    with worker:
        comes_to(wish)

    assert refused
    assert list(wish.attempts.values_list("outcome", flat=True)) == ["accepted"]


def test_an_answer_is_written_down_soon_after_the_database_is_back(transactional_db, monkeypatch):
    pauses, away = [], iter([OperationalError("away")] * 12)

    async def sleep(seconds):
        pauses.append(seconds)

    def write():
        for error in away:
            raise error

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(conductor._surely(write))

    assert len(pauses) == 12
    assert max(pauses) <= 2
