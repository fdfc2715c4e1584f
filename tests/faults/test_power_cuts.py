"""The power goes: all ends at once, and what was not written through to the disk is lost.

A kill leaves in the kernel's memory what a power cut does not: here every folder that the site
keeps anything in is a file system of its own, whose power is cut.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import truth
from processes import HOUSE
from provider import Provider
from real_site import Site, migrate
from storm_places import Disk, Postgres, program
from whole_site import environment, manage

pytestmark = [pytest.mark.long, pytest.mark.loop]

ROUNDS = 3  # what is written through by chance once is not each time
IS_NEVER_ANSWERED = "fault:hang"


class House:
    """A site's machine, and that of its database where it has one, on one power line."""

    def __init__(self, site: Site, postgres: Postgres | None) -> None:
        self.site = site
        self.postgres = postgres
        self.disk = Disk(site.data)
        assert self.disk.is_own

    def lose_power(self) -> None:
        self.site.lose_power(self.disk)
        if self.postgres:
            self.postgres.cut_power()
            self.postgres.start()

    def close(self) -> None:
        self.site.close()
        self.disk.close()
        if self.postgres:
            self.postgres.close()


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.redis]),
    ]
)
def house(request, tmp_path: Path, provider: Provider) -> Iterator[House]:
    if request.param == "sqlite":
        house = House(Site(tmp_path, provider), None)
        shutil.copy(request.getfixturevalue("migrated_file"), house.site.data / "fluxsite.sqlite3")
        (house.site.data / "fluxsite.sqlite3").chmod(0o600)
    else:
        if not program("postgres"):
            pytest.skip("There is no PostgreSQL to start, stop and start anew.")
        postgres = Postgres()
        url, redis_url = postgres.make("fluxsite"), request.getfixturevalue("redis_url")
        migrate(tmp_path, url)
        house = House(Site(tmp_path, provider, DATABASE_URL=url, REDIS_URL=redis_url), postgres)
    try:
        house.site.people("alice")
        os.sync()  # what the test itself has laid there
        yield house
    finally:
        house.close()


def test_what_was_sent_is_never_sent_again(house):
    """The note that it would be sent was there before it was."""
    site = house.site
    site.start_worker()
    site.wish("alice", "One that proves that the list works")
    site.all_end()
    for number in range(ROUNDS):
        site.wish("alice", f"Lighthouse no. {number} {IS_NEVER_ANSWERED}")
        site.provider.wait_accepted(number + 2, timeout=30)
        house.lose_power()
        site.provider.unhang()
        site.start_worker()
        site.all_succeed()

    rows = truth.all_succeeded(site)
    assert [row["attempts"] for row in rows] == [["accepted"]] * (ROUNDS + 1)


def test_what_somebody_was_told_is_still_so(house):
    """The wish is in line, with its credits held; the picture is in the storage, byte for byte."""
    site = house.site
    for number in range(ROUNDS):
        wish = site.wish("alice", f"Lighthouse no. {number}", count=2)
        house.lose_power()
        assert site.row(wish)["status"] == "queued"
        truth.check(site)
        site.start_worker()
        site.comes_to(wish, "succeeded", seconds=60)
        house.lose_power()
        assert site.row(wish)["status"] == "succeeded"
        truth.check(site)

    truth.all_succeeded(site)


def test_a_batch_outlives_one_power_cut_after_the_other(house):
    site = house.site
    site.provider.latency = 0.3
    site.wishes(["alice"], each=8)
    for number in range(2 * ROUNDS):
        site.start_worker()
        site.until(lambda rows, number=number: _ended(rows) > number, 60)
        house.lose_power()
    site.start_worker()

    site.all_succeed()
    truth.all_succeeded(site)


def _ended(rows: list[dict]) -> int:
    return sum(row["status"] == "succeeded" for row in rows)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Under the data folder of a site that nobody has started yet."""
    folder = tmp_path / "data"
    folder.mkdir()
    disk = Disk(folder)
    assert disk.is_own
    yield disk
    disk.close()


def test_the_key_that_the_site_made_is_kept(disk, tmp_path):
    manage(tmp_path, "check")
    key = (tmp_path / "data" / "secret-key").read_text()

    disk.cut_power()
    disk.come_back()

    assert (tmp_path / "data" / "secret-key").read_text() == key


def test_a_backup_is_whole_once_it_says_so(disk, tmp_path, migrated_file):
    own = tmp_path / "elsewhere"
    own.mkdir()
    settings = {"DATABASE_URL": f"sqlite:///{migrated_file}", "DATA_DIR": str(own)}
    manage(tmp_path, "backup", str(tmp_path / "data" / "backup"), **settings)

    disk.cut_power()
    disk.come_back()

    fresh = {"DATABASE_URL": f"sqlite:///{own}/fresh.sqlite3", "DATA_DIR": str(own)}
    manage(tmp_path, "migrate", "--verbosity=0", **fresh)
    said = manage(tmp_path, "restore", str(tmp_path / "data" / "backup"), **fresh)
    assert said.startswith("Restored.")


@pytest.mark.parametrize("moment", [1, 3, 9, 27])
def test_a_migration_that_was_cut_off_is_made_again(disk, tmp_path, moment):
    """Cut off when so many migrations are noted."""
    command = [sys.executable, "manage.py", "migrate", "--skip-checks"]
    with subprocess.Popen(
        command, cwd=HOUSE, env=environment(tmp_path), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for _ in range(moment):
            while " OK" not in process.stdout.readline():
                assert process.poll() is None
        disk.cut_power()
        process.kill()
    disk.come_back()

    manage(tmp_path, "migrate", "--verbosity=0")
    manage(tmp_path, "migrate", "--check")


def test_collected_files_that_were_lost_are_collected_anew(tmp_path):
    """What a power cut leaves of a list that was not written through: its name alone."""
    collect = ("collectstatic", "--noinput", "--clear", "--verbosity=0")
    manage(tmp_path, *collect)
    lost = tmp_path / "data" / "static" / "staticfiles.json"
    whole = lost.read_text()
    lost.write_text("")

    manage(tmp_path, *collect)

    assert lost.read_text() == whole
