"""A cluster made where no language was set knows bytes alone."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

from tests.conftest import POSTGRESQL

HOUSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def bytes_alone():
    name = f"fluxsite_{uuid.uuid4().hex[:12]}"
    form = "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} {form}")
        yield f"{POSTGRESQL}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgresql
@pytest.mark.parametrize("command", ["migrate", "doctor"])
def test_a_database_that_could_keep_no_picture_is_told(command, bytes_alone, tmp_path):
    env = {**os.environ, "DATABASE_URL": bytes_alone, "DATA_DIR": str(tmp_path)}
    env["DJANGO_SETTINGS_MODULE"] = "fluxsite.settings"

    told = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=HOUSE,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert told.returncode == 1
    assert "SQL_ASCII" in told.stdout + told.stderr
    assert "--encoding UTF8" in told.stdout + told.stderr
    assert "Applying" not in told.stdout
