"""A worker is killed while a wish is in each of its states, and another cluster takes over."""

import os
import signal

import truth
from real_site import Site

NEVER_ARRIVES = "fault:hang-before*1 fault:cut-before*1"
IS_NEVER_ANSWERED = "fault:hang"


def test_wishes_that_wait_in_line_go_out_afterwards(build):
    site = build(FLUX_MAX_IN_FLIGHT="1")
    site.people("alice")
    site.provider.hold()
    site.start_worker()
    site.wishes(["alice"], each=3)
    site.until(lambda rows: _statuses(rows) == ["running", "queued", "queued"])

    _kill(site, site.caller("/flux/tasks"))
    site.provider.release()

    site.all_end()
    truth.all_succeeded(site)
    assert site.provider.jobs.most_in_flight == 1


def test_wishes_on_their_way_out_are_looked_for_and_never_sent_blindly(site):
    site.people("alice")
    site.start_worker()
    site.wish("alice", "A known one")
    site.all_end()
    accepted = site.wish("alice", f"A lighthouse {IS_NEVER_ANSWERED}")
    absent = site.wish("alice", f"A harbour {NEVER_ARRIVES}")

    _kill(site, site.caller("/flux/images", 3))
    site.until(lambda rows: _statuses(rows) == ["succeeded", "unconfirmed", "unconfirmed"])
    truth.check(site)
    _kill_in_the_middle_of_the_search(site)
    site.all_succeed()

    site.provider.unhang()
    truth.all_succeeded(site)
    assert site.row(accepted)["attempts"] == ["accepted"]
    assert site.row(absent)["attempts"] == ["absent", "accepted"]


def test_a_wish_that_cannot_be_proved_absent_waits_with_its_credits_held(site):
    site.people("alice")
    site.start_worker()
    wish = site.wish("alice", f"A harbour {NEVER_ARRIVES}")

    _kill(site, site.caller("/flux/images"))
    site.comes_to(wish, "unconfirmed")
    for listings in (1, 2, 3):
        site.hurry()
        site.provider.wait_seen("/flux/tasks", listings)

    truth.check(site)
    assert site.row(wish)["status"] == "unconfirmed"
    assert len(site.provider.requests("/flux/images")) == 1


def test_wishes_that_were_running_are_seen_through(site):
    site.people("alice")
    site.start_worker()
    site.provider.hold()
    site.wishes(["alice"], each=3)
    site.until(lambda rows: _statuses(rows) == ["running"] * 3)

    _kill(site, site.caller("/flux/tasks"))
    site.provider.release()

    site.all_end()
    truth.all_succeeded(site)


def test_pictures_on_their_way_in_are_fetched_anew(site):
    site.people("alice")
    site.start_worker()
    site.wish("alice", "A lighthouse fault:picture-slow", count=2)
    job = site.provider.wait_accepted(timeout=20)[0]

    _kill(site, site.caller(f"/pictures/{job.task_id}.png"))
    job.faults.clear()
    site.provider.unhang()

    site.all_end()
    truth.all_succeeded(site)


def _kill(site: Site, pid: int) -> None:
    """Kill one process: its whole cluster ends with it, and a new one is started."""
    os.kill(pid, signal.SIGKILL)
    site.programs[-1].has_ended()
    site.start_worker()


def _kill_in_the_middle_of_the_search(site: Site) -> None:
    searches = len(site.provider.requests("/flux/tasks"))
    site.provider.next_query("hang")
    site.hurry()
    _kill(site, site.caller("/flux/tasks", searches + 1))


def _statuses(rows: list[dict[str, str]]) -> list[str]:
    return [row["status"] for row in rows]
