import contextlib
import ssl
from hashlib import sha256

import pytest
from loopback import (
    PICTURE,
    PUBLIC,
    Detour,
    Names,
    Provider,
    certificate_for,
    failure,
    fetch,
    moved,
    raw,
    whole,
)


@pytest.fixture
def provider():
    with contextlib.closing(Provider()) as provider:
        yield provider


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(certificate_for("pictures.example"))
    return path


@pytest.fixture
def secure(certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    names = []
    tls.sni_callback = lambda _, name, __: names.append(name)
    with contextlib.closing(Provider(tls)) as provider:
        provider.sni = names
        yield provider


@pytest.fixture
def trusting(certificate):
    return ssl.create_default_context(cafile=certificate)


def test_a_file_arrives_byte_for_byte(provider):
    fetched, body = fetch(provider.url(), allowed_hosts=[provider.host])

    assert body == PICTURE
    assert fetched.size == len(PICTURE)
    assert fetched.sha256 == sha256(PICTURE).hexdigest()
    assert fetched.url == provider.url()


def test_only_what_is_needed_is_told_to_the_other_side(provider, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    fetch(provider.url(), allowed_hosts=[provider.host])

    [(_, headers)] = provider.seen
    assert {name.lower(): value for name, value in headers.items()} == {
        "host": provider.host,
        "accept": "image/*",
        "accept-encoding": "identity",
        "user-agent": "fluxsite",
    }


def test_a_public_name_is_reached_by_tls_at_the_address_that_was_checked(secure, trusting):
    network, names = Detour(secure.port), Names(pictures_example=[[PUBLIC]])

    fetched, body = fetch(
        "https://pictures.example/picture", network=network, resolve=names, ssl_context=trusting
    )

    assert body == PICTURE
    assert network.reached == [(PUBLIC, 443)]
    assert secure.sni == ["pictures.example"]
    assert secure.seen[0][1]["Host"] == "pictures.example"
    assert fetched.url == "https://pictures.example/picture"


def test_a_certificate_for_another_name_is_not_accepted(secure, trusting):
    caught = failure(
        "https://other.example/picture",
        network=Detour(secure.port),
        resolve=Names(other_example=[[PUBLIC]]),
        ssl_context=trusting,
    )

    assert not caught.is_final
    assert secure.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "picture.png",
        "//pictures.example/x",
        "ftp://pictures.example/x",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "http://pictures.example/x",
        "https://",
        "https:///x",
        "https://name@pictures.example/x",
        "https://name:secret@pictures.example/x",
        "https://pictures.example\\@127.0.0.1/x",
        "https://pictures.example:0/x",
        "https://pictures.example:99999/x",
        "https://pictures.example:x/",
        "https://pict ures.example/",
        "https://pictures.example\r\nHost: evil/",
        "https://pictures%2eexample/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://ⓛocalhost/",
        "https://" + "a" * 70_000,
    ],
)
def test_an_address_that_is_not_plain_https_is_refused_for_good(url):
    network = Detour(9)

    caught = failure(url, network=network, resolve=Names())

    assert caught.is_final
    assert network.reached == []


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "0", "1.1"],
)
def test_a_number_in_place_of_a_name_is_refused_for_good(host):
    network, names = Detour(9), Names()

    caught = failure(f"https://{host}/x", network=network, resolve=names)

    assert caught.is_final
    assert names.asked == network.reached == []


@pytest.mark.parametrize("literal", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])
def test_a_private_address_in_the_url_is_refused_for_good(literal):
    network = Detour(9)

    caught = failure(f"https://{literal}/x", network=network)

    assert caught.is_final
    assert "private" in caught.reason
    assert network.reached == []


def test_a_name_that_leads_inside_is_refused_for_good():
    network = Detour(9)

    caught = failure(
        "https://pictures.example/x", network=network, resolve=Names(pictures_example=[["::1"]])
    )

    assert caught.is_final
    assert network.reached == []


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    network = Detour(9)
    names = Names(pictures_example=[[PUBLIC, "10.0.0.1"]])

    assert failure("https://pictures.example/x", network=network, resolve=names).is_final
    assert network.reached == []


