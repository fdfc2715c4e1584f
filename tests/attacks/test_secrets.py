"""Nothing that opens a door is written down where somebody could read it."""

import logging
import re

import pytest
from django.db import connection
from django.test import Client
from everything import EVERY

from fluxsite.logs import WithoutKeys
from tests.conftest import PASSWORD

FLUX_TOKEN = "token-of-the-provider-that-nobody-may-read"
PROMPT = "a prompt that is nobody elses business"
LINK_PASSWORD = "the word for the garden gate"


@pytest.fixture
def lines(caplog):
    """What the log says, as it is written."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(keys := WithoutKeys())
    yield caplog
    caplog.handler.removeFilter(keys)


def rows_in_clear():
    """All that the database holds, as one text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                plain = [bytes(one) if isinstance(one, memoryview) else one for one in row]
                yield f"{table}: {plain}"


def secrets_made(client, alice):
    """Sign in, make one of each thing with a secret, and return the secrets."""
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    client.post("/accounts/confirm/", {"password": PASSWORD})
    totp = re.search(r'id="secret"[^>]*>([A-Z2-7]+)<', client.get("/accounts/app/add/").text)[1]
    made = client.post(
        "/settings/tokens/", {"name": "program", "may_read": "on", "days": "30"}, follow=True
    )
    gallery = alice.galleries.create(name="Garden")
    link = client.post(
        f"/galleries/{gallery.pk}/share/links/",
        {"expires_on": "2026-12-20", "password": LINK_PASSWORD},
        follow=True,
    )
    return {
        "password": PASSWORD,
        "app": totp,
        "API token": re.search(r"flux_[\w-]{30,}", made.text)[0],
        "link": re.search(r"/g/([\w-]{20,})/", link.text)[1],
        "link's password": LINK_PASSWORD,
        "token of the provider": FLUX_TOKEN,
    }


@pytest.fixture
def secrets(alice, settings, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z")
    settings.FLUX_API_TOKEN = FLUX_TOKEN
    client = Client()
    return client, secrets_made(client, alice)


def test_the_database_holds_no_secret_in_clear(secrets):
    _, made = secrets
    rows = list(rows_in_clear())

    told = {what: row for what, secret in made.items() for row in rows if secret in row}

    assert told == {}
    assert any("alice@example.org" in row for row in rows)  # it is really looked at


def test_the_log_holds_no_secret_and_no_prompt(lines, secrets):
    client, made = secrets
    client.raise_request_exception = False
    wish = {"prompt": PROMPT, "model": "flux-dev", "size": "1:1", "count": "1"}
    client.post("/generations/", wish | {"form_token": "7f0c6a3e-9f0f-4b7e-8d3c-0d4f2ad5a0c1"})
    client.get(f"/g/{made['link']}/")
    client.post(f"/g/{made['link']}/unlock/", {"password": LINK_PASSWORD})
    client.get(f"/invitations/{made['API token']}/")
    client.get("/api/v1/me", headers={"authorization": f"Bearer {made['API token']}"})

    ours = [line for line in lines.text.splitlines() if "django.db.backends" not in line]
    told = {what for what, secret in made.items() for line in ours if secret in line}
    assert told == set() and not any(PROMPT in line for line in ours)


def test_no_page_of_somebody_else_tells_a_secret(secrets, site, client_of):
    """An admin's, who sees the most."""
    _, made = secrets
    client = client_of(site.owner)

    told = set()
    for address in EVERY:
        answer = client.get(site.path(address))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told |= {(address.name, what) for what, secret in made.items() if secret.encode() in body}

    assert told == set()
