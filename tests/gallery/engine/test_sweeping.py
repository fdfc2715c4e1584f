"""What nobody works on is set going again or brought to its end; late results are kept."""

import os
from pathlib import Path

import pytest
import queued
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.utils import timezone

from gallery.engine import leasing, moving, results, storing, submitting, sweeping, watching
from gallery.flux.contract import Picture, Problem, Task, TaskState
from gallery.models import Conductor, Generation
from gallery.storage import PARTS, SUFFIX

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def running(alice, wish_for):
    wish_for(alice)
    _, [attempt] = submitting.claim(leasing.take())
    results.accept(attempt, Task(task_id="task-1", state=TaskState.PENDING))
    Conductor.objects.update(leased_until=None)
    return Generation.objects.get()


def a_result(url="https://pictures.example/late.png"):
    return Task(task_id="task-1", state=TaskState.SUCCEEDED, pictures=(Picture(url=url),))


def test_each_is_given_up_for_itself(alice, wish_for, monkeypatch, age):
    """A sweep that holds many rows until its end waits in a circle with the look-ups."""
    for _ in range(2):
        wish_for(alice)
    _, attempts = submitting.claim(leasing.take())
    for number, attempt in enumerate(attempts):
        results.accept(attempt, Task(task_id=f"task-{number}", state=TaskState.PENDING))
        age(attempt.generation, minutes=31)
    real, moved = moving.make, []

    def make(*args, **fields):
        if moved:
            raise OperationalError("deadlock detected")
        moved.append(args)
        return real(*args, **fields)

    monkeypatch.setattr(moving, "make", make)
    with pytest.raises(OperationalError):
        sweeping.sweep()

    assert sorted(Generation.objects.values_list("status", flat=True)) == ["failed", "running"]


def test_after_half_an_hour_a_running_one_is_given_up_as_a_possible_loss(running, spent, age):
    age(running, minutes=31)

    sweeping.sweep()

    running.refresh_from_db()
    assert (running.status, running.problem) == ("failed", "overdue")
    assert running.is_possible_loss
    assert spent(running) == 0


def test_a_late_result_is_kept_and_settled(running, spent, age):
    age(running, minutes=31)
    sweeping.sweep()

    [found] = watching_due(running)
    watching.record([found], {"task-1": a_result()})

    running.refresh_from_db()
    assert running.status == "storing"
    storing_all_done(running)
    assert spent(running) == running.price
    assert not running.is_possible_loss


def watching_due(generation):
    Generation.objects.filter(pk=generation.pk).update(next_look_at=timezone.now())
    return watching.due()


def storing_all_done(generation):
    generation.results.update(state="stored")
    storing.finish(generation)
    generation.refresh_from_db()
    assert generation.status == "succeeded"


def test_news_that_an_overdue_one_failed_end_the_worry(running, age):
    age(running, minutes=31)
    sweeping.sweep()
    problem = Problem(code="api_error", message="no")

    [found] = watching_due(running)
    watching.record(
        [found], {"task-1": Task(task_id="task-1", state=TaskState.FAILED, problem=problem)}
    )

    running.refresh_from_db()
    assert not running.is_possible_loss
    assert running.next_look_at is None


def test_after_a_day_nobody_looks_any_more(running, age):
    age(running, days=2)
    sweeping.sweep()

    watching_due(running)

    running.refresh_from_db()
    assert running.next_look_at is None


def test_the_sweep_wakes_a_conductor_when_there_is_work(alice, wish_for):
    wish_for(alice)
    list(queued.taken())  # the hint was lost

    sweeping.sweep()

    assert len(list(queued.taken())) == 1


def test_the_sweep_leaves_a_quiet_site_in_peace(alice):
    sweeping.sweep()

    assert not list(queued.taken())


def test_a_generation_whose_last_picture_was_stored_by_a_dying_worker_is_finished(
    alice, a_delivered
):
    generation = a_delivered(alice)
    generation.results.update(state="stored")

    sweeping.sweep()

    generation.refresh_from_db()
    assert generation.status == "succeeded"


def test_half_written_files_of_dead_workers_are_cleared(files_on_disk):
    parts = Path(default_storage.location) / PARTS
    parts.mkdir(parents=True, exist_ok=True)
    old, fresh = parts / f"old{SUFFIX}", parts / f"fresh{SUFFIX}"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    sweeping.sweep()

    assert not old.exists()
    assert fresh.exists()
    fresh.unlink()
