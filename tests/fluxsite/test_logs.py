import logging
import sys

import pytest
from django.db import IntegrityError
from django.db.utils import ConnectionHandler
from environ import Env
from everything import OURS

from fluxsite.logs import JsonFormatter, WithoutKeys

PROMPT = "A lighthouse\n\nin the tide"


def said(message, *args):
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, message, args, None)
    assert WithoutKeys().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/g/sEcret-123/images/7/", "/g/…/images/7/"),
        ("/g/sEcret-123/?after=1~2", "/g/…/?after=1~2"),
        ("/flux/callback/abc:def/", "/flux/callback/…/"),
        ("/flux/reference/abc:def/", "/flux/reference/…/"),
        ("/galleries/7/", "/galleries/7/"),
        ("/invitations/sEcret-123/", "/invitations/…/"),
        ("/accounts/first-admin/sEcret-123/", "/accounts/first-admin/…/"),
        ("/accounts/password/reset/key/1-sEcret/", "/accounts/password/reset/key/…/"),
        ("/accounts/password/reset/key/done/", "/accounts/password/reset/key/done/"),
        ("/live/sEcret:123/", "/live/…/"),
    ],
)
def test_addresses_that_are_keys_are_not_logged(path, shown):
    assert said("Internal Server Error: %s", path) == f"Internal Server Error: {shown}"
    assert said(f"Not Found: {path}") == f"Not Found: {shown}"


def test_whatever_is_logged_goes_through_it(settings):
    handlers = settings.LOGGING["handlers"]

    assert handlers and all("without_keys" in each["filters"] for each in handlers.values())
    assert settings.LOGGING["filters"]["without_keys"]["()"] == "fluxsite.logs.WithoutKeys"


def test_a_traceback_names_no_key_either():
    try:
        raise ValueError("at /g/sEcret-123/images/")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "broke", None, sys.exc_info())
    WithoutKeys().filter(record)

    for formatter in (logging.Formatter(), JsonFormatter()):
        assert "/g/…/images/" in formatter.format(record)
        assert "sEcret" not in formatter.format(record)


@pytest.fixture
def refused(postgresql_url):
    """What Django raises when PostgreSQL refuses a row."""
    handler = ConnectionHandler({"default": Env.db_url_config(postgresql_url)})
    connection = handler["default"]
    table = "gallery_generation (count int, prompt text, CONSTRAINT bounds CHECK (count > 0))"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table}")
        try:
            cursor.execute("INSERT INTO gallery_generation VALUES (%s, %s)", [0, PROMPT])
        except IntegrityError as error:
            yield error
    connection.close()


@pytest.mark.postgresql
@pytest.mark.django_db  # without the mark no database may be asked
@pytest.mark.parametrize("form", [logging.Formatter, JsonFormatter])
def test_a_row_that_postgresql_refused_is_not_quoted(refused, form):
    assert PROMPT in str(refused)
    about = (type(refused), refused, refused.__traceback__)
    flat = " ".join(str(refused).split())
    records = [
        logging.LogRecord("x", logging.ERROR, "", 1, "broke", None, about),
        logging.LogRecord("x", logging.ERROR, "", 1, "wish.broke error=%s", (refused,), None),
        logging.LogRecord("x", logging.ERROR, "", 1, f"Trouble: {flat}", None, None),
    ]

    for record in records:
        WithoutKeys().filter(record)
        line = form().format(record)
        assert 'violates check constraint "bounds"' in line.replace('\\"', '"')
        assert "lighthouse" not in line and "tide" not in line
    # What caused it and where it was raised are both told.
    whole = form().format(records[0])
    assert "psycopg.errors.CheckViolation" in whole and "django.db.utils.IntegrityError" in whole


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2J", "\x85", "\u2028", "\u202e", "\0"])
def test_nobody_writes_a_line_of_their_own(sign):
    line = said("refused: %s", f"a{sign}ERROR forged")

    assert line == f"refused: a{sign.encode('unicode_escape').decode()}ERROR forged"
    assert len(line.splitlines()) == 1


def test_every_address_that_holds_a_key_is_known():
    for address in OURS:
        if {"token", "signed", "stamp"} & set(address.blanks):
            path = address.filled(dict.fromkeys(address.blanks, "sEcret"))
            assert "sEcret" not in said("Not Found: %s", path).split("/images/")[0], path
