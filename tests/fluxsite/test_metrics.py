"""What Prometheus is told, and whom it is told to."""

import json
import logging
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts import credits
from fluxsite.logs import JsonFormatter, RequestFilter, known_as, request_id
from gallery.models import Attempt, Conductor, Heartbeat, Pause, Result

TOKEN = "a-token-that-is-long-enough-0123456789"


@pytest.fixture
def token(settings):
    settings.METRICS_TOKEN = TOKEN


def read(client):
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", TOKEN[:-1], "Bearer ä"])
def test_without_the_token_there_is_nothing(client, db, token, given):
    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer "])
def test_without_the_setting_nobody_has_a_token(client, db, settings, given):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


def test_open_jobs_are_counted_by_state_with_the_oldest_of_each(
    client, token, alice, make_generation
):
    ago = timezone.now() - timedelta(minutes=3)
    make_generation(alice, status="running", created_at=ago)
    make_generation(alice, status="running")
    make_generation(alice, status="succeeded")

    told = read(client)

    assert told['fluxsite_jobs{state="running"}'] == 2
    assert 180 <= told['fluxsite_oldest_job_seconds{state="running"}'] < 240
    assert 'fluxsite_jobs{state="succeeded"}' not in told


def test_submissions_results_engine_and_credits_are_told(client, token, alice, make_generation):
    now, job = timezone.now(), make_generation(alice, status="storing")
    for number, (outcome, took) in enumerate([("accepted", 1), ("accepted", 3), ("rejected", 2)]):
        sent = now - timedelta(minutes=1)
        ended = sent + timedelta(seconds=took)
        Attempt.objects.create(
            generation=job, number=number, epoch=1, outcome=outcome, sent_at=sent, ended_at=ended
        )
    Result.objects.create(generation=job, position=0, url="https://example.org/")
    Heartbeat.objects.create(cluster="here:1", beat_at=now - timedelta(seconds=20))
    Conductor.objects.update(pause=Pause.USED_UP)
    credits.hold(alice, Decimal("1.5"), reference="generation:1")

    told = read(client)

    assert told['fluxsite_attempts{outcome="accepted"}'] == 2
    assert told['fluxsite_api_seconds{quantile="0.5"}'] == 2
    assert told["fluxsite_results_waiting"] == 1
    assert 20 <= told["fluxsite_heartbeat_seconds"] < 60
    assert told['fluxsite_paused{reason="used_up"}'] == 1
    assert told['fluxsite_paused{reason="token"}'] == 0
    assert told['fluxsite_credits_today{kind="hold"}'] == 1.5


def test_answers_are_timed_by_view(client, db, token):
    name = 'fluxsite_answer_seconds_count{status="200",view="healthz"}'
    before = read(client).get(name, 0)

    client.get("/healthz")
    client.get("/healthz?prompt=secret")

    told = read(client)
    assert told[name] == before + 2
    assert not any("secret" in line for line in told)


@pytest.mark.parametrize("number", [1, 30])
def test_a_scrape_takes_as_many_queries_for_many_jobs(
    number, client, token, alice, make_generation, django_assert_num_queries
):
    for _ in range(number):
        make_generation(alice, status="running")

    with django_assert_num_queries(7):
        read(client)


def test_a_request_keeps_the_id_that_a_proxy_gave_it(client, db):
    answer = client.get("/healthz", headers={"X-Request-ID": "abc-123-def"})

    assert answer["X-Request-ID"] == "abc-123-def"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "two\nlines-of-it", "a b c d e f g"])
def test_what_is_unfit_for_a_log_gets_another_id(given):
    assert re.fullmatch("[0-9a-f]{16}", known_as(given))


def test_a_line_for_machines_names_its_request():
    record = logging.LogRecord("gallery", logging.INFO, "", 1, "wish.taken", (), None)
    token = request_id.set("abc-123-def")
    RequestFilter().filter(record)
    request_id.reset(token)

    assert json.loads(JsonFormatter().format(record))["request"] == "abc-123-def"


def test_a_line_outside_of_requests_names_none():
    record = logging.LogRecord("gallery", logging.INFO, "", 1, "wish.taken", (), None)
    RequestFilter().filter(record)

    assert "request" not in json.loads(JsonFormatter().format(record))
