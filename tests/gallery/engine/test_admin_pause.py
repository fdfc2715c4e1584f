"""An admin's pause, a second look and a test call: nothing is sent that nobody asked for."""

from datetime import timedelta

import pytest
import queued
from django.utils import timezone
from provider_http import Reply

from gallery import health, tasks
from gallery.engine import leasing, pauses, submitting, testing, watching
from gallery.flux.client import FluxClient
from gallery.flux.errors import FluxTokenRefused
from gallery.models import Attempt, Conductor, FluxModel, Pause, Result


def claimed():
    Conductor.objects.update(leased_until=None)
    return submitting.claim(leasing.take())[1]


def handed_out():
    return [task["func"] for task in queued.taken()]


@pytest.mark.django_db
def test_while_an_admin_pauses_nothing_is_claimed_and_afterwards_everything_is(alice, wish_for):
    generation = wish_for(alice)
    health.pause("Until noon")

    assert claimed() == []
    assert health.resume()
    assert [attempt.generation_id for attempt in claimed()] == [generation.pk]


@pytest.mark.parametrize(
    "happens",
    [
        pauses.note_accepted,
        pauses.end,
        lambda: pauses.note_busy(3),
        lambda: pauses.note_misconfigured(FluxTokenRefused("no")),
        lambda: pauses.begin(Pause.STORAGE, "full", wait=1),
        lambda: pauses.go_on_waiting(Conductor.objects.get()),
    ],
)
@pytest.mark.django_db
def test_nothing_that_the_api_says_ends_an_admins_pause(happens):
    health.pause("Until noon")

    happens()

    row = Conductor.objects.get()
    assert (row.pause, row.pause_detail, row.paused_until) == ("admin", "Until noon", None)
    assert not pauses.is_due(row, timezone.now() + timedelta(days=9))


@pytest.mark.django_db
def test_to_resume_ends_no_pause_of_the_engines_own():
    pauses.begin(Pause.TOKEN, "refused", wait=60)

    assert not health.resume()
    assert Conductor.objects.get().pause == "token"


@pytest.mark.django_db(transaction=True)
def test_a_pause_outlasts_the_conductors_shift_and_what_was_sent_is_brought_home(
    worker, provider, alice, wish_for, comes_to
):
    provider.hold()
    sent = wish_for(alice, "The first lighthouse")
    with worker:
        provider.wait_accepted()
        health.pause("")
        waiting = wish_for(alice, "The second lighthouse")
        provider.release()
        comes_to(sent)
        waiting.refresh_from_db()
        assert (sent.status, waiting.status) == ("succeeded", "queued")
        assert len(provider.accepted) == 1

        health.resume()
        comes_to(waiting)

    assert len(provider.accepted) == 2


# ── Looking again ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["running", "failed"])
@pytest.mark.django_db(transaction=True)
def test_a_job_with_a_task_is_looked_up_at_once_and_not_sent(alice, make_generation, status):
    job = make_generation(
        alice, status=status, task_id="t-1", submitted_at=timezone.now() - timedelta(days=3)
    )

    assert health.look_again(job)

    assert [due.pk for due in watching.due()] == [job.pk]
    assert Attempt.objects.count() == 0
    assert handed_out() == ["gallery.tasks.conduct"]
    job.refresh_from_db()
    assert job.status == status


@pytest.mark.django_db
def test_an_unconfirmed_job_is_searched_for_at_once(alice, make_generation):
    job = make_generation(alice, status="unconfirmed", submitted_at=timezone.now())
    later = timezone.now() + timedelta(hours=1)
    attempt = Attempt.objects.create(
        generation=job, number=1, epoch=1, outcome="unconfirmed", next_listing_at=later
    )

    assert health.look_again(job)

    attempt.refresh_from_db()
    assert attempt.next_listing_at <= timezone.now()
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
def test_pictures_that_wait_to_be_fetched_are_due_at_once(alice, make_generation):
    job = make_generation(alice, status="storing")
    later = timezone.now() + timedelta(hours=1)
    Result.objects.create(generation=job, position=0, url="https://x.example/1", due_at=later)

    assert health.look_again(job)
    assert Result.objects.get().due_at <= timezone.now()


@pytest.mark.parametrize("status", ["queued", "succeeded", "cancelled", "failed"])
@pytest.mark.django_db
def test_where_the_api_knows_of_nothing_there_is_nothing_to_look_for(
    alice, make_generation, status
):
    assert not health.look_again(make_generation(alice, status=status))


# ── The test call ────────────────────────────────────────────────────────────────────────────────


def client_of(provider, token="loopback-token"):  # noqa: S107 - of the provider on loopback
    return FluxClient(base_url=provider.url, token=token, timeout=2)


@pytest.mark.django_db(transaction=True)
def test_a_test_call_is_made_by_a_worker_and_asks_for_nothing(provider):
    health.make_test_call()
    assert handed_out() == ["gallery.tasks.test_call"]
    assert hasattr(tasks, "test_call")

    testing.call(client_of(provider))

    row = Conductor.objects.get()
    assert row.test_ended_at >= row.test_asked_at
    assert row.test_trouble == ""
    assert provider.accepted == []


@pytest.mark.django_db(transaction=True)
def test_a_test_call_tells_the_trouble(provider):
    provider.next_query(Reply(401, b""))
    health.make_test_call()

    testing.call(client_of(provider))

    assert Conductor.objects.get().test_trouble


# ── Models that the API does not know ────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_model_that_is_refused_is_flagged_until_one_of_its_jobs_succeeds(
    worker, provider, alice, wish_for, comes_to
):
    refused = wish_for(alice, "fault:model-invalid")
    with worker:
        comes_to(refused)
        flagged = FluxModel.objects.get(name="flux-dev")
        assert refused.problem == "model_refused"
        assert flagged.refused_at
        assert flagged.refused_detail

        comes_to(wish_for(alice))

    assert FluxModel.objects.get(name="flux-dev").refused_at is None
