"""The pictures are in a store that speaks S3: workers die at work with it, and it goes away."""

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest
import truth
from processes import wait_for
from store import Bucket, Store

ALICE_AND_BOB = ["alice", "bob"]


@pytest.fixture
def bucket(store: Store) -> Iterator[Bucket]:
    """The only place for files here."""
    with contextlib.closing(store.bucket()) as bucket:
        yield bucket


@pytest.fixture
def site(build):
    site = build()
    site.people(*ALICE_AND_BOB)
    return site


def test_a_batch_outlives_a_whole_cluster_and_a_store_that_goes_away(site, bucket):
    site.provider.latency = 0.5
    site.start_worker()
    site.wishes(ALICE_AND_BOB, each=6)
    site.provider.wait_accepted(4, timeout=30)
    site.until(lambda rows: any(row["images"] for row in rows))

    bucket.door.shut("away")
    wait_for(lambda: site.desk.do("conductor")["pause"] == "storage", 60, "the pause")
    site.programs[-1].kill()
    site.start_worker()
    bucket.door.open()

    site.all_succeed()
    truth.all_succeeded(site)


@pytest.mark.long
@pytest.mark.parametrize("mood", ["away", "busy", "cut"])
def test_a_store_in_trouble_costs_no_picture(site, bucket, mood):
    site.start_worker()
    site.provider.hold()
    site.wishes(ALICE_AND_BOB, each=3)
    site.until(lambda rows: all(row["status"] == "running" for row in rows))

    bucket.door.shut(mood)
    site.provider.release()
    wait_for(lambda: site.desk.do("conductor")["pause"] == "storage", 60, "the pause")
    waits = site.wish("alice", "Asked for while nothing can be kept")
    site.until(lambda rows: not site.hurry() and _tries(rows) > 8)
    assert site.row(waits)["status"] == "queued"
    bucket.door.open()

    site.all_succeed()
    truth.all_succeeded(site)


@pytest.mark.long
def test_a_picture_on_its_way_into_the_store_is_brought_anew(site, bucket):
    site.start_worker()
    site.wish("alice", "A lighthouse fault:picture-slow", count=2)
    job = site.provider.wait_accepted(timeout=20)[0]

    os.kill(site.caller(f"/pictures/{job.task_id}.png"), signal.SIGKILL)
    site.programs[-1].has_ended()
    site.start_worker()
    job.faults.clear()
    site.provider.unhang()

    site.all_succeed()
    truth.all_succeeded(site)


def _tries(rows: list[dict]) -> int:
    return sum(result["tries"] for row in rows for result in row["results"])
