import gzip
from threading import Event

import pytest
from allauth.usersessions.models import UserSession
from django.http import StreamingHttpResponse

from fluxsite.logs import request_id
from fluxsite.metrics import registry
from fluxsite.middleware import NotedRequestsMiddleware
from gallery import feed

PAGE = {"HTTP_ACCEPT": "text/html,*/*;q=0.8"}


def last_seen(person):
    return UserSession.objects.filter(user=person).values_list("last_seen_at", flat=True).first()


@pytest.fixture
def client(alice, client_of):
    client = client_of(alice)
    client.get("/library/", **PAGE)
    return client


def test_a_page_notes_when_the_session_was_last_seen(client, alice):
    before = last_seen(alice)

    client.get("/library/", **PAGE)

    assert last_seen(alice) > before


def test_a_picture_does_not(client, alice, make_image):
    image, before = make_image(alice), last_seen(alice)

    client.head(f"/images/{image.pk}/small.webp", HTTP_ACCEPT="image/webp,*/*;q=0.8")

    assert last_seen(alice) == before


def test_every_view_but_the_open_ones_asks_for_a_person(db, client_of, alice):
    stranger = client_of(alice)
    stranger.logout()

    assert stranger.get("/library/").status_code == 302
    assert stranger.get("/healthz").status_code == 200


def test_a_page_is_compressed(client):
    page = client.get("/library/", HTTP_ACCEPT_ENCODING="gzip", **PAGE)

    assert page["Content-Encoding"] == "gzip"
    assert b"Library" in gzip.decompress(page.content)


def test_a_picture_comes_as_it_is(client, alice, make_image):
    image = make_image(alice)

    picture = client.get(f"/images/{image.pk}/original/", HTTP_ACCEPT_ENCODING="gzip")
    picture.close()

    assert "Content-Encoding" not in picture.headers


def test_what_is_logged_while_a_body_is_made_names_its_request(rf, db):
    ids, is_closed = [], Event()

    def pieces():
        try:
            for piece in (b"a", b"", b"b"):
                ids.append(request_id.get())
                yield piece
        finally:
            is_closed.set()

    asked = NotedRequestsMiddleware(lambda request: StreamingHttpResponse(pieces()))
    first, second = (
        asked(rf.get("/", headers={"X-Request-ID": name})) for name in ("1" * 8, "2" * 8)
    )
    next(iter(second))
    second.close()

    assert is_closed.is_set()
    assert ids == ["2" * 8] and request_id.get() == ""
    assert b"".join(first) == b"ab"
    assert ids[1:] == ["1" * 8] * 3 and request_id.get() == ""


def test_a_poll_that_finds_nothing_new_is_counted_by_its_name_and_kept_by_nobody(client, alice):
    seen = feed.standing(alice).signed
    before = polls_counted()

    answer = client.get(f"/live/{seen}/")

    assert answer.status_code == 204
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert polls_counted() == before + 1


def polls_counted():
    labels = {"view": "live_poll", "status": "204"}
    return registry.get_sample_value("fluxsite_answer_seconds_count", labels) or 0
