"""A worker hangs with everything that it holds: the lease, jobs that run, and tasks."""

import truth
from processes import free_port, wait_for


def test_jobs_of_a_worker_that_hangs_are_seen_through_by_the_next_one(build):
    site = build(PORT=str(free_port()))
    site.people("alice", "bob")
    up = site.start_up()
    site.provider.hold()
    site.wishes(["alice", "bob"], each=3)
    site.until(lambda rows: all(row["status"] == "running" for row in rows), seconds=60)
    hung = up.pids("worker")

    up.stop("worker")
    site.wish("bob", "Asked for while nobody hears")
    site.provider.release()

    wait_for(lambda: not set(hung) & set(up.pids()), 60, "the end of the one that hangs")
    site.all_end()
    truth.all_succeeded(site)
    assert up.end() == 0
