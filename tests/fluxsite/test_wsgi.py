"""What no test client can send: requests that name an encoding of their own. And what is frozen."""

import gc

import pytest
from django.test import RequestFactory

from fluxsite.wsgi import application


def status_of(environ):
    answers = []
    body = application(environ, lambda status, headers: answers.append(status))
    body.close()
    return answers[0]


@pytest.mark.parametrize("charset", ["rot13", "undefined", "idna", '"utf-7"', "base64"])
def test_an_encoding_that_nobody_needs_breaks_nothing(db, charset):
    request = RequestFactory().get("/accounts/login/?next=%2B2AA-")

    answer = status_of(request.environ | {"CONTENT_TYPE": f"text/plain; charset={charset}"})

    assert answer == "200 OK"


def test_what_else_is_said_of_the_content_stays():
    environ = RequestFactory().get("/healthz").environ
    environ["CONTENT_TYPE"] = "multipart/form-data; charset=utf-7; boundary=X"

    status_of(environ)

    assert environ["CONTENT_TYPE"] == "multipart/form-data; boundary=X"


def test_the_collector_leaves_out_what_was_imported():
    assert gc.get_freeze_count() > 50_000
