"""The database ends, as in a crash or an upgrade of its own, and comes back."""

import signal
from collections.abc import Iterator

import pytest
import truth
from processes import wait_for
from provider import Provider
from real_site import Site
from storm_places import Postgres

HANDS = 2  # of the three processes of a worker one conducts

pytestmark = [pytest.mark.postgresql, pytest.mark.redis]


@pytest.fixture
def site(postgres: Postgres, redis_url: str, provider: Provider, tmp_path) -> Iterator[Site]:
    url = postgres.make("restarted", template="migrated")
    site = Site(tmp_path, provider, DATABASE_URL=url, REDIS_URL=redis_url)
    yield site
    site.close()
    postgres.drop("restarted")


def test_no_worker_keeps_a_claim_of_a_picture_that_it_could_not_write_down(site, postgres):
    """All of them have one at that moment, so nothing would be stored before their claims end."""
    site.people("alice")
    worker = site.start_worker()
    for number in range(2 * HANDS):
        site.wish("alice", f"Lighthouse no. {number} fault:picture-slow")
    site.provider.wait(lambda: _asked_for_pictures(site) >= HANDS, 30, "workers that fetch")

    postgres.stop(signal.SIGQUIT)
    for job in list(site.provider.accepted):
        job.faults.pop("picture-slow", None)
    site.provider.unhang()
    wait_for(lambda: worker.log.read_text().count("result.broke") >= HANDS, 30, "their failure")
    postgres.start()

    site.all_end(seconds=60)
    truth.all_succeeded(site)


def _asked_for_pictures(site: Site) -> int:
    return sum(seen.path.startswith("/pictures/") for seen in list(site.provider.seen))
