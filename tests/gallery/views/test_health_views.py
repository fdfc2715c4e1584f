"""The page of the engine's health, and what an admin does there."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from gallery import health, vital_signs
from gallery.engine import pauses
from gallery.models import Attempt, Conductor, Heartbeat, Pause

pytestmark = pytest.mark.django_db


def page_of(browser, path="/team/health/", **headers):
    return browser.get(path, headers=headers).content.decode()


def test_a_pause_is_told_to_members_and_written_down(client_of, admin, alice, make_generation):
    make_generation(alice)
    browser = client_of(admin)

    response = browser.post("/team/health/pause/", {"message": "Back at noon"}, follow=True)

    assert "Members read: <q>Back at noon</q>" in response.content.decode()
    studio = page_of(client_of(alice), "/")
    assert "An admin has paused new jobs. Yours keep their place. Back at noon" in studio
    [event] = AuditEvent.objects.all()
    assert event.text == "Paused new jobs with the message “Back at noon”"
    assert event.person == admin


def test_a_message_is_text_and_nothing_else(client_of, admin, alice):
    client_of(admin).post("/team/health/pause/", {"message": "<script>alert(1)</script>"})

    assert "<script>alert" not in page_of(client_of(alice), "/")


def test_a_message_that_is_too_long_is_kept_and_pauses_nothing(client_of, admin):
    response = client_of(admin).post("/team/health/pause/", {"message": "long " * 100})

    assert response.status_code == 422
    assert "Shorten the message" in response.content.decode()
    assert "long long long" in response.content.decode()
    assert Conductor.objects.get().pause == ""


def test_the_button_ends_the_pause_once_and_writes_it_down(client_of, admin, alice):
    health.pause("Back at noon")
    browser = client_of(admin)

    browser.post("/team/health/resume/")
    browser.post("/team/health/resume/")

    assert Conductor.objects.get().pause == ""
    assert "Back at noon" not in page_of(client_of(alice), "/")
    assert [event.text for event in AuditEvent.objects.all()] == ["Resumed new jobs"]


def test_why_the_engine_pauses_is_said_with_its_details(client_of, admin):
    pauses.begin(Pause.USED_UP, "used_up: no balance", wait=60)

    page = page_of(client_of(admin))

    assert "The Flux account is used up" in page
    assert "used_up: no balance" in page
    assert "The account at the API is used up, next look in" in page


@pytest.mark.parametrize(
    ("state", "says", "look"),
    [
        ({}, "Ok", "ok"),
        ({"failures_in_row": 2}, "Shaky", "warn"),
        ({"pause": "down", "failures_in_row": 4}, "Breaker open", "danger"),
        ({"pause": "token"}, "Paused", "danger"),
        ({"pause": "busy"}, "Paused", "warn"),
        ({"pause": "admin"}, "Paused", "warn"),
    ],
)
def test_the_provider_has_a_word_for_each_state(state, says, look):
    Conductor.objects.update(**state)

    vital = vital_signs.signs(Conductor.objects.get(), {}, timezone.now())[0]

    assert (vital.says, vital.look) == (says, look)


def test_without_a_sign_of_life_the_workers_are_none(client_of, admin):
    browser = client_of(admin)
    assert "No sign of life yet" in page_of(browser)

    beat = Heartbeat.objects.create(cluster="a", beat_at=timezone.now() - timedelta(minutes=5))
    assert "Last sign of life 5 min ago" in page_of(browser)

    beat.beat_at = timezone.now()
    beat.save()
    assert "1 alive" in page_of(browser)


def test_storage_that_is_not_writable_or_nearly_full_is_said(monkeypatch):
    monkeypatch.setattr(vital_signs, "_room", lambda: 5_000_000)
    assert vital_signs._storage().says == "Nearly full"

    monkeypatch.setattr(vital_signs, "WRITABLE", "something else")
    assert vital_signs._storage().look == "danger"


def test_jobs_are_shown_with_person_age_and_trace_but_never_the_prompt(
    client_of, admin, alice, make_generation
):
    now = timezone.now()
    running = make_generation(
        alice, status="running", submitted_at=now - timedelta(seconds=42), trace_id="trace-run"
    )
    failed = make_generation(
        alice, status="failed", finished_at=now, problem="moderated", trace_id="trace-fail"
    )
    make_generation(alice, created_at=now - timedelta(minutes=11))

    page = page_of(client_of(admin))

    for said in ("Alice Adler", "trace-run", "42 s", "trace-fail", "The provider refused"):
        assert said in page
    assert "11 min" in page
    for job in (running, failed):
        assert job.prompt not in page


def test_the_usual_time_of_a_model_is_the_median(client_of, admin, alice, make_generation):
    for took in (2, 4, 300):
        sent = timezone.now() - timedelta(hours=1)
        job = make_generation(alice, status="succeeded", done_at=sent + timedelta(seconds=took))
        Attempt.objects.create(generation=job, number=1, epoch=1, sent_at=sent, outcome="accepted")

    assert "4.0 s" in page_of(client_of(admin))


def test_the_page_renews_only_its_part(client_of, admin):
    part = page_of(client_of(admin), **{"HX-Request": "true"})

    assert part.lstrip().startswith('<div class="stack" id="health"')
    assert "<html" not in part
    assert "textarea" not in part  # what somebody types is not swapped away


def test_to_look_again_says_whether_there_is_anything_to_look_for(
    client_of, admin, alice, make_generation
):
    browser = client_of(admin)
    job = make_generation(alice, status="running", task_id="t-1")
    done = make_generation(alice, status="succeeded")

    for key, said in ((job.pk, "It is not sent again"), (done.pk, "nothing to look for")):
        response = browser.post("/team/health/look/", {"job": key}, follow=True)
        assert said in response.content.decode()
    assert AuditEvent.objects.count() == 1
    for key in (uuid.uuid4(), "x"):
        assert browser.post("/team/health/look/", {"job": key}).status_code == 404


def test_a_test_call_is_waited_for_and_then_told(client_of, admin):
    browser = client_of(admin)
    assert "No test call was made yet" in page_of(browser)

    page = browser.post("/team/health/test/", follow=True).content.decode()
    assert "A worker makes the call" in page

    Conductor.objects.update(test_ended_at=timezone.now())
    assert "The API answered and took the token" in page_of(browser)

    Conductor.objects.update(test_trouble="invalid_token: no")
    assert "invalid_token: no" in page_of(browser)
