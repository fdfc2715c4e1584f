"""Bodies that come drop by drop: they keep few threads, and nobody else out."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory

from fluxsite import bodies, wsgi
from fluxsite.metrics import registry


class Dripping:
    """Gives nothing before it is let go."""

    def __init__(self):
        self.is_waited_for, self.let_go = threading.Event(), threading.Event()

    def read(self, size):
        self.is_waited_for.set()
        assert self.let_go.wait(20)
        return b""


@pytest.fixture(autouse=True)
def read_by_django(monkeypatch):
    """Each body as Django would read it."""
    read = []

    def django(environ, start_response):
        read.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return []

    monkeypatch.setattr(wsgi, "_django", django)
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    yield read
    assert bodies._places.taken == 0


@pytest.fixture
def dripping():
    """`dripping(address)` sends such a body from there, and returns once a thread waits for it."""
    drops = []
    with ThreadPoolExecutor(bodies.AT_ONCE) as pool:

        def send(address):
            drops.append(drop := Dripping())
            pool.submit(status_of, address, drop)
            assert drop.is_waited_for.wait(20)

        yield send
        for drop in drops:
            drop.let_go.set()


def status_of(address, source=None, body=b"login=a"):
    environ = RequestFactory(REMOTE_ADDR=address).post("/accounts/login/", {"login": body}).environ
    if source:
        environ["wsgi.input"] = source
    told = []
    wsgi.application(environ, lambda status, headers: told.append((status, dict(headers))))
    [(status, headers)] = told
    assert (status[:3] == "503") == ("Retry-After" in headers)
    return status[:3]


def refusals_counted():
    labels = {"view": "none", "status": "503"}
    return registry.get_sample_value("fluxsite_answer_seconds_count", labels) or 0


def test_one_address_keeps_a_few_threads_and_the_others_go_on(dripping, db):
    for _ in range(bodies.EACH):
        dripping("192.0.2.1")

    counted = refusals_counted()
    assert status_of("192.0.2.1") == "503"
    assert status_of("192.0.2.2") == "200"
    assert refusals_counted() == counted + 1


def test_many_addresses_leave_threads_for_pages(dripping, client):
    for number in range(bodies.AT_ONCE):
        dripping(f"192.0.2.{number}")

    assert status_of("192.0.2.99") == "503"
    assert client.get("/healthz").status_code == 200


def test_a_body_that_is_there_is_read_whole(read_by_django):
    assert status_of("192.0.2.1", body="x" * 3 * bodies.PIECE) == "200"

    [read] = read_by_django
    assert read.count(b"x") >= 3 * bodies.PIECE and read.endswith(b"--\r\n")


def test_what_follows_is_waited_for_in_the_same_way(dripping):
    environ = (
        RequestFactory(REMOTE_ADDR="192.0.2.1").post("/", {"x": "x" * 3 * bodies.PIECE}).environ
    )
    assert bodies.begin(environ)
    for _ in range(bodies.EACH):
        dripping("192.0.2.1")

    with pytest.raises(bodies.NobodyWaits):  # Django takes it for a request that broke off
        environ["wsgi.input"].read()


def test_a_proxy_that_names_nobody_breaks_nothing(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2

    assert status_of("192.0.2.1") == "200"
