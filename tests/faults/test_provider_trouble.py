"""The provider is away, broken or busy for a while: everything ends all the same, sent once."""

import pytest
import truth
from processes import wait_for

ALICE_AND_BOB = ["alice", "bob"]


def test_a_provider_that_dies_and_comes_back_has_each_wish_once(build):
    site = build(FLUX_MAX_PER_SECOND="4")
    site.people(*ALICE_AND_BOB)
    site.provider.latency = 0.5
    site.start_worker()
    site.wishes(ALICE_AND_BOB, each=5)
    site.provider.wait_accepted(3, timeout=30)

    site.provider.stop()
    wait_for(lambda: site.desk.do("conductor")["pause"] == "down", 30, "the breaker")
    site.provider.start()

    site.all_succeed()
    truth.all_succeeded(site)


def test_hours_of_an_outage_give_up_nothing_that_may_have_been_accepted(site):
    """Its answer was lost, and from then on nobody could be asked about it."""
    site.people(*ALICE_AND_BOB)
    site.start_worker()
    wish = site.wish("alice", "A lighthouse fault:cut-after*1")
    site.comes_to(wish, "unconfirmed")

    site.provider.stop()
    site.desk.do("let_hours_pass", hours=5)
    site.desk.do("sweep")
    assert site.row(wish)["status"] == "unconfirmed"
    site.provider.start()

    site.all_succeed()
    truth.all_succeeded(site)


@pytest.mark.long
def test_errors_of_the_provider_cost_no_wish(site):
    site.people(*ALICE_AND_BOB)
    site.start_worker()
    site.wish("alice", "A known one")
    site.all_end()
    site.provider.next("500-before", "500-bare-before", "502-before", "500-after", "502-after")

    site.wishes(ALICE_AND_BOB, each=4)

    site.all_succeed()
    truth.all_succeeded(site)


def test_a_provider_that_is_too_busy_gets_each_wish_once(site):
    site.people(*ALICE_AND_BOB)
    site.provider.next("busy=1", "rate-limited", "bare-429", "busy=1")
    site.start_worker()

    site.wishes(ALICE_AND_BOB, each=5)

    site.all_succeed()
    truth.all_succeeded(site)
