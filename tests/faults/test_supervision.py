"""Whatever dies or hangs is replaced whole, and nothing is left behind."""

import contextlib
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from processes import Program, at_work_in, wait_for
from whole_site import PATIENCE, QUICK, WholeSite, environment, manage

from gallery.engine import holders


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSite]:
    site = WholeSite(tmp_path_factory.mktemp("site"), *QUICK)
    site.wait_until_ready()
    yield site
    site.close()


@pytest.fixture
def site(running: WholeSite) -> WholeSite:
    """One that has been up for long enough that none of its programs counts as just started."""
    for program in ("web", "worker", "watchdog"):
        running.main_of(program)
    running.wait_until_ready()
    return running


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Callable[..., WholeSite]]:
    sites: list[WholeSite] = []

    def start(**settings: str) -> WholeSite:
        sites.append(WholeSite(tmp_path, *QUICK, **settings))
        return sites[-1]

    yield start
    for each in sites:
        each.close()


def children(site: WholeSite, program: str) -> list[int]:
    main = site.main_of(program)
    return [pid for pid in sorted(site.all_of(program)) if pid != main]


def sql(site: WholeSite, query: str, values: tuple[str, ...] = ()) -> list[tuple[str]]:
    return rows_of(site.data / "fluxsite.sqlite3", query, values)


def rows_of(file: Path, query: str, values: tuple[str, ...] = ()) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        rows = database.execute(query, values).fetchall()
        database.commit()
        return rows


def beat_of(site: WholeSite) -> datetime:
    """When a task last came all the way through the worker."""
    ((beat_at,),) = sql(site, "SELECT beat_at FROM gallery_heartbeat")
    return datetime.fromisoformat(beat_at)


@pytest.mark.parametrize("which", ["main", "a worker", "monitor", "pusher"])
def test_a_killed_process_of_the_worker_takes_all_with_it_and_all_are_started_anew(site, which):
    old = site.all_of("worker")
    one, _, monitor, pusher = children(site, "worker")  # in the order in which they are started
    chosen = {"main": site.main_of("worker"), "a worker": one, "monitor": monitor}

    os.kill(chosen.get(which, pusher), signal.SIGKILL)

    site.wait_until_replaced("worker", old)
    assert "to be started anew" in site.said or which == "main"


@pytest.mark.parametrize("which", ["all", "main", "pusher"])
def test_a_worker_that_hangs_is_replaced_whole(site, which):
    old = site.all_of("worker")
    one, two, monitor, pusher = children(site, "worker")
    chosen = {"all": old, "main": [site.main_of("worker")], "workers": [one, two]}

    for pid in chosen.get(which, [monitor if which == "monitor" else pusher]):
        os.kill(pid, signal.SIGSTOP)

    site.wait_until_replaced("worker", old)


def test_what_is_well_is_left_alone(site):
    old = {program: site.all_of(program) for program in ("web", "worker", "watchdog")}
    watched_since = beat_of(site)

    wait_for(lambda: beat_of(site) - watched_since > timedelta(seconds=2 * PATIENCE), 60, "time")

    assert {program: site.all_of(program) for program in old} == old


def test_a_conductor_that_hangs_is_replaced_with_its_cluster(site):
    old = site.all_of("worker")
    holder = holders.name_of(site.main_of("worker"))
    now = datetime.now(UTC)

    sql(
        site,
        "UPDATE gallery_conductor SET holder = ?, ticked_at = ?, leased_until = ?",
        (holder, f"{now:%F %T.%f}", f"{now + timedelta(seconds=15):%F %T.%f}"),
    )

    site.wait_until_replaced("worker", old)
    assert "its conductor hangs" in site.said


@pytest.mark.parametrize("which", [0, 1])
def test_a_killed_process_of_the_web_takes_the_other_with_it(site, which):
    old = sorted(site.all_of("web"))

    os.kill(old[which], signal.SIGKILL)

    site.wait_until_replaced("web", old)


@pytest.mark.long
def test_a_web_server_that_does_not_answer_is_replaced_whole(site):
    old = site.all_of("web")

    for pid in old:
        os.kill(pid, signal.SIGSTOP)

    site.wait_until_replaced("web", old)


@pytest.mark.long
def test_the_watchdog_itself_is_replaced_and_watches_on(site):
    dog, old = site.main_of("watchdog"), site.all_of("worker")
    os.kill(dog, signal.SIGKILL)
    wait_for(lambda: site.main_of("watchdog") != dog, 20, "another watchdog")

    for pid in old:
        os.kill(pid, signal.SIGSTOP)

    site.wait_until_replaced("worker", old)
    assert site.said.count("is running at") == 1


def test_nothing_survives_a_killed_supervisor(own_site):
    site = own_site()
    site.wait_until_ready()

    os.kill(site.up.main.pid, signal.SIGKILL)

    wait_for(lambda: not at_work_in(site.data), 5, "the end of all")
    site.up.main.wait()


def test_a_worker_that_was_stopped_by_force_leaves_none_of_its_processes(own_site):
    site = own_site()
    site.wait_until_ready()
    for pid in site.all_of("worker"):
        os.kill(pid, signal.SIGSTOP)

    code = site.stop()

    assert code == 0


@pytest.mark.long
def test_a_task_that_does_not_end_holds_up_no_stop(tmp_path, own_site):
    site = own_site()
    site.wait_until_ready()
    task = "from django_q.tasks import async_task; async_task('time.sleep', 60, save=False)"
    manage(tmp_path, "shell", "-c", task)
    taken = "SELECT id FROM django_q_ormq WHERE lock > datetime('now', '+1 minute')"
    wait_for(lambda: sql(site, taken), 20, "a worker that takes the task")
    began = time.monotonic()

    code = site.stop()

    assert code == 0
    assert time.monotonic() - began < 10
    assert "did not stop within" in site.said


def test_a_worker_whose_processes_are_all_told_to_stop_stops_in_order(tmp_path):
    manage(tmp_path, "migrate")
    worker = Program("worker", env=environment(tmp_path), log=tmp_path / "worker.log")
    try:
        wait_for(lambda: len(worker.pids()) == 5, 30, "a worker, two of its own, and two helpers")
        beat = "SELECT 1 FROM gallery_heartbeat"
        database = tmp_path / "data" / "fluxsite.sqlite3"
        wait_for(lambda: rows_of(database, beat), 30, "a sign of life")

        for pid in worker.pids():
            os.kill(pid, signal.SIGTERM)

        assert worker.main.wait(8) == 0
        assert not rows_of(database, beat)
    finally:
        worker.kill()
        print(worker.log.read_text())


def test_a_program_that_can_never_start_stops_the_site_with_a_reason(tmp_path, own_site):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'worker' in sys.orig_argv: os._exit(1)\n"
    )
    site = own_site(PYTHONPATH=str(tmp_path))

    code = site.up.main.wait(60)

    assert code == 1
    assert "Fluxsite stops: the worker ended 4 times" in site.said
    site.up.has_ended()
