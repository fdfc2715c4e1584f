"""The cast, the makers of rows, and what a test may need from the machine."""

import hashlib
import importlib
import io
import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import backends
import psycopg
import pytest
import redis
from backends import POSTGRESQL, REDIS
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test import Client
from PIL import Image as Picture
from pytest_django.plugin import blocking_manager_key

from accounts import append_only
from accounts.models import Person
from fluxsite.environment import storage_options
from gallery.engine import clock
from gallery.models import FeedVersion, FluxModel, Generation, Image
from gallery.remote import RemoteStorage

PASSWORD = "a quiet green morning"

CHROMIUM = os.environ.get("FLUX_TEST_BROWSER") or next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screens", action="store_true", help="renew the pictures of the pages")


# ── Nothing is skipped in silence ────────────────────────────────────────────────────────────────


def _nothing_skipped(report: Any) -> Any:
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"With CI=true nothing may be skipped. {reason}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Iterator[None]:
    return _nothing_skipped((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Iterator[None]:
    return _nothing_skipped((yield))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need, missing in NEEDS.items():
        if item.get_closest_marker(need) and (reason := missing()):
            pytest.skip(reason)


def _no_postgresql() -> str:
    try:
        psycopg.connect(f"{POSTGRESQL}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return f"PostgreSQL does not answer at {POSTGRESQL} (FLUX_TEST_POSTGRESQL): {error}"
    return ""


def _no_redis() -> str:
    try:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=3) as server:
            server.ping()
    except redis.RedisError as error:
        return f"Redis does not answer at {REDIS} (FLUX_TEST_REDIS): {error}"
    return ""


def _no_browser() -> str:
    return "" if CHROMIUM else "There is no chromium; install it, or set FLUX_TEST_BROWSER."


def _no_nginx() -> str:
    return "" if shutil.which("nginx") else "There is no nginx; install it."


def _no_caddy() -> str:
    return "" if shutil.which("caddy") else "There is no caddy; install it."


def _no_compiler() -> str:
    return "" if shutil.which("cc") else "There is no C compiler; install gcc."


def _no_loop() -> str:
    is_able = os.geteuid() == 0 and Path("/dev/loop-control").exists() and shutil.which("mkfs.ext4")
    return "" if is_able else "A file system of its own takes root, loop devices and mkfs.ext4."


NEEDS = {
    "postgresql": _no_postgresql,
    "redis": _no_redis,
    "browser": _no_browser,
    "nginx": _no_nginx,
    "caddy": _no_caddy,
    "compiler": _no_compiler,
    "loop": _no_loop,
}

# ── The machine ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM}


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped afterwards."""
    with backends.database() as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The address of an empty Redis database that this run has to itself."""
    with backends.redis_database() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def own_bucket() -> None:
    """Where the tests' own files are in a store, each process has a bucket."""
    if isinstance(default_storage, RemoteStorage):
        default_storage.bucket.create()


@pytest.fixture
def files_on_disk(settings: Any, tmp_path: Path) -> None:
    """For what is another matter in a store, whatever form the tests run in."""
    settings.STORAGE_URL = "file:"
    options = storage_options(settings.STORAGE_URL, tmp_path)
    settings.STORAGES = settings.STORAGES | {"default": options}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Rate limits are kept in the cache, and one test must not use up another's."""
    cache.clear()


@pytest.fixture(autouse=True)
def steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test pays with a query for another's database, which knew no clock yet."""
    monkeypatch.setattr(clock, "_started", clock._when_started())
    zero = clock._when_started(), clock._running() + 600
    monkeypatch.setattr(clock, "_servers", zero if connection.vendor == "postgresql" else None)


@pytest.fixture(autouse=True)
def own_connections(request: pytest.FixtureRequest) -> Iterator[None]:
    """Inside Playwright's loop Django opens connections anew, and nobody else closes those."""
    yield
    if _is_transactional(request.node):
        connections.close_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A transactional test leaves every table empty: put back what the migrations have filled.

    Emptying is a DELETE of each row on SQLite, which the ledger and the audit log would refuse.
    """
    if not _is_transactional(item):
        yield
        return
    with item.config.stash[blocking_manager_key].unblock():
        if connection.vendor == "sqlite":
            append_only.remove(connection)
        yield
        if nextitem is not None:  # else the database is gone already
            if connection.vendor == "sqlite":
                append_only.install(connection)
            _fill_first_rows()
        connections.close_all()


def _is_transactional(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(
        mark and mark.kwargs.get("transaction")
    )


def _fill_first_rows() -> None:
    importlib.import_module("accounts.migrations.0002_team_budget").make_the_row(apps, None)
    rows = importlib.import_module("gallery.migrations.0002_first_rows")
    rows.offer_the_models(apps, None)
    rows.make_the_conductor(apps, None)


def all_at_once(work: Callable[[int], Any], *, times: int) -> list[Any]:
    """What `work(0)`, `work(1)`, … returned, each in a thread and connection of its own."""
    start = Barrier(times)

    def run(number: int) -> Any:
        start.wait(timeout=30)
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


# ── The cast ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def alice(db: None) -> Person:
    """A member, and the owner of what a test is about."""
    return Person.objects.create_user("alice@example.org", PASSWORD, name="Alice Adler")


@pytest.fixture
def bob(db: None) -> Person:
    """A member, in whatever Alice shares."""
    return Person.objects.create_user("bob@example.org", PASSWORD, name="Bob Brandt")


@pytest.fixture
def charlie(db: None) -> Person:
    """A member, and an outsider: must not learn that Alice's things exist."""
    return Person.objects.create_user("charlie@example.org", PASSWORD, name="Charlie Cole")


@pytest.fixture
def victor(db: None) -> Person:
    """A viewer: looks only."""
    return Person.objects.create_user(
        "victor@example.org", PASSWORD, name="Victor Vance", role="viewer"
    )


@pytest.fixture
def admin(db: None) -> Person:
    return Person.objects.create_superuser("admin@example.org", PASSWORD, name="Ada Admin")


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    """A browser in which this person is signed in."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed_in


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def make_generation(db: None) -> Callable[..., Generation]:
    """`make_generation(alice, status="running")`: a row as it would be; no credits are held."""
    numbers = itertools.count(1)

    def make(owner: Person, **fields: Any) -> Generation:
        model = fields.pop("model", None) or FluxModel.objects.get(name="flux-dev")
        usual = {
            "prompt": f"A lighthouse at dusk, number {next(numbers)}",
            "model": model,
            "model_name": model.name,
            "size": "1:1",
            "price": model.credits,
            "version": FeedVersion.objects.advance(owner.pk),
        }
        return Generation.objects.create(owner=owner, **usual | fields)

    return make


@pytest.fixture
def make_image(make_generation: Callable[..., Generation]) -> Callable[..., Image]:
    """`make_image(alice)`: a picture of a finished generation, with its files in storage."""

    def make(owner: Person, **fields: Any) -> Image:
        generation = fields.pop("generation", None) or make_generation(owner, status="succeeded")
        key, data = uuid.uuid4(), a_picture("PNG", (64, 48))
        usual = {
            "id": key,
            "generation": generation,
            "prompt": generation.prompt,
            "model_name": generation.model_name,
            "width": 64,
            "height": 48,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "content_type": "image/png",
            "colour": "#8a6f5c",
            "original": default_storage.save(f"tests/{key}/original.png", ContentFile(data)),
            "renditions": {
                name: default_storage.save(
                    f"tests/{key}/{name}.webp", ContentFile(a_picture("WEBP", size))
                )
                for name, size in RENDITIONS.items()
            },
        }
        return Image.objects.create(owner=owner, **usual | fields)

    return make


RENDITIONS = {"small": (16, 12), "medium": (32, 24), "large": (64, 48)}


def a_picture(kind: str, size: tuple[int, int], colour: str = "#8a6f5c") -> bytes:
    buffer = io.BytesIO()
    Picture.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()
