"""What probes are told."""

import socket
import time
from datetime import timedelta

import pytest
import redis
from django.db import OperationalError
from django.utils import timezone

from fluxsite import health
from gallery.models import Heartbeat


@pytest.fixture
def worker(db) -> Heartbeat:
    return Heartbeat.objects.create(cluster="here:1", beat_at=timezone.now())


@pytest.fixture(autouse=True)
def nothing_remembered():
    health._is_storage_there.cache_clear()
    yield
    health._is_storage_there.cache_clear()


def test_healthz_answers_strangers_without_a_look_at_the_database(client):
    answer = client.get("/healthz")  # a query would fail: this test has no database

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


def test_readyz_is_well_when_all_parts_are(client, worker, settings):
    settings.REDIS_URL = ""

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "storage": "ok",
        "worker": "ok",
    }


def test_readyz_notices_a_dead_worker_within_two_minutes(client, worker):
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=110))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["worker"] == "bad"
    assert answer.json()["database"] == "ok"


def test_readyz_notices_a_storage_that_keeps_nothing(client, worker, settings, tmp_path):
    (tmp_path / "file").touch()
    options = {"location": str(tmp_path / "file" / "media")}
    default = settings.STORAGES["default"] | {"OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": default}

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["storage"] == "bad"
    assert str(tmp_path) not in answer.content.decode()


def test_readyz_answers_without_a_database(client, worker, monkeypatch):
    def fail(*args: object) -> None:
        raise OperationalError("password=s3cret")

    with monkeypatch.context() as patched:
        patched.setattr("django.db.backends.utils.CursorWrapper.execute", fail)
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "bad"
    assert answer.json()["worker"] == "unknown"
    assert "s3cret" not in answer.content.decode()


@pytest.mark.redis
def test_readyz_looks_at_redis_where_there_is_one(client, worker, settings, redis_url):
    settings.REDIS_URL = redis_url

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["redis"] == "ok"


@pytest.mark.redis
def test_readyz_notices_a_redis_that_takes_nothing(client, worker, settings, redis_url):
    with redis.Redis.from_url(redis_url) as server:
        commands = ["+@connection", "+@read"]
        server.acl_setuser("reader", enabled=True, nopass=True, keys="*", commands=commands)
        settings.REDIS_URL = redis_url.replace("redis://", "redis://reader:none@")
        try:
            answer = client.get("/readyz")
        finally:
            server.acl_deluser("reader")

    assert (answer.status_code, answer.json()["redis"]) == (503, "bad")


def test_readyz_waits_not_long_for_a_redis_that_is_silent(client, worker, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://:s3cret@127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()

        answer = client.get("/readyz")

    assert time.monotonic() - began < 4 * health.REDIS_PATIENCE
    assert answer.status_code == 503
    assert (answer.json()["redis"], answer.json()["worker"]) == ("bad", "ok")
    assert "s3cret" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_only_look(client, db, path):
    assert client.post(path).status_code == 405
