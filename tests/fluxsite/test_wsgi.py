"""What no test client sees: what the web server is answered without Django, requests that name an
encoding of their own, and what is frozen."""

import gc

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from fluxsite import polls, wsgi
from fluxsite.wsgi import application
from gallery import stamps
from gallery.models import FeedVersion


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


def test_what_else_is_said_of_the_content_stays(db):
    environ = RequestFactory().get("/healthz").environ
    environ["CONTENT_TYPE"] = "multipart/form-data; charset=utf-7; boundary=X"

    status_of(environ)

    assert environ["CONTENT_TYPE"] == "multipart/form-data; boundary=X"


def test_the_collector_leaves_out_what_was_imported():
    assert gc.get_freeze_count() > 50_000


@pytest.fixture
def poll(alice):
    signed = stamps.Stamp(person_id=alice.pk, version=0, at=timezone.now()).signed()
    return RequestFactory().get(reverse("live_poll", args=[signed])).environ


@pytest.fixture
def asked_of_django(monkeypatch):
    """The addresses that Django was asked for."""
    asked = []
    monkeypatch.setattr(wsgi, "_django", lambda environ, _: asked.append(environ["PATH_INFO"]))
    return asked


def test_a_poll_without_news_is_answered_without_a_request(
    poll, asked_of_django, django_assert_num_queries
):
    answers = []
    with django_assert_num_queries(1):
        body = application(poll, lambda *answer: answers.append(answer))

    [(status, headers)] = answers
    assert (status, list(body)) == ("204 No Content", [])
    assert dict(headers)["Poll-After"] == str(stamps.SLOWEST)
    assert not asked_of_django


@pytest.mark.parametrize("what", ["is forged", "has news", "is sent", "meets no database"])
def test_any_other_is_asked_of_django(poll, asked_of_django, alice, monkeypatch, what):
    def away(stamp):
        raise OperationalError

    if what == "is forged":
        poll["PATH_INFO"] = poll["PATH_INFO"][:-2] + "/"
    elif what == "has news":
        FeedVersion.objects.advance(alice.pk)
    elif what == "is sent":
        poll["REQUEST_METHOD"] = "POST"
    else:
        monkeypatch.setattr(stamps, "has_moved", away)

    application(poll, lambda *answer: None)

    assert asked_of_django == [poll["PATH_INFO"]]
    assert (polls.ASKED in poll) is (what != "meets no database")  # else Django asks in its turn


def test_a_poll_with_news_is_not_looked_at_twice(poll, client, monkeypatch):
    looks = []
    monkeypatch.setattr(stamps, "has_moved", lambda stamp: looks.append(stamp) or True)

    client.get(poll["PATH_INFO"], **{polls.ASKED: True})
    assert not looks
    client.get(poll["PATH_INFO"])
    assert len(looks) == 1
