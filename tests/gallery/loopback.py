"""A provider on loopback, and a network and names that pretend to be the internet."""

import contextlib
import datetime
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from gallery.fetching import Fetcher, FetchFailed

PICTURE = b"\x89PNG" + bytes(range(256)) * 400
PUBLIC = "93.184.215.14"


class Provider:
    """A server on loopback; each path is answered by a function that gets the handler."""

    def __init__(self, tls=None):
        self.routes = {"/picture": whole(PICTURE)}
        self.seen = []
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # Clients hang up here, and should.
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def _handler(provider):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            stopping = provider.stopping

            def do_GET(self):
                provider.seen.append((self.path, dict(self.headers.items())))
                with contextlib.suppress(OSError):
                    provider.routes[self.path](self)

            def log_message(self, *_):
                pass

        return Handler

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def url(self, path="/picture"):
        return f"http://{self.host}{path}"

    @property
    def paths(self):
        return [path for path, _ in self.seen]

    def close(self):
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def whole(body, status=200, **headers):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def moved(to, status=302):
    return whole(b"moved", status, Location=to, Set_Cookie="track=me")


def raw(*parts, pause=0.0):
    """Write bytes as they are, then hang up."""

    def answer(handler):
        handler.close_connection = True
        for part in parts:
            handler.wfile.write(part)
            if handler.stopping.wait(pause):
                break

    return answer


class Detour(httpcore.SyncBackend):
    """Notes which address is to be reached, and goes to loopback instead."""

    def __init__(self, port, refusing=()):
        self.port = port
        self.refusing = refusing
        self.reached = []

    def connect_tcp(self, host, port, timeout=None, **more):
        self.reached.append((host, port))
        if host in self.refusing:
            raise httpcore.ConnectError("refused")
        return super().connect_tcp("127.0.0.1", self.port, timeout, **more)


class Names:
    """Answers for names one list of addresses after another; the last one stays."""

    def __init__(self, **answers):
        self.answers = {name.replace("_", "."): list(them) for name, them in answers.items()}
        self.asked = []

    def __call__(self, host, port):
        self.asked.append(host)
        answers = self.answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def fetch(url, **options):
    into = io.BytesIO()
    with Fetcher(**options) as fetcher:
        return fetcher.fetch(url, into), into.getvalue()


def failure(url, **options):
    with pytest.raises(FetchFailed) as caught:
        fetch(url, **options)
    assert caught.value.reason == str(caught.value)
    return caught.value


def certificate_for(host):
    """A key and a certificate that it signed itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, pkcs8, serialization.NoEncryption())
    return secret + signed.public_bytes(pem)
