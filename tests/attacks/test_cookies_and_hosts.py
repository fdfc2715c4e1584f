"""Cookies say where they may go, and nobody else's host name gets into an answer."""

import json
import os
import subprocess
import sys

import pytest
from django.core import mail
from django.test import Client
from everything import EVERY

from tests.conftest import PASSWORD

ASK = """
import json
from fluxsite import settings as s
names = [name for name in dir(s) if name.isupper() and name.startswith(
    ("SESSION_COOKIE", "CSRF_", "SECURE_", "ALLOWED_HOSTS"))]
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def settings_at(address, tmp_path):
    env = os.environ | {"SITE_URL": address, "DATA_DIR": str(tmp_path), "TRUSTED_PROXIES": "1"}
    told = subprocess.run(
        [sys.executable, "-c", ASK], env=env, capture_output=True, check=True, text=True
    )
    return json.loads(told.stdout)


def test_with_an_https_address_cookies_go_over_tls_alone(tmp_path):
    told = settings_at("https://flux.example.org", tmp_path)

    assert told["SESSION_COOKIE_SECURE"] and told["CSRF_COOKIE_SECURE"]
    assert told["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert "flux.example.org" in told["ALLOWED_HOSTS"] and "*" not in told["ALLOWED_HOSTS"]
    assert told["CSRF_TRUSTED_ORIGINS"] == ["https://flux.example.org"]


def test_no_script_reads_the_session_and_no_other_site_sends_it(client, alice):
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    session = client.cookies["fluxsite_session"]
    assert session["httponly"] and session["samesite"] == "Lax" and session["path"] == "/"
    assert client.cookies["fluxsite_csrf"]["samesite"] == "Lax"


def test_no_address_answers_under_another_name(site):
    client = Client(raise_request_exception=False)

    answers = {
        one.name: client.get(site.path(one), headers={"host": "evil.example"}) for one in EVERY
    }

    # These two are asked by probes, which know only the machine's number, and say nothing.
    wrong = {
        name: answer.status_code
        for name, answer in answers.items()
        if name not in ("healthz", "readyz")
        and (answer.status_code < 300 or "evil.example" in answer.headers.get("Location", ""))
    }
    assert wrong == {}


@pytest.mark.parametrize("forged", ["x-forwarded-host", "x-host", "forwarded", "x-original-url"])
def test_a_letter_never_names_the_host_that_it_was_asked_under(client, alice, settings, forged):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    client.post(
        "/accounts/password/reset/", {"email": alice.email}, headers={forged: "evil.example"}
    )

    [letter] = mail.outbox
    assert "evil.example" not in str(letter.message()) and settings.SITE_URL in letter.body
