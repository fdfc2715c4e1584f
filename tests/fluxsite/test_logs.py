import logging
import sys

import pytest
from everything import OURS

from fluxsite.logs import JsonFormatter, WithoutKeys


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
