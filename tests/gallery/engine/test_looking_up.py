"""Jobs are looked up together, often while young and seldom when old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.engine import watching
from gallery.flux.contract import Task, TaskState
from gallery.models import Generation

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(make_generation, alice):
    def make(number=1, **age):
        now = timezone.now()
        return [
            make_generation(
                alice,
                status="running",
                task_id=f"task-{index}",
                submitted_at=now - timedelta(**age),
                next_look_at=now,
            )
            for index in range(number)
        ]

    return make


def wait_of(generation):
    generation.refresh_from_db()
    return (generation.next_look_at - timezone.now()).total_seconds()


def test_jobs_share_requests_of_fifty(running):
    due = [*running(120)]

    assert [len(batch) for batch in watching.batches(due)] == [50, 50, 20]


@pytest.mark.parametrize(
    ("age", "at_most"),
    [({"seconds": 3}, 1), ({"minutes": 3}, 2), ({"minutes": 7}, 5), ({"minutes": 20}, 15)],
)
def test_the_older_the_less_often(running, age, at_most):
    [generation] = running(**age)

    watching.due()

    assert wait_of(generation) <= at_most


def test_what_is_due_is_put_off_at_once(running):
    running(3)

    assert len(watching.due()) == 3
    assert watching.due() == []


def test_jobs_begun_at_different_moments_are_looked_up_at_the_same(running):
    running(2, seconds=3)
    running(2, seconds=7)

    watching.due()

    assert len(set(Generation.objects.values_list("next_look_at", flat=True))) == 1


def test_of_a_crowd_none_is_looked_at_more_often_than_every_two_seconds(running, monkeypatch):
    monkeypatch.setattr(watching, "CROWD", 3)
    running(4, seconds=3)

    watching.due()

    strokes = Generation.objects.values_list("next_look_at", flat=True)
    assert all(stroke.timestamp() % 2 == 0 for stroke in strokes)
    assert watching.due() == []


@pytest.mark.parametrize("number", [2, 300])
def test_a_look_takes_the_same_number_of_queries_for_few_and_many(
    number, running, django_assert_num_queries
):
    jobs = running(number, minutes=3)
    tasks = {job.task_id: Task(task_id=job.task_id, state=TaskState.PENDING) for job in jobs}

    with django_assert_num_queries(4):  # what is due, and one update between two ends
        due = watching.due()
        assert len(due) == number and watching.ended(due, tasks) == []


def test_an_id_that_the_api_does_not_know_yet_is_looked_up_again(
    worker, provider, alice, wish_for, comes_to
):
    generation = wish_for(alice, "A lighthouse fault:unknown fault:slow=30")

    with worker:
        provider.wait_seen("/flux/tasks", 3)
        comes_to(generation, "running")

    assert generation.status == "running"
