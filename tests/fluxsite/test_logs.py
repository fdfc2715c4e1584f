import logging

import pytest

from fluxsite.logs import WithoutKeys


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
    ],
)
def test_addresses_that_are_keys_are_not_logged(path, shown):
    assert said("Internal Server Error: %s", path) == f"Internal Server Error: {shown}"
    assert said(f"Not Found: {path}") == f"Not Found: {shown}"


def test_whatever_is_logged_goes_through_it(settings):
    handlers = settings.LOGGING["handlers"]

    assert handlers and all("without_keys" in each["filters"] for each in handlers.values())
    assert settings.LOGGING["filters"]["without_keys"]["()"] == "fluxsite.logs.WithoutKeys"
