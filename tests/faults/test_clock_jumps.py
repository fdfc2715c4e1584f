"""The clock of the site's machine jumps by hours while jobs run."""

import os
import signal

import pytest
import truth
from clocks import Clock
from real_site import Site

pytestmark = pytest.mark.compiler
HOUR = 3600


@pytest.fixture
def clock(tmp_path, clock_library):
    return Clock(tmp_path, clock_library)


@pytest.fixture
def site(build, clock):
    site = build(**clock.settings)
    site.people("alice", "bob")
    return site


def test_jobs_that_run_are_seen_through_whichever_way_the_clock_jumps(site, clock):
    site.start_worker()
    for hours in (3, -2, 0):
        site.provider.hold()
        wishes = [site.wish(name, f"A lighthouse for {name}, {hours}") for name in ("alice", "bob")]
        for wish in wishes:
            site.comes_to(wish, "running")

        clock.set(hours * HOUR)
        site.desk.do("sweep")
        site.provider.release()

        site.all_end(seconds=15)
    _check_each_was_sent_once(site)


def test_the_next_conductor_need_not_wait_for_a_clock_that_was_wrong(site, clock):
    clock.set(5 * HOUR)
    site.start_worker()
    site.wish("alice", "Asked for by a clock that is wrong")
    site.all_end()
    site.provider.hold()
    wish = site.wish("alice", "Asked for while somebody conducts")
    site.comes_to(wish, "running")

    clock.set(0)
    site.programs[-1].kill()
    site.start_worker()
    site.provider.release()
    site.wish("bob", "Asked for by a clock that is right")

    site.all_end(seconds=15)
    _check_each_was_sent_once(site)


@pytest.mark.long
def test_what_became_of_a_wish_is_found_out_while_the_clock_jumps(site, clock):
    site.start_worker()
    site.wish("alice", "A known one")
    site.all_end()
    accepted = site.wish("alice", "A lighthouse fault:hang")
    absent = site.wish("bob", "A harbour fault:hang-before*1 fault:cut-before*1")
    os.kill(site.caller("/flux/images", 3), signal.SIGKILL)
    site.programs[-1].has_ended()

    clock.set(3 * HOUR)
    site.start_worker()
    site.until(lambda rows: [row["status"] for row in rows][1:] == ["unconfirmed"] * 2)
    for hours in (0, -4, 0):
        clock.set(hours * HOUR)
        site.desk.do("sweep")
    site.provider.unhang()

    site.all_end(seconds=90)
    truth.all_succeeded(site)
    assert site.row(accepted)["attempts"] == ["accepted"]
    assert site.row(absent)["attempts"] == ["absent", "accepted"]


def _check_each_was_sent_once(site: Site) -> None:
    for row in truth.all_succeeded(site):
        assert row["attempts"] == ["accepted"], row
        assert not row["is_possible_loss"], row
