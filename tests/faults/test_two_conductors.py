"""Two clusters on one database: only one of them talks to the API at any moment."""

import threading

import truth
from processes import Program, wait_for
from real_site import Site

THREE = ["alice", "bob", "charlie"]


def test_two_clusters_share_the_work_and_one_outlives_the_other(build):
    site = build(FLUX_MAX_IN_FLIGHT="4")
    site.people(*THREE)
    site.provider.latency = 0.3
    site.start_worker()
    site.start_worker()
    site.wishes(THREE, each=5)
    site.desk.do("send", task="gallery.tasks.conduct", times=4)
    site.until(lambda rows: sum(row["status"] == "succeeded" for row in rows) >= 4)

    dead = site.conducting()
    dead.kill()
    site.desk.do("let_claims_end", pid=dead.main.pid)

    site.all_succeed()
    truth.all_succeeded(site)
    assert site.provider.jobs.most_in_flight <= 4


def test_a_conductor_that_has_slept_through_its_lease_sends_nothing(site):
    may_keep = _hold_uploads(site.provider)
    site.people("alice")
    site.start_worker()
    site.start_worker()
    sent = site.wish("alice", "A lighthouse fault:hang")
    edit = site.wish("alice", "The same, but at night", is_edit=True)
    site.provider.wait_accepted(timeout=30)
    site.provider.wait_seen("/files/upload", timeout=30)  # it was picked, and is not sent yet
    sleeper = site.conducting()

    _fall_asleep_between_two_writes(site, sleeper)
    wait_for(lambda: not site.desk.do("conductor")["holder"], 30, "the end of the lease")
    # The first one may go to the sleeper, who has asked for it and will find it late.
    site.desk.do("send", task="gallery.tasks.sweep", times=2)
    site.comes_to(edit, "unconfirmed")
    may_keep.set()
    site.provider.unhang()
    sleeper.go_on()
    site.until(lambda rows: rows[1]["status"] != "unconfirmed")

    site.all_succeed()
    truth.all_succeeded(site)
    assert site.row(sent)["attempts"] == ["accepted"]
    assert site.row(edit)["attempts"] == ["put_back", "accepted"]


def _fall_asleep_between_two_writes(site: Site, program: Program) -> None:
    """Whoever sleeps in the middle of one keeps all others waiting, until somebody kills it."""

    def is_asleep() -> bool:
        program.stop()
        if not (is_quiet := site.desk.do("is_nobody_writing")):
            program.go_on()
        return is_quiet

    wait_for(is_asleep, 20, "a moment between two writes")


def _hold_uploads(provider) -> threading.Event:
    """Let no upload come to its end before the event."""
    keep, may_keep = provider.keep, threading.Event()

    def keep_later(*args):
        may_keep.wait(120)
        return keep(*args)

    provider.keep = keep_later
    return may_keep
