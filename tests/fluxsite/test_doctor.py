"""The doctor: a line for each part, a mend for what is bad."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from provider import Provider

from accounts import credits
from accounts.models import CreditEntry
from fluxsite import diagnosis
from gallery.models import Conductor, Generation, Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def worker(transactional_db):
    Heartbeat.objects.create(cluster="here:1", beat_at=timezone.now())


def examined(capsys) -> tuple[int, str]:
    code = 0
    try:
        call_command("doctor", no_color=True)
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def test_a_site_without_trouble_is_well(capsys):
    code, said = examined(capsys)

    assert code == 0
    assert said.endswith("All is well.\n")
    for part in ("settings", "API", "callback", "storage", "database", "worker", "ledger"):
        assert f"ok  {part}: " in said


def test_a_dead_worker_is_bad_and_has_a_mend(capsys):
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(hours=1))

    code, said = examined(capsys)

    assert code == 1
    assert "bad worker: last sign of life 3600 s ago" in said
    assert "→ Start the site with manage.py up" in said


@pytest.fixture
def api(settings):
    with Provider(token="good") as provider:
        settings.DEMO, settings.FLUX_API_URL = False, provider.url
        settings.FLUX_API_TOKEN = "good"
        yield provider


def test_a_token_that_is_taken_is_fine(api, capsys):
    assert f"ok  API: {api.url} answers, and takes the token" in examined(capsys)[1]


def test_a_token_that_is_refused_is_bad_and_not_shown(api, settings, capsys):
    settings.FLUX_API_TOKEN = "sk-wrong-and-secret"

    code, said = examined(capsys)

    assert code == 1
    assert "bad token: " in said
    assert "FLUX_API_TOKEN" in said
    assert "sk-wrong-and-secret" not in said


def test_an_api_that_is_away_is_bad(settings, capsys):
    settings.DEMO, settings.FLUX_API_TOKEN = False, "good"
    settings.FLUX_API_URL = "http://127.0.0.1:9"

    code, said = examined(capsys)

    assert code == 1
    assert "bad API: http://127.0.0.1:9 does not answer" in said


def test_a_callback_address_must_lead_to_this_site(live_server, settings, capsys):
    settings.FLUX_CALLBACK_URL = live_server.url
    assert "is this site" in examined(capsys)[1]

    settings.FLUX_CALLBACK_URL = "http://127.0.0.1:9"
    assert "bad callback: http://127.0.0.1:9/healthz does not answer" in examined(capsys)[1]


def test_a_storage_that_keeps_nothing_is_bad(settings, tmp_path, capsys):
    (tmp_path / "file").touch()
    options = {"location": str(tmp_path / "file" / "media")}
    default = settings.STORAGES["default"] | {"OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": default}

    code, said = examined(capsys)

    assert code == 1
    assert "bad storage: " in said


def test_a_redis_that_is_away_is_bad_and_has_a_mend(settings, capsys):
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:9/0"

    code, said = examined(capsys)

    assert code == 1
    assert "bad queue: Redis does not answer (Error 111 connecting to 127.0.0.1:9." in said
    assert "→ Start it, or correct REDIS_URL" in said
    assert "ok  worker: " in said
    assert "s3cret" not in said


@pytest.mark.redis
def test_a_redis_that_answers_is_well(settings, redis_url, capsys):
    settings.REDIS_URL = redis_url

    assert "ok  queue: Redis takes and keeps what it gets" in examined(capsys)[1]


def test_without_redis_nothing_is_said_of_it(settings, capsys):
    settings.REDIS_URL = ""

    assert "queue" not in examined(capsys)[1]


def test_an_account_that_is_used_up_is_bad(capsys):
    Conductor.objects.update(pause="used_up", pause_detail="Refill it at the provider.")

    code, said = examined(capsys)

    assert code == 1
    assert "→ Refill it at the provider." in said


def test_a_clock_that_is_off_is_bad(monkeypatch):
    monkeypatch.setattr(diagnosis, "_api_clock", lambda: timezone.now().timestamp() - 45)

    with time_machine.travel(timezone.now(), tick=False):
        findings = [each for each in diagnosis.look_at_clock() if "the API's" in each.says]

    assert [(each.says, each.is_bad) for each in findings] == [("+45 s beside the API's", True)]


def held(generation: Generation) -> Generation:
    credits.hold(generation.owner, generation.total_price, reference=generation.reference)
    return generation


def test_the_ledger_is_well_through_the_whole_life_of_generations(alice, make_generation, capsys):
    for status in ("queued", "submitting", "unconfirmed", "running", "storing"):
        held(make_generation(alice, status=status))
    done = held(make_generation(alice, status="succeeded", cost=Decimal("0.5")))
    credits.settle(reference=done.reference, cost=Decimal("0.5"))
    for status in ("failed", "cancelled", "storing"):  # the last one came after all
        credits.release(reference=held(make_generation(alice, status=status)).reference)

    code, said = examined(capsys)

    assert code == 0, said
    assert "the sums of 9 generations are right" in said


def test_a_sum_that_is_not_what_a_generation_cost_is_bad(alice, make_generation, capsys):
    done = held(make_generation(alice, status="succeeded", cost=Decimal("0.5")))
    failed = held(make_generation(alice, status="failed"))
    unpaid = make_generation(alice, status="running")
    CreditEntry.objects.create(
        person=alice,
        kind="hold",
        amount=Decimal(1),
        reference="generation:nobody",
        day=timezone.localdate(),
    )

    code, said = examined(capsys)

    assert code == 1
    for reference in (done.reference, failed.reference, unpaid.reference, "generation:nobody"):
        assert reference in said


def test_possible_losses_are_named_and_are_not_bad(alice, make_generation, capsys):
    lost = held(make_generation(alice, status="failed", is_possible_loss=True))
    credits.release(reference=lost.reference)

    code, said = examined(capsys)

    assert code == 0
    assert f"may be on the bill: {lost.pk}" in said