def test_a_name_that_changes_its_answer_never_leads_inside(secure, trusting):
    network = Detour(secure.port)
    names = Names(pictures_example=[[PUBLIC], ["127.0.0.1"]])
    options = {"network": network, "resolve": names, "ssl_context": trusting}

    _, first = fetch("https://pictures.example/picture", **options)
    caught = failure("https://pictures.example/picture", **options)

    assert first == PICTURE
    assert caught.is_final
    assert network.reached == [(PUBLIC, 443)]
    assert names.asked == ["pictures.example"] * 2


def test_a_name_that_changes_its_answer_on_the_way_never_leads_inside(secure, trusting):
    secure.routes["/first"] = raw(
        b"HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\n",
        b"Location: /picture\r\n\r\n",
    )
    network = Detour(secure.port)
    names = Names(pictures_example=[[PUBLIC], ["127.0.0.1"]])

    caught = failure(
        "https://pictures.example/first", network=network, resolve=names, ssl_context=trusting
    )

    assert caught.is_final
    assert network.reached == [(PUBLIC, 443)]
    assert secure.paths == ["/first"]


def test_the_next_address_is_tried_when_one_is_not_answering(secure, trusting):
    network = Detour(secure.port, refusing=["2606:4700::1"])
    names = Names(pictures_example=[["2606:4700::1", PUBLIC]])

    _, body = fetch(
        "https://pictures.example/picture", network=network, resolve=names, ssl_context=trusting
    )

    assert body == PICTURE
    assert network.reached == [("2606:4700::1", 443), (PUBLIC, 443)]


def test_an_allowed_host_is_allowed_at_its_port_only(provider):
    with contextlib.closing(Provider()) as other:
        _, body = fetch(provider.url(), allowed_hosts=[provider.host])
        caught = failure(other.url(), allowed_hosts=[provider.host])

        assert body == PICTURE
        assert caught.is_final
        assert other.seen == []


@pytest.mark.parametrize("entry", ["127.0.0.1", "Gateway.Internal"])
def test_an_allowed_host_without_a_port_is_allowed_at_any(provider, entry):
    url = f"http://{entry}:{provider.port}/picture"
    names = Names(gateway_internal=[["127.0.0.1"]])

    _, body = fetch(url, allowed_hosts=[entry], resolve=names)

    assert body == PICTURE


@pytest.mark.parametrize("entry", ["::1", "[::1]", "[::1]:80"])
def test_an_allowed_host_may_be_an_ipv6_address(provider, entry):
    network = Detour(provider.port)

    _, body = fetch("http://[::1]/picture", allowed_hosts=[entry], network=network)

    assert body == PICTURE
    assert network.reached == [("::1", 80)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_without_its_cookies(provider, status):
    provider.routes["/first"] = moved("/picture?a=b#c", status)
    provider.routes["/picture?a=b"] = whole(PICTURE)

    fetched, body = fetch(provider.url("/first"), allowed_hosts=[provider.host])

    assert body == PICTURE
    assert provider.paths == ["/first", "/picture?a=b"]
    assert "Cookie" not in provider.seen[1][1]
    assert fetched.url.startswith(provider.url("/picture?a=b"))


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1:{port}/secret",
        "http://127.0.0.2:{port}/secret",
        "http://localhost:{port}/secret",
        "https://[::ffff:127.0.0.1]:{port}/secret",
        "https://inside.example/secret",
        "http://pictures.example/secret",
        "https://u:p@pictures.example/secret",
        "//169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "http://[",
    ],
)
def test_a_redirect_to_a_bad_place_is_refused_for_good(secure, trusting, target):
    secure.routes["/first"] = moved(target.format(port=secure.port))
    secure.routes["/secret"] = whole(b"secret")
    network = Detour(secure.port)
    names = Names(pictures_example=[[PUBLIC]], inside_example=[["10.0.0.1"]])

    caught = failure(
        "https://pictures.example/first", network=network, resolve=names, ssl_context=trusting
    )

    assert caught.is_final
    assert network.reached == [(PUBLIC, 443)]
    assert secure.paths == ["/first"]
