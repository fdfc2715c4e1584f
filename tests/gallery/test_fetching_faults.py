import contextlib
import io
import pickle
import socket
import time

import httpx
import pytest
from loopback import PICTURE, Names, Provider, failure, fetch, moved, raw, whole

from gallery.fetching import Fetcher, FetchFailed


@pytest.fixture
def provider():
    with contextlib.closing(Provider()) as provider:
        yield provider


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 410, 429, 500, 503])
def test_an_answer_without_the_file_may_be_asked_again(provider, status):
    provider.routes["/picture"] = whole(b"", status)

    caught = failure(provider.url(), allowed_hosts=[provider.host])

    assert not caught.is_final
    assert str(status) in caught.reason


def test_a_ring_of_redirects_ends(provider):
    provider.routes["/first"] = moved("/first")

    caught = failure(provider.url("/first"), allowed_hosts=[provider.host], max_redirects=3)

    assert caught.is_final
    assert len(provider.seen) == 4


def test_a_redirect_to_nowhere_may_be_asked_again(provider):
    provider.routes["/picture"] = whole(b"", 302)

    assert not failure(provider.url(), allowed_hosts=[provider.host]).is_final


def test_a_file_announced_as_too_large_is_not_read(provider):
    provider.routes["/picture"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 314572800\r\n\r\n", b"x")
    into = io.BytesIO()

    with Fetcher(allowed_hosts=[provider.host]) as fetcher, pytest.raises(FetchFailed) as caught:
        fetcher.fetch(provider.url(), into)

    assert caught.value.is_final
    assert "64 MiB" in caught.value.reason
    assert into.getvalue() == b""


def test_a_file_that_grows_too_large_is_cut_at_the_limit(provider):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    provider.routes["/picture"] = raw(head, *[chunk] * 64)
    into = io.BytesIO()

    with (
        Fetcher(allowed_hosts=[provider.host], max_bytes=1024 * 1024) as fetcher,
        pytest.raises(FetchFailed) as caught,
    ):
        fetcher.fetch(provider.url(), into)

    assert caught.value.is_final
    assert "1 MiB" in caught.value.reason
    assert len(into.getvalue()) <= 1024 * 1024


def test_a_file_exactly_as_large_as_may_be_is_taken(provider):
    _, body = fetch(provider.url(), allowed_hosts=[provider.host], max_bytes=len(PICTURE))

    assert body == PICTURE


@pytest.mark.parametrize(
    "answer",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", PICTURE[:4000]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\nhello\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"zz\r\nhello\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Le"],
        [b"not http at all"],
        [b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000],
        [b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b"hello"],
        [],
    ],
)
def test_an_answer_that_is_cut_short_or_garbled_may_be_asked_again(provider, answer):
    provider.routes["/picture"] = raw(*answer)

    caught = failure(provider.url(), allowed_hosts=[provider.host])

    assert not caught.is_final
    assert caught.__cause__ is not None


def test_a_file_without_an_announced_size_is_taken(provider):
    provider.routes["/picture"] = raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", PICTURE)

    _, body = fetch(provider.url(), allowed_hosts=[provider.host])

    assert body == PICTURE


def test_an_encoding_that_was_not_asked_for_is_refused_for_now(provider):
    provider.routes["/picture"] = whole(PICTURE, Content_Encoding="gzip")

    assert not failure(provider.url(), allowed_hosts=[provider.host]).is_final


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"


@pytest.mark.parametrize(
    "drops",
    [
        [HEAD, *[b"x"] * 5000],
        [HEAD[at : at + 1] for at in range(len(HEAD))],
        [b"HTTP/1.1 100 Continue\r\n\r\n"] * 5000,
    ],
    ids=["body", "headers", "interim"],
)
def test_a_server_that_drips_is_left_when_the_time_is_over(provider, drops):
    provider.routes["/picture"] = raw(*drops, pause=0.05)
    began = time.monotonic()

    caught = failure(provider.url(), allowed_hosts=[provider.host], timeout=0.4)

    assert not caught.is_final
    assert "too long" in caught.reason
    assert time.monotonic() - began < 2


def test_a_server_that_says_nothing_is_left_when_the_time_is_over():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"

        for scheme in ("http", "https"):
            caught = failure(f"{scheme}://{host}/x", allowed_hosts=[host], timeout=0.3)
            assert not caught.is_final
            assert "too long" in caught.reason


def test_the_time_is_one_for_all_redirects(provider):
    def slowly(handler):
        handler.stopping.wait(0.2)
        moved("/picture")(handler)

    provider.routes["/picture"] = slowly

    caught = failure(provider.url(), allowed_hosts=[provider.host], timeout=0.5, max_redirects=50)

    assert not caught.is_final
    assert len(provider.seen) <= 4


def test_a_refused_connection_may_be_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        host = f"127.0.0.1:{closed.getsockname()[1]}"

    caught = failure(f"http://{host}/x", allowed_hosts=[host])

    assert not caught.is_final
    assert "reached" in caught.reason


@pytest.mark.parametrize(
    "url", ["https://pictures.invalid/x", "https://" + "a" * 100 + ".invalid/"]
)
def test_a_name_that_nobody_knows_may_be_tried_again(url):
    def nobody_knows(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    caught = failure(url, resolve=nobody_knows)

    assert not caught.is_final
    assert "reached" in caught.reason


def test_a_name_without_addresses_may_be_tried_again():
    caught = failure("https://pictures.example/x", resolve=Names(pictures_example=[[]]))

    assert not caught.is_final


def test_a_transport_answers_for_its_origin_without_the_network():
    asked = []

    def answer(request):
        asked.append(str(request.url))
        return httpx.Response(200, content=PICTURE)

    _, body = fetch(
        "https://emulator.invalid/pictures/1.png",
        transports={"https://emulator.invalid": httpx.MockTransport(answer)},
        resolve=Names(),
    )

    assert body == PICTURE
    assert asked == ["https://emulator.invalid/pictures/1.png"]


def test_what_a_transport_cannot_do_is_told_in_words():
    def answer(request):
        raise httpx.ReadError("gone", request=request)

    caught = failure(
        "https://emulator.invalid/1",
        transports={"https://emulator.invalid": httpx.MockTransport(answer)},
    )

    assert not caught.is_final


def test_a_full_disk_is_told_as_what_it_is(provider):
    with (
        Fetcher(allowed_hosts=[provider.host]) as fetcher,
        open("/dev/full", "wb", buffering=0) as full,
        pytest.raises(OSError, match="No space left"),
    ):
        fetcher.fetch(provider.url(), full)


def test_a_reason_never_holds_the_address(provider):
    provider.routes["/picture?sig=secret"] = whole(b"", 403)

    for url in (provider.url("/picture?sig=secret"), "https://127.0.0.1/?sig=secret"):
        assert "secret" not in failure(url, allowed_hosts=[provider.host]).reason


def test_a_failure_survives_the_way_between_processes():
    copy = pickle.loads(pickle.dumps(FetchFailed("Too bad.", is_final=True)))

    assert (copy.reason, copy.is_final) == ("Too bad.", True)
