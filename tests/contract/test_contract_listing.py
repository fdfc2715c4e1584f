"""The list of a minute's tasks: whole, or not at all."""

import time
from datetime import datetime, timedelta

import pytest
from provider_faults import Reply

from gallery.flux import wire
from gallery.flux.errors import FluxUnavailable


@pytest.fixture
def list_tasks(talk):
    def listing(since=-60, until=60, **options):
        now = time.time()
        ask = {"since": now + since, "until": now + until}
        return talk(lambda client: client.list_tasks(**ask), **options)

    return listing


def test_the_tasks_of_a_minute_echo_their_requests(provider, submit, list_tasks):
    provider.hold()
    submit(prompt="a fox", size="3:2")

    (task,) = list_tasks()

    assert task.task_id == provider.accepted[0].task_id
    assert task.request["prompt"] == "a fox"
    assert task.request["size"] == "3:2"


def test_the_question_names_the_time_and_the_type(provider, talk):
    talk(lambda client: client.list_tasks(since=100.5, until=160.25))

    asked = provider.requests("/flux/tasks")[0]
    assert asked.json == {
        "action": "retrieve_batch",
        "type": "images",
        "created_at_min": 100.5,
        "created_at_max": 160.25,
    }
    assert asked.headers["x-record-exempt"] == "true"


@pytest.mark.parametrize("ahead", [7200, -7200])
def test_the_time_is_asked_for_by_the_clock_of_the_api(submit, list_tasks, monkeypatch, ahead):
    class Wrong(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=ahead)

    monkeypatch.setattr(wire, "datetime", Wrong)
    submit()

    assert len(list_tasks(since=ahead - 60, until=ahead + 60)) == 1


def test_an_empty_minute_is_an_empty_list(list_tasks):
    assert list_tasks() == []


def test_tasks_of_another_time_are_left_out(submit, list_tasks):
    submit()

    assert list_tasks(since=-120, until=-60) == []


def test_an_api_that_ignores_the_time_is_seen_through(provider, list_tasks):
    old = {"id": "old", "created_at": time.time() - 3600}
    new = {"id": "new", "created_at": time.time()}
    provider.next_query(Reply(200, {"items": [new, old], "count": 2}))

    assert [task.task_id for task in list_tasks()] == ["new"]


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_list_of_many_pages_is_read_whole(provider, submit, list_tasks, length):
    provider.page = length
    for _ in range(5):
        submit()

    tasks = list_tasks()

    assert {task.task_id for task in tasks} == {job.task_id for job in provider.accepted}


def test_a_list_without_a_count_is_read_until_nothing_new_comes(provider, list_tasks):
    items = [{"id": "a", "created_at": time.time()}]
    provider.next_query(Reply(200, {"items": items}), Reply(200, {"items": items}))

    assert [task.task_id for task in list_tasks()] == ["a"]


def test_a_list_that_cannot_be_had_whole_is_no_list(provider, list_tasks):
    part = Reply(200, {"items": [{"id": "a", "created_at": time.time()}], "count": 2})
    provider.next_query(part, part)

    assert list_tasks() is None


def test_an_api_that_does_not_list_says_none(provider, list_tasks):
    provider.listing = False

    assert list_tasks() is None


REFUSALS = "forbidden no-api bad-token bare-403 object null list html number string-error"


@pytest.mark.parametrize("fault", REFUSALS.split())
def test_any_refusal_or_unreadable_answer_is_no_list(provider, list_tasks, fault):
    provider.next_query(*[fault] * 3)

    assert list_tasks() is None


@pytest.mark.parametrize("fault", ["500-before", "cut-before"])
def test_an_api_that_is_down_is_unavailable(provider, list_tasks, fault):
    provider.next_query(*[fault] * 3)

    with pytest.raises(FluxUnavailable):
        list_tasks()


def test_a_late_listing_shows_nothing_yet(provider, submit, list_tasks):
    provider.listing_delay = 60
    submit()

    assert list_tasks() == []
