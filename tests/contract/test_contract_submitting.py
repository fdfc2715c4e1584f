"""What goes out with a submission, and every good answer that may come back."""

import gzip
from decimal import Decimal

import pytest
from provider_faults import Reply

from gallery.flux.contract import Submission, TaskState
from gallery.flux.errors import FluxUnconfirmed

SAYS_NOTHING = """html no-json empty no-content object null list number deep large
    no-id long-id number-id redirect 500-after 502-after 504-after
    cut-after reset-after cut-middle"""


def test_a_generation_carries_every_field(provider, submit):
    submit(
        prompt="a fox", model="flux-pro", size="16:9", count=3, callback_url="http://127.0.0.1:9/"
    )

    assert provider.requests("/flux/images")[0].json == {
        "action": "generate",
        "prompt": "a fox",
        "model": "flux-pro",
        "size": "16:9",
        "async": True,
        "count": 3,
        "callback_url": "http://127.0.0.1:9/",
    }


def test_an_edit_carries_its_picture_and_no_count():
    edit = Submission(
        action="edit",
        prompt="make it night",
        model="flux-kontext-pro",
        size="1:1",
        count=2,
        image_url="https://example.org/a.png",
    )

    assert edit.body() == {
        "action": "edit",
        "prompt": "make it night",
        "model": "flux-kontext-pro",
        "size": "1:1",
        "async": True,
        "image_url": "https://example.org/a.png",
    }


def test_a_generation_leaves_out_a_picture_left_over_from_an_edit():
    fields = {"prompt": "a", "model": "flux-dev", "size": "1:1"}

    body = Submission(action="generate", image_url="https://example.org/a.png", **fields).body()

    assert "image_url" not in body


def test_the_headers_name_the_token_and_ask_for_json(provider, submit):
    submit()

    headers = provider.requests("/flux/images")[0].headers
    assert headers["authorization"] == "Bearer sk-a-token-that-nobody-may-see"
    assert headers["accept"] == "application/json"
    assert headers["content-type"] == "application/json"


def test_each_submission_has_a_connection_of_its_own(provider, talk, wish):
    async def twice(client):
        await client.submit(wish())
        await client.submit(wish())

    talk(twice)

    first, second = provider.requests("/flux/images")
    assert first.peer != second.peer
    assert first.headers["connection"] == "close"


@pytest.mark.parametrize("shape", ["", "accepted", "ndjson"])
def test_an_answer_with_only_an_id_is_pending(provider, submit, shape):
    provider.hold()
    provider.next(shape)

    task = submit()

    assert task.state is TaskState.PENDING
    assert task.task_id == provider.accepted[0].task_id
    assert task.pictures == ()


def test_a_full_answer_at_once_is_done(provider, submit):
    provider.next("full")

    task = submit(count=2)

    assert task.state is TaskState.SUCCEEDED
    assert task.task_id == provider.accepted[0].task_id
    assert task.trace_id == provider.accepted[0].trace_id
    assert [picture.url for picture in task.pictures] == provider.accepted[0].picture_urls()
    assert [picture.seed for picture in task.pictures] == ["281520112", "281520113"]
    assert [picture.seconds for picture in task.pictures] == [3.19, 3.19]
    assert task.cost == Decimal("0.432")


def test_a_full_answer_without_success_is_done(provider, submit):
    provider.next("full bare")

    task = submit()

    assert (task.state, task.task_id, len(task.pictures)) == (TaskState.SUCCEEDED, "", 1)


def test_a_full_answer_without_an_id_is_done(provider, submit):
    provider.next("no-id-full")

    task = submit()

    assert (task.state, task.task_id, len(task.pictures)) == (TaskState.SUCCEEDED, "", 1)


@pytest.mark.parametrize("fault", ["fail", "fail-bare", "moderated"])
def test_a_job_that_fails_at_once_is_failed(provider, submit, fault):
    provider.next(f"full {fault}")

    task = submit()

    assert task.state is TaskState.FAILED
    assert task.problem.message in {"upstream failed", "Request Moderated"}
    assert task.task_id == provider.accepted[0].task_id


@pytest.mark.parametrize("fault", SAYS_NOTHING.split())
def test_an_answer_that_tells_nothing_leaves_the_outcome_open(provider, submit, fault):
    provider.next(fault)

    with pytest.raises(FluxUnconfirmed):
        submit()

    assert len(provider.accepted) == 1
    assert len(provider.requests("/flux/images")) == 1


@pytest.mark.parametrize("fault", ["hang", "hang-before", "trickle"])
def test_an_answer_that_does_not_come_in_time_leaves_the_outcome_open(provider, submit, fault):
    provider.next(fault)

    with pytest.raises(FluxUnconfirmed):
        submit(options={"timeout": 0.2})

    assert len(provider.requests("/flux/images")) == 1


def test_an_answer_too_large_is_not_read_to_its_end(provider, submit):
    provider.next("large")

    with pytest.raises(FluxUnconfirmed, match="cannot be read"):
        submit()


def test_a_submission_after_the_api_was_restarted_is_sent_once(provider, talk, wish):
    async def around_a_restart(client):
        await client.submit(wish())
        provider.stop()
        provider.start()
        return await client.submit(wish())

    task = talk(around_a_restart)

    assert task.task_id == provider.accepted[1].task_id
    assert len(provider.accepted) == 2


PLAIN = b'{"task_id": "t-1"}'
DRESSED = {
    "mark": Reply(200, b"\xef\xbb\xbf" + PLAIN),
    "gzip": Reply(200, gzip.compress(PLAIN), {"Content-Encoding": "gzip"}),
    "html type": Reply(200, PLAIN, {"Content-Type": "text/html"}),
    "created": Reply(201, PLAIN),
    "accepted": Reply(202, PLAIN),
    "lines": Reply(200, b'\n{"task_id": "t-1"}\n{"success": true}\n{"data"'),
}


@pytest.mark.parametrize("dress", DRESSED)
def test_an_answer_is_read_whatever_it_is_dressed_in(provider, submit, dress):
    provider.next(DRESSED[dress])

    assert submit().task_id == "t-1"


def test_a_broken_compression_leaves_the_outcome_open(provider, submit):
    provider.next(Reply(200, PLAIN, {"Content-Encoding": "gzip"}))

    with pytest.raises(FluxUnconfirmed):
        submit()
