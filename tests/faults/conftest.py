"""A site of real processes for each test, in both of the ways that it can be set up."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import clocks
import pytest
from backends import database
from many_machines import Front, Machine
from provider import Provider
from real_site import TOKEN, Site, migrate
from store import Bucket, Store
from storm_places import Postgres, Redis, program


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("faults")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(latency=0.1, token=TOKEN) as provider:
        provider.picture_size = (160, 120)
        yield provider


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that each test has a copy of."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(folder, f"sqlite:///{folder}/migrated.sqlite3")
    return folder / "migrated.sqlite3"


@pytest.fixture(scope="session")
def clock_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lets the clock of a site's processes jump (see clocks.py)."""
    return clocks.compile_into(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of the tests' own, which may be stopped; "migrated" in it has the site's tables."""
    if not program("postgres"):
        pytest.skip("There is no PostgreSQL to start, stop and start anew.")
    server = Postgres()
    try:
        migrate(server.folder, server.make("migrated"))
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A server of the tests' own, which may be stopped."""
    if not shutil.which("redis-server"):
        pytest.skip("There is no redis-server to start, stop and start anew.")
    with contextlib.closing(Redis()) as server:
        yield server


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database that each test has a copy of."""
    with database() as url:
        migrate(tmp_path_factory.mktemp("migrated"), url)
        yield url.rpartition("/")[2]


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.long),
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.redis]),
    ]
)
def backends(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """SQLite with the queue in it, or PostgreSQL with the queue in Redis."""
    if request.param == "sqlite":
        migrated = request.getfixturevalue("migrated_file")
        yield {"DATABASE_URL": f"sqlite:///{shutil.copy(migrated, tmp_path)}"}
    else:
        redis_url = request.getfixturevalue("redis_url")
        with database(f"TEMPLATE {request.getfixturevalue('migrated_database')}") as url:
            yield {"DATABASE_URL": url, "REDIS_URL": redis_url}


@pytest.fixture(params=["disk", pytest.param("store", marks=pytest.mark.long)])
def bucket(request: pytest.FixtureRequest) -> Iterator[Bucket | None]:
    """Where the files are: on the disk, or in a store that speaks S3."""
    if request.param == "disk":
        yield None
    else:
        with contextlib.closing(request.getfixturevalue("store").bucket()) as bucket:
            yield bucket


@pytest.fixture
def build(
    tmp_path: Path, provider: Provider, backends: dict[str, str], bucket: Bucket | None
) -> Iterator[Callable[..., Site]]:
    """`build(FLUX_MAX_IN_FLIGHT="1")`: the site with settings of the test's own."""
    built: list[Site] = []

    def make(**settings: str) -> Site:
        built.append(Site(tmp_path, provider, bucket, **backends, **settings))
        return built[-1]

    yield make
    for site in built:
        site.close()


@pytest.fixture
def site(build: Callable[..., Site]) -> Site:
    return build()


@pytest.fixture
def house(
    tmp_path: Path, provider: Provider, store: Store, backends: dict[str, str]
) -> Iterator[tuple[Front, Machine, Machine]]:
    """Two machines, not started yet, behind an nginx that is."""
    with contextlib.closing(store.bucket()) as bucket:
        one, two = (
            Machine(tmp_path / name, provider, bucket, **backends) for name in ("one", "two")
        )
        front = Front(tmp_path / "front", [one.port, two.port])
        for each in (one, two):
            each.settings["SITE_URL"] = front.url
        front.start()
        yield front, one, two
        front.close()
        for each in (one, two):
            each.close()
