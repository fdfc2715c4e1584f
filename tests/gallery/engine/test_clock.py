"""A machine's clock jumps: whatever had a while to wait has as long to wait still."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from gallery.engine import clock, leasing, results, searching, submitting, sweeping
from gallery.flux.contract import Picture, Task, TaskState
from gallery.models import Attempt, Conductor, Generation, Result

pytestmark = pytest.mark.usefixtures("transactional_db")
HOURS = timedelta(hours=5)
A_MOMENT = timedelta(seconds=5)


@pytest.fixture
def jump(monkeypatch):
    """`jump(+HOURS)`: from now on the machine's clock shows another time.

    The engine goes by it as it does on SQLite, whichever database this is.
    """
    monkeypatch.setattr(clock, "connection", SimpleNamespace(vendor="", in_atomic_block=False))
    monkeypatch.setattr(clock, "_started", None)
    clock.settle()
    machine, real = clock._when_started, time.time

    def jump(by):
        monkeypatch.setattr(clock, "_when_started", lambda: machine() + by.total_seconds())
        monkeypatch.setattr(
            timezone, "now", lambda: clock.datetime.fromtimestamp(real(), clock.UTC) + by
        )

    return jump


@pytest.fixture
def attempt(alice, wish_for):
    wish_for(alice)
    _, [attempt] = submitting.claim(leasing.take())
    return attempt


@pytest.mark.parametrize("by", [HOURS, -HOURS])
def test_a_lease_lasts_as_long_as_it_would_have(jump, by):
    lease = leasing.take()
    jump(by)

    assert leasing.take() is None
    assert leasing.renew(lease).is_good
    leasing.give_back(lease)
    assert leasing.take()


@pytest.mark.parametrize("by", [HOURS, -HOURS])
def test_a_job_that_runs_is_looked_up_soon_and_not_given_up(jump, by, attempt):
    results.accept(attempt, Task(task_id="task-1", state=TaskState.PENDING))
    jump(by)

    sweeping.sweep()

    running = Generation.objects.get()
    assert running.status == "running"
    assert abs(running.next_look_at - clock.now()) < A_MOMENT
    assert abs(running.submitted_at - clock.now()) < A_MOMENT


@pytest.mark.parametrize("by", [HOURS, -HOURS])
def test_an_attempt_is_not_missed_twice_within_a_moment(jump, by, attempt):
    Conductor.objects.update(leased_until=None)
    leasing.take()
    known = Task(task_id="known", state=TaskState.PENDING)
    other = Attempt.objects.create(
        generation=attempt.generation, number=2, epoch=1, task_id="known", outcome="accepted"
    )
    search = searching._search(attempt)

    searching.record(search, [known])
    jump(by)
    searching.record(search, [known])

    attempt.refresh_from_db()
    assert attempt.outcome == "unconfirmed"
    assert abs(attempt.missed_at - clock.now()) < A_MOMENT
    other.refresh_from_db()
    assert abs(other.sent_at - attempt.sent_at) < A_MOMENT


@pytest.mark.parametrize("by", [HOURS, -HOURS])
def test_a_result_waits_no_longer_for_it(jump, by, attempt):
    picture = Picture(url="http://127.0.0.1:9/a.png")
    results.accept(attempt, Task(task_id="task-1", state=TaskState.SUCCEEDED, pictures=(picture,)))
    jump(by)

    clock.settle()

    result = Result.objects.get()
    assert abs(result.due_at - clock.now()) < A_MOMENT
    assert abs(result.created_at - clock.now()) < A_MOMENT


def test_a_machine_that_was_started_anew_moves_nothing(jump, attempt):
    sent_at = attempt.sent_at
    Conductor.objects.update(boot="another start")
    jump(HOURS)

    clock.settle()

    attempt.refresh_from_db()
    assert attempt.sent_at == sent_at


def test_each_further_process_finds_it_done(jump, attempt, monkeypatch):
    jump(HOURS)
    clock.settle()
    moved = Attempt.objects.get().sent_at

    monkeypatch.setattr(clock, "_started", None)
    clock.settle()

    assert Attempt.objects.get().sent_at == moved
