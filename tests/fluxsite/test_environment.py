"""A setting that can't be right is said in one line that tells the mend, not in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fluxsite.environment import data_folder

ROOT = Path(__file__).resolve().parents[2]


def start(**settings):
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, ROOT / "manage.py", "check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "fluxsite.settings"} | settings,
    )


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("SITE_URL", "http://[::1", "https://flux.example.org"),
        ("FLUX_API_URL", "https://api example", "https://flux.example.org"),
        ("FLUX_API_URL", "https://api.example:port", "https://flux.example.org"),
        ("DATABASE_URL", "nonsense", "postgres://"),
        ("DATABASE_URL", "postgres://name:hush-hush@host:abc/name", "postgres://"),
        ("DATABASE_URL", "postgres://name:hush-hush@[::1/name", "postgres://"),
        ("DATABASE_URL", "postgres://name:hush-hush@host", "names no database"),
        ("DATABASE_URL", "mysql://name:hush-hush@host/name", "postgres://"),
        ("EMAIL_URL", "nonsense", "smtp+tls://"),
        ("TIME_ZONE", "Mars/Phobos", "Europe/Berlin"),
        ("FLUX_RESULT_HOSTS", "http://[x", "pictures.example.org:8443"),
        ("OIDC_GROUPS", "flux=king", "flux-admins=admin"),
        ("OIDC_GROUPS", "flux", "flux-admins=admin"),
        ("REQUIRE_SECOND_FACTOR", "perhaps", "off, admins, everybody"),
        ("SECRET_KEY", "short", "32"),
        ("FLUX_API_TOKEN_FILE", "/nowhere/token", "may read"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_with_its_mend(name, value, mend):
    ended = start(**{name: value})

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"Fluxsite can't start: {name}")
    assert ended.stderr.count("\n") == 1
    assert mend in ended.stderr
    assert "hush-hush" not in ended.stderr


def test_hosts_of_every_form_are_taken():
    ended = start(FLUX_RESULT_HOSTS="a.example, b.example:8443,127.0.0.1:80,[::1]:80,::1,[::1]")

    assert ended.returncode == 0, ended.stderr


def test_nobody_else_looks_into_a_data_folder_that_we_make(tmp_path):
    folder = data_folder(tmp_path / "deep" / "var")

    assert folder.stat().st_mode & 0o077 == 0
