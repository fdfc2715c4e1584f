"""Tasks looked up one by one and in batches, in every state and through every fault."""

from decimal import Decimal

import pytest
from provider_faults import Reply

from gallery.flux.contract import TaskState
from gallery.flux.errors import FluxBusy, FluxMisconfigured, FluxTokenRefused, FluxUnavailable

ZERO = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def look_up(talk):
    return lambda ids, **options: talk(lambda client: client.look_up(ids), **options)


def test_a_running_job_is_pending(provider, submit, look_up):
    provider.hold()
    task_id = submit(prompt="a fox").task_id

    task = look_up([task_id])[task_id]

    job = provider.accepted[0]
    assert (task.state, task.task_id, task.trace_id) == (TaskState.PENDING, task_id, job.trace_id)
    assert (task.created_at, task.finished_at, task.elapsed) == (job.at, None, None)
    assert task.request["prompt"] == "a fox"


def test_a_partial_answer_of_a_running_job_is_pending(provider, submit, look_up):
    provider.hold()
    task_id = submit(prompt="fault:snapshot").task_id

    assert look_up([task_id])[task_id].state is TaskState.PENDING


def test_a_finished_job_tells_pictures_cost_and_times(provider, submit, look_up):
    task_id = submit(count=2).task_id
    job = provider.wait_done()[0]

    task = look_up([task_id])[task_id]

    assert task.state is TaskState.SUCCEEDED
    assert [picture.url for picture in task.pictures] == job.picture_urls()
    assert task.pictures[0].prompt == "a lighthouse"
    assert task.cost == Decimal("0.432")
    assert (task.finished_at, task.problem) == (job.finished_at, None)
    assert task.elapsed == pytest.approx(job.finished_at - job.at, abs=0.001)


def test_a_finished_job_may_lack_all_but_its_address(provider, submit, look_up):
    task_id = submit(prompt="fault:bare").task_id
    provider.wait_done()

    task = look_up([task_id])[task_id]

    assert (task.state, task.cost) == (TaskState.SUCCEEDED, None)
    assert (task.pictures[0].seed, task.pictures[0].seconds) == ("", None)


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        ("fail", "api_error", "upstream failed"),
        ("fail=timeout", "timeout", "upstream failed"),
        ("fail-bare", "", "upstream failed"),
        ("moderated", "api_error", "Request Moderated"),
    ],
)
def test_a_failed_job_tells_its_problem(provider, submit, look_up, fault, code, message):
    task_id = submit(prompt=f"fault:{fault}").task_id
    provider.wait_done()

    task = look_up([task_id])[task_id]

    assert task.state is TaskState.FAILED
    assert (task.problem.code, task.problem.message) == (code, message)
    assert task.problem.trace_id


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {}),
        Reply(200, None),
        Reply(200, []),
        Reply(400, {"error": {"code": "bad_request", "message": "no such task"}}),
        Reply(404, {"detail": "Not found."}),
    ],
    ids=["object", "null", "list", "400", "404"],
)
def test_an_id_that_the_api_does_not_know_is_unknown(provider, look_up, reply):
    provider.next_query(reply)

    assert look_up([ZERO])[ZERO].state is TaskState.UNKNOWN
    assert len(provider.requests("/flux/tasks")) == 1


def test_one_id_is_retrieved_and_more_are_a_batch(provider, look_up):
    look_up(["a"])
    look_up(["a", "b", "a"])

    one, batch = provider.requests("/flux/tasks")
    assert one.json == {"action": "retrieve", "id": "a"}
    assert batch.json == {"action": "retrieve_batch", "ids": ["a", "b"]}
    assert one.headers["x-record-exempt"] == "true"


def test_no_ids_are_no_request(provider, look_up):
    assert look_up([]) == {}
    assert provider.requests("/flux/tasks") == []


def test_more_than_fifty_ids_are_asked_for_in_parts(provider, look_up):
    ids = [f"id-{number}" for number in range(120)]

    found = look_up(ids)

    sizes = [len(seen.json["ids"]) for seen in provider.requests("/flux/tasks")]
    assert sizes == [50, 50, 20]
    assert list(found) == ids
    assert {task.state for task in found.values()} == {TaskState.UNKNOWN}


def test_a_batch_tells_known_from_unknown(provider, submit, look_up):
    provider.hold()
    ids = [submit().task_id for _ in range(3)]
    provider.release(ids[0])

    found = look_up([*ids, ZERO])

    states = [task.state for task in found.values()]
    assert states == [TaskState.SUCCEEDED, *[TaskState.PENDING] * 2, TaskState.UNKNOWN]
    assert [task.task_id for task in found.values()] == [*ids, ZERO]


