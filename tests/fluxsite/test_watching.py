"""When the watchdog bites: signs of life and patience, with a clock of the test's own."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from fluxsite.supervision import watching
from fluxsite.supervision.watching import Pulse, Watchdog
from gallery import tasks
from gallery.engine import holders, leasing
from gallery.models import Conductor, Heartbeat

WEB, WORKER = 101, 202


class Kennel:
    """Time, the supervisor, and what has been killed."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.pids = {"web": WEB, "worker": WORKER}
        self.killed: list[int] = []
        self.is_answering = True
        self.dog = Watchdog(
            supervisor=self,
            kill_whole=self.kill,
            tasks=Pulse(patience=90),
            ticks=Pulse(patience=25),
            answers=Pulse(patience=90),
            clock=lambda: self.time,
        )

    def pid_of(self, program: str) -> int | None:
        return self.pids[program]

    def kill(self, pid: int) -> bool:
        self.killed.append(pid)
        self.pids = {program: None if pid == one else one for program, one in self.pids.items()}
        return True

    def watch(self, seconds: float) -> list[int]:
        for _ in range(int(seconds)):
            self.dog.look()
            self.time += 1
        return self.killed


pytestmark = pytest.mark.django_db(transaction=True)  # it closes old connections as it goes


@pytest.fixture
def kennel(transactional_db, monkeypatch) -> Kennel:
    kennel = Kennel()
    monkeypatch.setattr(watching, "answers", lambda: kennel.is_answering)
    return kennel


def beat() -> None:
    Heartbeat.objects.update_or_create(
        cluster=holders.name_of(WORKER), defaults={"beat_at": timezone.now()}
    )


def conduct(pid: int, *, has_ended: bool = False) -> None:
    now = timezone.now()
    until = now if has_ended else now + leasing.LENGTH
    Conductor.objects.filter(pk=1).update(
        holder=holders.name_of(pid), ticked_at=now, leased_until=until
    )


def test_a_worker_without_a_sign_of_life_is_killed_when_patience_ends(kennel):
    assert kennel.watch(91) == []
    assert kennel.watch(2) == [WORKER]


def test_each_beat_gives_it_the_whole_patience_again(kennel):
    for _ in range(4):
        beat()
        assert kennel.watch(80) == []


def test_a_new_worker_has_the_whole_patience(kennel):
    kennel.watch(80)
    kennel.pids["worker"] = WORKER + 1

    assert kennel.watch(80) == []


def test_a_conductor_that_does_not_tick_is_killed_with_its_cluster(kennel):
    beat()
    conduct(WORKER)

    assert kennel.watch(26) == []
    assert kennel.watch(2) == [WORKER]


@pytest.mark.parametrize("conductor", [{"pid": 999}, {"pid": WORKER, "has_ended": True}])
def test_a_conductor_of_another_cluster_or_one_that_has_ended_need_not_tick(kennel, conductor):
    beat()
    conduct(**conductor)

    assert kennel.watch(80) == []


def test_a_web_server_that_does_not_answer_is_killed_when_patience_ends(kennel):
    kennel.watch(50)
    beat()
    kennel.is_answering = False

    assert kennel.watch(50) == []
    beat()
    assert kennel.watch(45) == [WEB]


def test_our_own_sleep_counts_against_nobody(kennel):
    kennel.watch(10)
    kennel.time += 7200

    assert kennel.watch(60) == []


def test_what_is_being_restarted_is_left_alone(kennel):
    kennel.pids = {"web": None, "worker": None}

    assert kennel.watch(200) == []


def test_a_database_that_is_away_for_a_while_kills_nobody(kennel, monkeypatch, caplog):
    beat()
    kennel.watch(50)

    def away(*args: object) -> None:
        raise OperationalError("gone away")

    with monkeypatch.context() as patched:
        patched.setattr(watching.heartbeat, "last_heard", away)
        assert kennel.watch(200) == []

    assert kennel.watch(80) == []
    assert caplog.text.count("The watchdog sees no database: gone away") == 1
    assert caplog.text.count("Over: the watchdog sees no database.") == 1


def test_the_row_of_a_heartbeat_is_that_of_the_cluster():
    beat()
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=50))

    assert watching.heartbeat.is_alive()
    assert not watching.heartbeat.is_alive(within=timedelta(seconds=40))
    assert watching.heartbeat.last_heard(holders.name_of(WORKER))
    assert watching.heartbeat.last_heard(holders.name_of(1)) is None


def test_a_beat_shows_that_tasks_come_through_while_the_database_is_away(monkeypatch):
    def away():
        raise OperationalError("away")

    monkeypatch.setattr(tasks, "let_schedules_follow_the_clock", away)

    assert tasks.beat() == holders.me()
