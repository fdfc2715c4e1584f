"""The provider keeps its own promises, since other tests stand on them."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from PIL import Image
from provider import Provider

HERE = Path(__file__).parent


@pytest.fixture
def fetch(provider, submit):
    """The answer to fetching the first picture of a job with that prompt."""

    def fetch(prompt, **fields):
        submit(prompt=prompt, **fields)
        provider.wait_done(len(provider.accepted))
        return httpx.get(provider.accepted[-1].picture_urls()[0])

    return fetch


@pytest.fixture
def listener():
    """A place for callbacks: its address, and what came."""
    came = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            """Keep the terminal for the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", came
        server.shutdown()


def test_a_held_provider_finishes_nothing_until_it_is_released(provider, submit):
    provider.hold()
    first, second = submit().task_id, submit().task_id
    assert provider.state()["in_flight"] == 2

    provider.release(second)
    assert [job.task_id for job in provider.wait_done()] == [second]

    provider.release()
    assert [job.task_id for job in provider.wait_done(2)] == [first, second]
    assert provider.state()["in_flight"] == 0


def test_a_fault_by_word_strikes_as_often_as_it_is_told(submit, provider):
    prompt = "a fox fault:reset-before*1"
    with pytest.raises(Exception, match="disconnected|ReadError"):
        submit(prompt=prompt)

    submit(prompt=prompt)

    assert len(provider.accepted) == 1


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
@pytest.mark.parametrize(("size", "pixels"), [("1:1", (1024, 1024)), ("16:9", (1376, 768))])
def test_result_pictures_are_real(fetch, kind, size, pixels):
    answer = fetch(f"fault:{kind}", size=size)

    with Image.open(io.BytesIO(answer.content)) as picture:
        picture.load()
        assert picture.size == pixels
        assert picture.get_format_mimetype() == answer.headers["content-type"]


def test_two_pictures_of_the_same_look_differ_in_their_bytes(provider, submit):
    submit(count=4)
    job = provider.wait_done()[0]

    files = {httpx.get(url).content for url in job.picture_urls()}

    assert len(files) == 4


def test_a_picture_that_comes_late(provider, fetch):
    first = fetch("fault:picture-404")
    second = httpx.get(provider.accepted[0].picture_urls()[0])

    assert (first.status_code, second.status_code) == (404, 200)


def test_a_picture_that_is_cut_off(fetch):
    with pytest.raises(httpx.RemoteProtocolError):
        fetch("fault:picture-cut")


def test_a_bomb_is_a_small_file_of_many_pixels(fetch):
    content = fetch("fault:picture-bomb").content

    assert len(content) < 500_000
    assert content[16:24] == (30_000).to_bytes(4, "big") * 2


@pytest.mark.parametrize("fault", ["picture-huge", "picture-huge-chunked"])
def test_a_huge_picture_is_streamed(provider, submit, fault):
    submit(prompt=f"fault:{fault}")
    job = provider.wait_done()[0]

    with httpx.stream("GET", job.picture_urls()[0]) as answer:
        first = next(answer.iter_raw(1024))

    assert answer.headers.get("content-length", "314572800") == "314572800"
    assert len(first) == 1024


def test_a_redirect_leads_to_the_picture_or_astray(fetch):
    assert fetch("fault:picture-redirect").headers["location"].endswith("?moved")
    assert fetch("fault:picture-private").headers["location"] == "http://127.0.0.1:9/x.png"


def test_a_callback_tells_the_result(provider, submit, listener):
    address, came = listener

    task_id = submit(callback_url=address).task_id
    provider.wait_called_back()

    assert came[0]["task_id"] == task_id
    assert came[0]["data"][0]["image_url"] == provider.accepted[0].picture_urls()[0]
    assert provider.called_back == [(task_id, 204)]


@pytest.mark.parametrize(
    ("fault", "tasks"), [("callback-twice", [True, True]), ("callback-forged", [False])]
)
def test_a_callback_may_be_doubled_or_forged(provider, submit, listener, fault, tasks):
    address, came = listener

    task_id = submit(prompt=f"fault:{fault}", callback_url=address).task_id
    provider.wait_called_back(len(tasks))

    assert [body["task_id"] == task_id for body in came] == tasks


def test_a_callback_may_be_faster_than_the_answer(provider, submit, listener):
    address, came = listener
    provider.hold()

    submit(prompt="fault:callback-early", callback_url=address)

    assert len(came) == 1


def test_a_caller_that_waits_is_answered_in_full(provider):
    wish = {"action": "generate", "prompt": "a fox", "size": "1:1"}
    headers = {"Authorization": "Bearer sk-a-token-that-nobody-may-see"}

    answer = httpx.post(f"{provider.url}/flux/images", json=wish, headers=headers)

    assert answer.json()["data"][0]["image_url"].startswith(provider.url)
    assert len(provider.done()) == 1


def test_a_provider_that_was_stopped_remembers(provider, submit):
    submit()
    provider.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(provider.url)

    provider.start()

    assert len(provider.wait_done()) == 1
    assert httpx.get(provider.accepted[0].picture_urls()[0]).status_code == 200


def test_the_journal_names_each_accepted_job(tmp_path, talk, wish):
    journal = tmp_path / "accepted.jsonl"
    with Provider(journal=journal) as provider:
        for prompt in ("a fox", "fault:cut-before", "fault:cut-after"):
            sent = wish(prompt=prompt, callback_url="http://127.0.0.1:9/a")
            try:
                talk(lambda client, sent=sent: client.submit(sent), base_url=provider.url)
            except Exception as error:  # noqa: BLE001
                assert "disconnected" in str(error)
        lines = [json.loads(line) for line in journal.read_text().splitlines()]

    assert [line["prompt"] for line in lines] == ["a fox", "fault:cut-after"]
    assert lines[0].keys() == {
        *("task_id", "callback_url", "prompt", "model", "size", "count", "at"),
    }


def test_the_provider_runs_as_a_process_and_takes_orders(tmp_path, talk, wish):
    journal = tmp_path / "accepted.jsonl"
    command = [sys.executable, HERE / "provider.py", "--room", "1", "--journal", journal]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        url = process.stdout.readline().strip()
        httpx.post(f"{url}/_/hold")
        task = talk(lambda client: client.submit(wish()), base_url=url)

        held = httpx.get(f"{url}/_/state").json()
        httpx.post(f"{url}/_/release", json={"ids": [task.task_id]})
        jobs = httpx.get(f"{url}/_/jobs").json()["jobs"]
        process.send_signal(signal.SIGTERM)

    assert (held["accepted"], held["in_flight"], held["done"]) == (1, 1, 0)
    assert jobs[0]["finished_at"] >= jobs[0]["at"]
    assert process.returncode == 0
    assert json.loads(journal.read_text())["task_id"] == task.task_id
