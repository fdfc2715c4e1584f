"""A database that could not keep what the site promises to keep is told of, with the mend."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.conftest import POSTGRESQL

HOUSE = Path(__file__).resolve().parents[2]
BYTES_ALONE = "ENCODING 'SQL_ASCII'"  # a cluster made where no language was set

pytestmark = pytest.mark.postgresql


@contextmanager
def database(encoding: str, *wanted: str) -> Iterator[str]:
    name = f"fluxsite_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {encoding} LOCALE 'C'")
        for setting in wanted:
            server.execute(f"ALTER DATABASE {name} SET {setting}")
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def told(command: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=HOUSE,
        env=env | {"DJANGO_SETTINGS_MODULE": "fluxsite.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["migrate", "doctor"])
def test_one_that_could_keep_no_picture_is_refused(command, tmp_path):
    with database(BYTES_ALONE) as url:
        said = told(command, url, tmp_path)

    assert said.returncode == 1
    assert "SQL_ASCII" in said.stdout
    assert "--encoding UTF8" in said.stdout
    assert "Applying" not in said.stdout


@pytest.mark.parametrize("command", ["migrate", "doctor"])
def test_one_that_forgets_when_the_power_goes_is_told(command, tmp_path):
    with database("ENCODING 'UTF8'", "synchronous_commit = off") as url:
        said = told(command, url, tmp_path)

    assert "PostgreSQL's synchronous_commit is off" in said.stdout
    assert "Set synchronous_commit = on" in said.stdout
    assert "fsync" not in said.stdout


def test_one_that_writes_through_is_not_spoken_of(tmp_path):
    with database("ENCODING 'UTF8'") as url:
        assert "is off" not in told("migrate", url, tmp_path).stdout
