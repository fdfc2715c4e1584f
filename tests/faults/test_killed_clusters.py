"""A whole cluster is killed at once, in the middle of much work."""

import truth

ALICE_AND_BOB = ["alice", "bob"]


def test_a_batch_outlives_two_whole_clusters(site):
    site.people(*ALICE_AND_BOB)
    site.provider.latency = 0.5
    site.start_worker()
    site.wishes(ALICE_AND_BOB, each=10)

    site.provider.wait_accepted(5, timeout=30)
    site.programs[-1].kill()
    site.start_worker()
    site.until(lambda rows: not site.hurry() and sum(bool(row["images"]) for row in rows) >= 3)
    site.programs[-1].kill()
    site.start_worker()

    site.all_succeed()
    truth.all_succeeded(site)
