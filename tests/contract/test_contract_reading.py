"""Reading what the API sends: every documented variation, and anything else without a fall."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.flux.contract import (
    MAX_TASK_ID,
    TaskState,
    read_answer,
    read_problem,
    read_task,
)
from gallery.flux.errors import FluxError, problem_from

URL = "https://cdn.example.org/a.png"
DONE = [{"image_url": URL}]
FAILURE = {"code": "api_error", "message": "upstream failed"}

UNKNOWN, PENDING = TaskState.UNKNOWN, TaskState.PENDING
SUCCEEDED, FAILED = TaskState.SUCCEEDED, TaskState.FAILED


@pytest.mark.parametrize("body", [None, {}, [], "", 7, True, {"items": []}, {"id": ""}, {"id": 7}])
def test_what_is_no_record_is_unknown(body):
    assert read_task(body).state is UNKNOWN


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, PENDING),
        ({"response": None, "finished_at": None}, PENDING),
        ({"response": {}}, PENDING),
        ({"response": {"success": True, "task_id": "t"}}, PENDING),
        ({"response": {"success": True, "data": []}}, PENDING),
        ({"response": {"success": True, "data": [{"image_url": ""}]}}, PENDING),
        ({"response": {"progress": 40}}, PENDING),
        ({"response": {"error": None}}, PENDING),
        ({"response": {"error": {}}}, PENDING),
        ({"response": {"success": False, "error": "try later"}}, PENDING),
        ({"response": {"success": False, "error": "broken"}, "finished_at": 9.5}, FAILED),
        ({"response": {"success": False}}, FAILED),
        ({"response": {"success": False, "error": FAILURE}}, FAILED),
        ({"response": {"success": False, "data": DONE}}, FAILED),
        ({"response": {"error": FAILURE}}, FAILED),
        ({"response": {"success": True, "error": FAILURE}}, FAILED),
        ({"finished_at": 9.5}, FAILED),
        ({"finished_at": 9.5, "response": {"success": True, "data": []}}, FAILED),
        ({"response": {"success": True, "data": DONE}}, SUCCEEDED),
        ({"response": {"data": DONE}}, SUCCEEDED),
        ({"response": {"success": None, "data": DONE}}, SUCCEEDED),
        ({"response": {"data": DONE[0]}}, SUCCEEDED),
        ({"response": {"success": True, "data": [{}, None, *DONE]}, "finished_at": 9.5}, SUCCEEDED),
        ({"response": {"success": True, "data": DONE, "error": FAILURE}}, SUCCEEDED),
    ],
)
def test_the_state_is_read_from_the_response(fields, state):
    assert read_task({"id": "t"} | fields).state is state


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"task_id": "t"}, PENDING),
        ({"success": True, "task_id": "t"}, PENDING),
        ({"success": True, "task_id": "t", "data": []}, PENDING),
        ({"success": True, "task_id": "t", "data": DONE}, SUCCEEDED),
        ({"data": DONE}, SUCCEEDED),
        ({"task_id": "x" * (MAX_TASK_ID + 1), "data": DONE}, SUCCEEDED),
        ({"success": False, "task_id": "t", "error": FAILURE}, FAILED),
        ({"success": False, "task_id": "t", "error": "broken"}, FAILED),
        ({"error": FAILURE, "trace_id": "c"}, FAILED),
        ({"success": True}, UNKNOWN),
        ({"success": True, "data": []}, UNKNOWN),
        ({"task_id": ""}, UNKNOWN),
        ({"task_id": " "}, UNKNOWN),
        ({"task_id": 7}, UNKNOWN),
        ({"task_id": None}, UNKNOWN),
        ({"task_id": "x" * (MAX_TASK_ID + 1)}, UNKNOWN),
        ({"task_id": "a\x00b"}, UNKNOWN),
        ({"task_id": "a\ud800b"}, UNKNOWN),
        (None, UNKNOWN),
        ([], UNKNOWN),
        ("pending", UNKNOWN),
    ],
)
def test_the_state_of_an_answer_or_callback(body, state):
    assert read_answer(body).state is state


def test_an_id_of_the_longest_kind_is_taken():
    task_id = "x" * MAX_TASK_ID

    assert read_answer({"task_id": task_id}).task_id == task_id


@pytest.mark.parametrize(
    ("timings", "seconds"),
    [
        ({"inference": 3.19}, 3.19),
        ({"inference": "3.19"}, 3.19),
        ({}, None),
        (1791515655.2, None),
        (None, None),
    ],
)
def test_timings_are_a_duration_only_when_they_say_so(timings, seconds):
    task = read_answer({"data": [{"image_url": URL, "timings": timings}]})

    assert task.pictures[0].seconds == seconds


@pytest.mark.parametrize(
    ("seed", "told"),
    [
        (281520112, "281520112"),
        ("281520112", "281520112"),
        (281520112.0, "281520112"),
        (0, "0"),
        (None, ""),
        (True, ""),
        ([], ""),
        ("9" * 100, ""),
    ],
)
def test_a_seed_is_a_number_or_a_text(seed, told):
    task = read_answer({"data": [{"image_url": URL, "seed": seed}]})

    assert task.pictures[0].seed == told


@pytest.mark.parametrize(
    ("cost", "amount"),
    [
        ({"amount": 0.216, "currency": "credit"}, Decimal("0.216")),
        ({"amount": "0.216"}, Decimal("0.216")),
        ({"amount": 0}, Decimal(0)),
        (0.423, Decimal("0.423")),
        ({"amount": -1}, None),
        ({"amount": float("nan")}, None),
        ({"amount": 1e300}, None),
        ({"amount": True}, None),
        ({"amount": "much"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_cost_is_exact_or_absent(cost, amount):
    assert read_answer({"data": DONE, "cost": cost}).cost == amount


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": FAILURE}, "api_error", "upstream failed"),
        ({"error": "broken"}, "", "broken"),
        ({"error": None}, "", ""),
        ({"error": {"code": 7, "message": ["x"]}}, "", ""),
        ({"detail": "Not found."}, "", "Not found."),
        ({"detail": [{"loc": []}]}, "", ""),
        ("<html>", "", ""),
        (None, "", ""),
    ],
)
def test_a_problem_is_read_in_every_form(body, code, message):
    problem = read_problem(body)

    assert (problem.code, problem.message) == (code, message)


def test_the_trace_of_a_failed_task_is_taken_from_the_record_when_the_answer_has_none():
    task = read_task({"id": "t", "trace_id": "c", "response": {"success": False, "error": FAILURE}})

    assert (task.trace_id, task.problem.trace_id) == ("c", "c")


def test_texts_are_such_as_a_database_can_keep():
    error = {"code": "api_error", "message": "a\x00b\ud800" + "x" * 5000}

    problem = read_problem({"error": error})

    assert problem.message.startswith("abx")
    assert len(problem.message) == 2000


KEYS = """id task_id trace_id success data image_url prompt seed timings inference cost amount error
    code message detail response request created_at finished_at elapsed items"""
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(body=ANYTHING, status=st.integers(100, 599))
def test_nothing_that_may_come_makes_a_reader_fall(body, status):
    for task in (read_task(body), read_answer(body)):
        assert (task.state is SUCCEEDED) <= bool(task.pictures)
        assert (task.state is FAILED) == (task.problem is not None)
        assert len(task.task_id) <= MAX_TASK_ID
        json.dumps([task.task_id, task.trace_id, [p.url for p in task.pictures]]).encode()
    assert isinstance(problem_from(status, body), FluxError)