def test_a_page_shorter_than_the_batch_hides_nothing(provider, submit, look_up):
    provider.page = 2
    ids = [submit().task_id for _ in range(5)]
    provider.wait_done(5)

    found = look_up(ids)

    assert {task.state for task in found.values()} == {TaskState.SUCCEEDED}


def test_an_id_that_spoils_a_batch_does_not_hide_the_others(provider, submit, look_up):
    ids = [submit().task_id for _ in range(3)]
    provider.wait_done(3)
    spoilt = Reply(400, {"error": {"code": "bad_request", "message": "id is invalid"}})
    provider.next_query(spoilt, spoilt, "", spoilt, "")

    found = look_up(["not an id", *ids[:2], ids[2]])

    assert found["not an id"].state is TaskState.UNKNOWN
    assert [found[task_id].state for task_id in ids].count(TaskState.SUCCEEDED) == 2


def test_a_record_without_its_id_is_the_one_that_was_asked_for(provider, look_up):
    done = {"data": [{"image_url": "https://example.org/a.png"}]}
    provider.next_query(Reply(200, {"response": done}))

    task = look_up(["asked"])["asked"]

    assert (task.task_id, task.state) == ("asked", TaskState.SUCCEEDED)


def test_a_record_of_another_id_is_not_taken_for_the_one_asked_for(provider, look_up):
    provider.next_query(Reply(200, {"id": "other", "type": "images"}))

    assert look_up(["asked"])["asked"].state is TaskState.UNKNOWN


PASSING = (
    "500-before 502-before 503-before cut-before reset-before html empty busy=0.1 request-timeout"
)


@pytest.mark.parametrize("fault", PASSING.split())
def test_a_fault_that_passes_is_not_noticed(provider, submit, look_up, fault):
    task_id = submit().task_id
    provider.wait_done()
    provider.next_query(fault, fault)

    found = look_up([task_id])

    assert found[task_id].state is TaskState.SUCCEEDED
    assert len(provider.requests("/flux/tasks")) == 3


@pytest.mark.parametrize("fault", ["500-before", "cut-before", "html", "number", "redirect"])
def test_a_fault_that_stays_is_unavailable_after_three_attempts(provider, look_up, fault):
    provider.next_query(*[fault] * 4)

    with pytest.raises(FluxUnavailable):
        look_up([ZERO])

    assert len(provider.requests("/flux/tasks")) == 3


def test_a_long_wait_is_left_to_the_caller(provider, look_up):
    provider.next_query("busy=30")

    with pytest.raises(FluxBusy) as caught:
        look_up([ZERO])

    assert caught.value.retry_after == 30
    assert len(provider.requests("/flux/tasks")) == 1


def test_a_look_up_that_hangs_is_unavailable(provider, look_up):
    provider.next_query(*["hang"] * 4)

    with pytest.raises(FluxUnavailable):
        look_up([ZERO], timeout=0.1)


@pytest.mark.parametrize("fault", ["bad-token", "mismatched-400", "disabled-403", "no-token"])
def test_a_refused_token_is_for_the_operator_and_asked_once(provider, look_up, fault):
    provider.next_query(fault)

    with pytest.raises(FluxTokenRefused):
        look_up([ZERO])

    assert len(provider.requests("/flux/tasks")) == 1


@pytest.mark.parametrize("fault", ["forbidden", "bare-403", "no-api"])
def test_who_may_not_ask_at_all_is_misconfigured(provider, look_up, fault):
    provider.next_query(fault)

    with pytest.raises(FluxMisconfigured):
        look_up([ZERO])


@pytest.mark.parametrize(
    ("code", "kind"), [("token_expired", FluxTokenRefused), ("api_error", FluxUnavailable)]
)
def test_an_error_inside_a_good_answer_is_an_error(provider, look_up, code, kind):
    answer = Reply(200, {"success": False, "error": {"code": code, "message": "no"}})
    provider.next_query(*[answer] * 3)

    with pytest.raises(kind):
        look_up([ZERO])


def test_look_ups_share_a_connection(provider, talk):
    async def twice(client):
        await client.look_up([ZERO])
        await client.look_up([ZERO])

    talk(twice)

    first, second = provider.requests("/flux/tasks")
    assert first.peer == second.peer


@pytest.mark.parametrize("fault", ["stale", "cut-before"])
def test_a_pooled_connection_that_went_stale_is_replaced(provider, talk, fault):
    provider.next_query("stale" if fault == "stale" else "", fault)

    async def twice(client):
        await client.look_up([ZERO])
        return await client.look_up([ZERO])

    assert talk(twice)[ZERO].state is TaskState.UNKNOWN
