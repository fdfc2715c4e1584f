"""`migrate` is killed after a migration's work and before it is noted; the next one goes on."""

import signal
import subprocess
import sys

import pytest
from processes import HOUSE
from whole_site import environment, manage

DIES = """
import os, signal
import django
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder

django.setup()
note = MigrationRecorder.record_applied

def die_first(self, app, name):
    if (app, name) == ("accounts", "0001_initial"):
        os.kill(os.getpid(), signal.SIGKILL)
    note(self, app, name)

MigrationRecorder.record_applied = die_first
call_command("migrate", verbosity=0)
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def settings_of(request):
    if request.param == "sqlite":
        return {}
    return {"DATABASE_URL": request.getfixturevalue("postgresql_url")}


def test_a_migration_that_was_not_noted_was_not_done(settings_of, tmp_path):
    env = environment(tmp_path, DJANGO_SETTINGS_MODULE="fluxsite.settings", **settings_of)
    killed = subprocess.run([sys.executable, "-c", DIES], cwd=HOUSE, env=env, timeout=60)
    assert killed.returncode == -signal.SIGKILL

    manage(tmp_path, "migrate", "--verbosity=0", **settings_of)
    manage(tmp_path, "migrate", "--check", **settings_of)
