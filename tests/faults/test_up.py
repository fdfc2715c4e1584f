"""One command brings the site up; a mistake is told in one line; a word ends all of it."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import HOUSE, at_work_in, wait_for
from whole_site import WholeSite, environment, free_port, refusal


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., WholeSite]]:
    sites: list[WholeSite] = []

    def start(*options: str, **settings: str) -> WholeSite:
        sites.append(WholeSite(tmp_path, *options, **settings))
        return sites[-1]

    yield start
    for site in reversed(sites):
        site.close()


def stops_well(site: WholeSite, word: signal.Signals) -> bool:
    began = time.monotonic()
    code = site.stop(word)
    assert site.said.endswith("Fluxsite has stopped.\n")
    return code == 0 and time.monotonic() - began < 10


def test_it_tells_one_address_lets_the_first_admin_in_and_stops_when_asked(up):
    site = up()
    site.wait_until_ready()
    wait_for(lambda: "Ctrl-C" in site.said, 5, "the welcome")

    assert f"is running at {site.url}" in site.said
    assert "Demo mode" in site.said
    link = re.search(rf"{site.url}(/accounts/first-admin/\S+)", site.said)
    assert site.get(link[1]).status_code == 200
    assert site.get("/healthz").text == "ok\n"
    assert stops_well(site, signal.SIGTERM)
    assert "Traceback" not in site.said


@pytest.mark.long
def test_it_stops_at_ctrl_c_while_visitors_hold_connections_and_requests_open(up):
    site = up()
    site.wait_until_ready()

    with (
        socket.create_connection(("127.0.0.1", site.port)) as idle,
        socket.create_connection(("127.0.0.1", site.port)) as halfway,
    ):
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        halfway.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")

        assert stops_well(site, signal.SIGINT)


@pytest.mark.long
def test_it_starts_again_where_it_was_stopped_whatever_the_name_of_the_folder(tmp_path, up):
    data = tmp_path / "with blanks, 100% 'quoted' and long" / ("x" * 60)
    first = up(DATA_DIR=str(data))
    first.wait_until_ready()
    stopped = stops_well(first, signal.SIGHUP)

    second = up(DATA_DIR=str(data))
    second.wait_until_ready()

    assert stopped
    assert (data / "run" / "supervisord.conf").stat().st_mode & 0o777 == 0o600
    assert stops_well(second, signal.SIGTERM)
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.long
def test_output_may_be_a_socket_as_of_a_journal(tmp_path):
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile(errors="replace") as said:
        command = [sys.executable, HOUSE / "manage.py", "up"]
        env = environment(tmp_path, PORT=str(free_port()))
        site = subprocess.Popen(command, env=env, stdout=theirs, stderr=theirs)
        theirs.close()
        try:
            welcome = next(line for line in said if "is running at" in line)
        finally:
            site.terminate()
            code = site.wait(15)

        assert env["PORT"] in welcome
        assert code == 0
        assert not at_work_in(tmp_path / "data")


@pytest.mark.long
def test_a_second_one_in_the_same_folder_is_refused(tmp_path, up):
    site = up()
    site.wait_until_ready()

    line = refusal(tmp_path, PORT=str(free_port()))

    assert f"runs on DATA_DIR {site.data} already, at {site.url}" in line


def test_a_taken_port_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        line = refusal(tmp_path, PORT=str(port))

    assert f"port {port} on 127.0.0.1 is taken" in line
    assert "Set PORT" in line or "set PORT" in line


def test_a_host_of_another_machine_is_refused(tmp_path):
    assert "Correct HOST" in refusal(tmp_path, HOST="192.0.2.7", PORT=str(free_port()))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()

    line = refusal(tmp_path, DATA_DIR=str(tmp_path / "file" / "data"))

    assert "DATA_DIR" in line
    assert "set DATA_DIR to another one" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKERS", "none"),
        ("PORT", "99999999"),
        ("LOG_FORMAT", "xml"),
        ("SITE_URL", "flux"),
        ("STORAGE_URL", "ftp://x"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused(tmp_path, name, value):
    line = refusal(tmp_path, **{name: value})

    assert name in line
    assert value in line


def test_a_token_with_blanks_is_refused_and_not_shown(tmp_path):
    line = refusal(tmp_path, FLUX_API_TOKEN="Bearer s3cret", PORT=str(free_port()))

    assert "FLUX_API_TOKEN" in line
    assert "s3cret" not in line


def test_a_database_that_does_not_answer_is_refused_without_its_password(tmp_path):
    url = f"postgres://me:s3cret@127.0.0.1:{free_port()}/flux"

    line = refusal(tmp_path, DATABASE_URL=url, PORT=str(free_port()))

    assert "database can't be reached" in line
    assert "DATABASE_URL" in line
    assert "s3cret" not in line


def test_a_redis_that_does_not_answer_is_refused(tmp_path):
    url = f"redis://:s3cret@127.0.0.1:{free_port()}/0"

    line = refusal(tmp_path, REDIS_URL=url, PORT=str(free_port()))

    assert "Redis can't be reached" in line
    assert "s3cret" not in line


def test_a_storage_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()

    line = refusal(tmp_path, STORAGE_URL=f"file:{tmp_path}/file/media", PORT=str(free_port()))

    assert "STORAGE_URL" in line
