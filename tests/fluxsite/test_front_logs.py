"""What the examples for a proxy in front write into their logs: no key, and no word of a search."""

import contextlib
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from everything import OURS
from many_machines import Front
from processes import free_port, wait_for

CADDYFILE = Path(__file__).resolve().parents[2] / "fluxsite" / "deploy" / "Caddyfile"
SECRET = "sEcret-123"
KEYS = [
    address.filled(dict.fromkeys(address.blanks, SECRET))
    for address in OURS
    if {"token", "signed", "stamp"} & set(address.blanks)
]
ADDRESSES = [
    *KEYS,
    f"/accounts/password/reset/key/1-{SECRET}/",
    f"//invitations/{SECRET}/",
    f"/%67/{SECRET}/",
    f"/library/?q={SECRET}",
    "/static/app.css",
]
SENT_BY_NGINX = f"/g/{SECRET}/original/"


class Upstream(BaseHTTPRequestHandler):
    """Whatever is asked for is there; one file is for nginx to send."""

    def do_GET(self):
        self.send_response(200)
        if self.path == SENT_BY_NGINX:
            self.send_header("X-Accel-Redirect", "/media-internal/originals/a.png")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(params=["there", "away"])
def upstream(request):
    """The port of both machines."""
    if request.param == "away":
        yield free_port()
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(origin, addresses):
    """As somebody would who comes from a page whose address is a key."""
    headers = {"Referer": f"{origin}/invitations/{SECRET}/"}
    with (
        httpx.Client(verify=False, trust_env=False, headers=headers, timeout=20) as client,
        ThreadPoolExecutor(len(addresses)) as pool,  # a proxy looks for a machine for a while
    ):
        answers = pool.map(lambda address: client.get(f"{origin}{address}"), addresses)
        return {address: each.status_code for address, each in zip(addresses, answers, strict=True)}


@pytest.mark.nginx
def test_nginx_logs_each_request_and_no_key(tmp_path, upstream):
    front = Front(tmp_path / "front", [upstream, upstream])
    front.start()
    try:
        wait_for(lambda: listens(front.url), 20, "nginx")
        told = ask(front.url, [*ADDRESSES, SENT_BY_NGINX])
        sent_on = ask(front.plain_url, ADDRESSES)
    finally:
        front.close()

    assert set(sent_on.values()) == {301}
    access, errors = ((front.folder / f"{name}.log").read_text() for name in ("access", "error"))
    assert SECRET not in access + errors
    logged = re.findall(r'"GET (\S+)" (\d+) ', access)
    assert ("/library/", str(told[f"/library/?q={SECRET}"])) in logged
    assert ("/invitations/...", str(told[f"/invitations/{SECRET}/"])) in logged
    assert ("/g/...", str(told[SENT_BY_NGINX])) in logged
    assert f'"127.0.0.1:{upstream}' in access  # which machine was asked


@pytest.mark.caddy
def test_caddy_logs_no_key(tmp_path, upstream):
    origin = f"http://127.0.0.1:{free_port()}"
    text = CADDYFILE.read_text()
    for old, new in (
        ("\nflux.example.org {", f"\n{origin} {{"),
        ("10.0.0.11:8000 10.0.0.12:8000", f"127.0.0.1:{upstream}"),
        ("\n{\n", "\n{\n\tadmin off\n"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "Caddyfile").write_text(text)
    with caddy(tmp_path) as log:
        wait_for(lambda: listens(origin), 20, "Caddy")
        told = ask(origin, ADDRESSES)

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert SECRET not in log.read_text()
    failed = [each for each in lines if each.get("logger", "").startswith("http.log.error")]
    assert len(failed) == sum(status >= 500 for status in told.values())


def listens(origin):
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{origin}/metrics", verify=False, trust_env=False).status_code == 404


@contextlib.contextmanager
def caddy(folder):
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]
    env = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stderr=log)
        try:
            yield folder / "log"
        finally:
            process.terminate()
            process.wait(20)
