"""What Prometheus is told, and whom it is told to."""

import json
import logging
import math
import os
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts import credits
from fluxsite.logs import JsonFormatter, RequestFilter, known_as, request_id, task_id
from gallery.engine import heartbeat, holders, tallies
from gallery.engine.heartbeat import READY
from gallery.models import ApiTally, Attempt, Conductor, Heartbeat, Pause, Result
from tests.conftest import all_at_once

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
    assert told['fluxsite_jobs{state="unconfirmed"}'] == 0
    assert told['fluxsite_oldest_job_seconds{state="unconfirmed"}'] == -1
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
    Heartbeat.objects.create(cluster="gone:1", beat_at=now - timedelta(hours=2))
    Conductor.objects.update(pause=Pause.USED_UP)
    credits.hold(alice, Decimal("1.5"), reference="generation:1")

    told = read(client)

    assert told['fluxsite_attempts{outcome="accepted"}'] == 2
    assert told['fluxsite_api_seconds{quantile="0.5"}'] == 2
    assert told["fluxsite_results_waiting"] == 1
    assert told['fluxsite_attempts{outcome="unconfirmed"}'] == 0
    assert told["fluxsite_clusters"] == 1
    assert 20 <= told["fluxsite_heartbeat_seconds"] < 60
    assert told['fluxsite_paused{reason="used_up"}'] == 1
    assert told['fluxsite_paused{reason="token"}'] == 0
    assert told['fluxsite_credits_today{kind="hold"}'] == 1.5
    assert told['fluxsite_ledger_lines_today{kind="hold"}'] == 1
    assert told['fluxsite_ledger_lines_today{kind="release"}'] == 0


def test_a_worker_that_stopped_in_order_is_missed(client, token, db):
    Heartbeat.objects.create(cluster=holders.me(), beat_at=timezone.now())
    assert read(client)["fluxsite_heartbeat_seconds"] < READY.total_seconds()

    heartbeat.end()

    told = read(client)
    assert told["fluxsite_heartbeat_seconds"] == math.inf
    assert told["fluxsite_clusters"] == 0


def test_releases_and_possible_losses_are_told(client, token, alice, make_generation):
    credits.hold(alice, Decimal("1.5"), reference="generation:1")
    credits.release(reference="generation:1", note="overdue")
    lost = {"status": "failed", "is_possible_loss": True, "price": Decimal("0.25"), "count": 2}
    make_generation(alice, **lost)
    make_generation(alice, **lost, created_at=timezone.now() - timedelta(days=31))

    told = read(client)

    assert told['fluxsite_credits_today{kind="release"}'] == -1.5
    assert told['fluxsite_ledger_lines_today{kind="release"}'] == 1
    assert told["fluxsite_possible_losses"] == 1
    assert told["fluxsite_possible_losses_credits"] == 0.5


def test_calls_of_the_api_are_counted_by_answer_and_timed(client, db, token):
    for seconds in (1, 3):
        tallies.note("images", 200, "", seconds)
    tallies.keep()
    tallies.note("images", 200, "", 2)
    tallies.note("images", 403, "used_up", 0.5)
    tallies.note("tasks", 0, "no_answer", 20)
    tallies.keep()
    tallies.keep()

    told = read(client)

    well = '{call="images",error="",status="200"}'
    assert told[f"fluxsite_api_calls_count{well}"] == 3
    assert told[f"fluxsite_api_calls_sum{well}"] == 6
    assert told['fluxsite_api_calls_count{call="images",error="used_up",status="403"}'] == 1
    assert told['fluxsite_api_calls_sum{call="tasks",error="no_answer",status="0"}'] == 20


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_lose_nothing():
    labels = {"call": "images", "status": 200, "error": ""}

    all_at_once(lambda number: tallies._add(labels, 1, 0.5), times=8)

    tally = ApiTally.objects.get()
    assert (tally.number, tally.seconds) == (8, 4.0)


@pytest.mark.parametrize("view", ["live_poll", "studio"])
def test_polls_and_pages_are_timed_apart(view, client_of, alice, token):
    client = client_of(alice)
    address = "/" if view == "studio" else "/live/not-a-stamp/"
    status = client.get(address).status_code

    told = read(client)

    assert told[f'fluxsite_answer_seconds_count{{status="{status}",view="{view}"}}'] >= 1


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

    with django_assert_num_queries(9):
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


def test_a_line_of_a_worker_names_its_task_and_the_job_that_it_is_about():
    record = logging.LogRecord("gallery", logging.INFO, "", 1, "generation.moved", (), None)
    record.generation = "0b54"
    token = task_id.set("f3a1")
    RequestFilter().filter(record)
    task_id.reset(token)

    line = json.loads(JsonFormatter().format(record))
    assert (line["task"], line["generation"], line["process"]) == ("f3a1", "0b54", os.getpid())


def test_a_line_outside_of_requests_names_none():
    record = logging.LogRecord("gallery", logging.INFO, "", 1, "wish.taken", (), None)
    RequestFilter().filter(record)

    assert "request" not in json.loads(JsonFormatter().format(record))
