"""The real web server, while somebody sends forms drop by drop."""

import contextlib
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from whole_site import WholeSite

from fluxsite.management.commands.web import THREADS

BEGUN = (
    b"POST /flux/callback/x/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
)


@pytest.fixture
def site(tmp_path):
    site = WholeSite(tmp_path)
    yield site
    site.close()


def test_pages_are_answered_and_forms_taken_again_when_it_ends(site):
    site.wait_until_ready()
    with contextlib.ExitStack() as open_ones:
        for _ in range(2 * THREADS):
            slow = socket.create_connection(("127.0.0.1", site.port))
            open_ones.enter_context(slow).sendall(BEGUN)

        assert site.get("/accounts/login/").status_code == 200

    def send(number):
        path = f"{site.url}/flux/callback/x/"
        return httpx.post(path, content=b"{}" * 200, trust_env=False, timeout=20).status_code

    with ThreadPoolExecutor(20) as pool:  # quick ones, as many as come at once
        assert set(pool.map(send, range(100))) == {404}
