"""The database or the queue ends, as in a crash or an upgrade of its own, and comes back."""

import signal
from collections.abc import Iterator

import pytest
import truth
from processes import Program, wait_for
from provider import Provider
from real_site import Site
from storm_places import Postgres, Redis

HANDS = 2  # of the three processes of a worker one conducts

pytestmark = [pytest.mark.postgresql, pytest.mark.redis]


@pytest.fixture
def site(postgres: Postgres, redis: Redis, provider: Provider, tmp_path) -> Iterator[Site]:
    url = postgres.make("restarted", template="migrated")
    site = Site(tmp_path, provider, DATABASE_URL=url, REDIS_URL=redis.url)
    yield site
    postgres.start()
    redis.start()
    site.close()
    redis.flush()
    postgres.drop("restarted")


def test_no_worker_keeps_a_claim_of_a_picture_that_it_could_not_write_down(site, postgres):
    """All of them have one at that moment, so nothing would be stored before their claims end."""
    site.people("alice")
    worker = site.start_worker()
    _have_all_fetch(site)

    postgres.stop(signal.SIGQUIT)
    _let_all_be_fetched(site)
    _says(worker, "storing.database_away", HANDS)
    postgres.start()

    site.all_end(seconds=60)
    truth.all_succeeded(site)


def test_a_database_that_is_read_only_for_a_while_loses_no_answer_and_keeps_no_claim(
    site, postgres
):
    site.people("alice")
    worker = site.start_worker()
    _have_all_fetch(site)
    slow = site.wish("alice", "Slow to be answered fault:hang")
    site.provider.wait_accepted(2 * HANDS + 1, timeout=30)

    postgres.be_read_only()
    try:
        _let_all_be_fetched(site)
        _says(worker, "storing.database_away", HANDS)
        _says(worker, "conductor.database_busy error=cannot execute")
    finally:
        postgres.be_read_only(False)

    site.all_end(seconds=60)
    truth.all_succeeded(site)
    assert site.row(slow)["attempts"] == ["accepted"]
    assert "Traceback" not in worker.log.read_text()


def test_a_queue_that_was_away_for_a_moment_holds_no_picture_up(site, redis):
    """A hint that it did not take would count as given for half a minute."""
    site.provider.hold()
    site.people("alice")
    worker = site.start_worker()
    for number in range(HANDS):
        site.wish("alice", f"Lighthouse no. {number}")
    site.provider.wait_accepted(HANDS, timeout=30)

    redis.stop()
    site.provider.release()
    _says(worker, "Hints can't be sent")
    _says(worker, "Tasks can't be fetched")
    redis.start()

    site.all_end(seconds=20)
    truth.all_succeeded(site)


def _have_all_fetch(site: Site) -> None:
    for number in range(2 * HANDS):
        site.wish("alice", f"Lighthouse no. {number} fault:picture-slow")
    site.provider.wait(lambda: _asked_for_pictures(site) >= HANDS, 30, "workers that fetch")


def _let_all_be_fetched(site: Site) -> None:
    for job in list(site.provider.accepted):
        job.faults.pop("picture-slow", None)
    site.provider.unhang()


def _says(worker: Program, words: str, times: int = 1) -> None:
    wait_for(lambda: worker.log.read_text().count(words) >= times, 30, words)


def _asked_for_pictures(site: Site) -> int:
    return sum(seen.path.startswith("/pictures/") for seen in list(site.provider.seen))
