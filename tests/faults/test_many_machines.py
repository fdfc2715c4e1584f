"""Two machines behind nginx that share a database, Redis and a store: one site, and it outlives
half of itself."""

import hashlib
import itertools
import re

import pytest
import truth
from many_machines import Machine, Visitor, poll_in, token_in, wait_until_open
from processes import wait_for
from real_site import FINAL, TOKEN

from tests.conftest import PASSWORD

pytestmark = [
    pytest.mark.nginx,
    pytest.mark.parametrize("backends", ["postgresql"], indirect=True),
    pytest.mark.postgresql,
    pytest.mark.redis,
]
PATIENT = ("--patience=45", "--stop-patience=75")  # as its unit has it
PROMPT = "A lighthouse that no log may speak of"
# Lines that a process writes of itself belong to no request and to no task.
OF_ITSELF = {"fluxsite.supervision.cluster", "fluxsite.supervision.troubles", "_granian"}


def test_two_machines_are_one_site_and_it_outlives_half_of_itself(house):
    front, one, two = house
    one.people("alice", password=PASSWORD)
    for each in (one, two):
        each.open()
    wait_until_open([one, two])
    visitor = Visitor(front)

    _guesses_are_counted_together(one, two)
    answer = visitor.sign_in("alice@example.org", PASSWORD)
    assert answer.status_code == 302, answer.text[:2000]
    assert "Secure" in answer.headers["Set-Cookie"]
    _pages_are_the_same(visitor, one, two)
    _is_followed_from_either(visitor, one, two)

    one.provider.latency = 1.5
    keys = [visitor.wish(f"{PROMPT} no. {number}") for number in range(6)]
    one.provider.wait_accepted(2, timeout=60)
    dead, left = _who_conducts_first(one, two)
    dead.worker.kill()
    dead.web.kill()
    left.desk.do("let_claims_end", pid=dead.worker.main.pid)
    keys.append(visitor.wish(f"{PROMPT}, after the fall"))

    left.all_succeed(180)
    assert [left.row(key)["status"] for key in keys] == ["succeeded"] * len(keys)
    _pictures_are_handed_out(visitor, left)
    truth.all_succeeded(left)
    cookies = visitor.cookies
    assert left.ask("/", cookies).status_code == 200
    visitor.send("/accounts/logout/", form="/settings/")
    assert left.ask("/", cookies).status_code == 302
    _nothing_private_is_logged([one, two], private=[TOKEN, PROMPT, PASSWORD, cookies])
    visitor.close()


def test_a_machine_after_the_other_is_renewed_and_nothing_is_touched_twice(house):
    """A deploy: each worker is asked to stop in the middle of work, and a new one takes over."""
    _, one, two = house
    one.people("alice")
    one.provider.latency = 0.3
    for each in (one, two):
        each.worker = each.start("worker", *PATIENT)
    one.wishes(["alice"], each=8)
    one.until(lambda rows: any(row["status"] in ("running", "storing", *FINAL) for row in rows), 60)

    for each in (one, two):
        assert each.worker.end(90) == 0
        each.worker = each.start("worker", *PATIENT)

    one.all_succeed(180)
    rows = truth.all_succeeded(one)
    assert [row["attempts"] for row in rows] == [["accepted"]] * len(rows)
    assert {result["tries"] for row in rows for result in row["results"]} == {1}


def _who_conducts_first(one: Machine, two: Machine) -> tuple[Machine, Machine]:
    holder = wait_for(lambda: one.desk.do("conductor")["holder"], 60, "somebody who conducts")
    return (one, two) if holder.endswith(f":{one.worker.main.pid}") else (two, one)


def _guesses_are_counted_together(one: Machine, two: Machine) -> None:
    """Whichever machine is asked: it is one limit."""
    for machine, number in zip(itertools.cycle([one, two]), range(7), strict=False):
        page = machine.ask("/accounts/login/")
        cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        fields = {"login": "nobody@example.org", "password": f"guess {number}"}
        fields["csrfmiddlewaretoken"] = token_in(page.text)
        answer = machine.ask("/accounts/login/", cookies, method="POST", data=fields)
        assert ("Too many attempts" in answer.text) == (number >= 5), (number, answer.text[:3000])


def _pages_are_the_same(visitor: Visitor, *machines: Machine) -> None:
    """A session of one is a session of the other, and both name the same files alike."""
    pages = [machine.ask("/", visitor.cookies) for machine in machines]
    assert [page.status_code for page in pages] == [200, 200]
    names = [sorted(set(re.findall(r'"(/static/[^"#]+)', page.text))) for page in pages]
    assert names[0] and names[0] == names[1]
    for name in names[0]:
        first, second = (machine.ask(name) for machine in machines)
        assert first.status_code == 200 and first.content == second.content, name
    by = {visitor.http.get("/healthz").headers["X-Answered-By"] for _ in range(6)}
    assert by == {f"127.0.0.1:{machine.port}" for machine in machines}


def _is_followed_from_either(visitor: Visitor, one: Machine, two: Machine) -> None:
    """The page's poll goes on where the other machine has left off."""
    address = poll_in(visitor.get("/"))
    key = visitor.wish(f"{PROMPT}, followed")
    seen, turns = [], itertools.cycle([one, two])

    def look() -> bool:
        nonlocal address
        answer = next(turns).ask(address, visitor.cookies)
        assert answer.status_code in (200, 204), answer.text
        if answer.status_code == 200:
            address = poll_in(answer.text)
            seen.append(answer.text)
        return any(f"job-{key}" in text and "Done" in text for text in seen)

    wait_for(look, 90, lambda: f"a card that is done, in {seen}")


def _pictures_are_handed_out(visitor: Visitor, site: Machine) -> None:
    """By nginx and what is left behind it, byte for byte."""
    digests = {image["sha256"] for row in site.rows() for image in row["images"]}
    page = visitor.get("/library/")
    keys = set(re.findall(r"/images/([0-9a-f-]{36})/", page))
    assert len(keys) == len(digests)
    originals = [visitor.http.get(f"/images/{key}/original/") for key in keys]
    assert {hashlib.sha256(each.content).hexdigest() for each in originals} == digests


def _nothing_private_is_logged(machines: list[Machine], private: list[str]) -> None:
    """And each line names what it belongs to."""
    for machine in machines:
        for program in (machine.web, machine.worker):
            for line in machine.lines(program):
                text = str(line)
                assert not [each for each in private if each in text], line
                belongs = {"request", "task", "generation"} & line.keys()
                assert belongs or line["logger"] in OF_ITSELF, line
    moves = [line for each in machines for line in each.lines(each.worker) if "generation" in line]
    assert moves and all("task" in line for line in moves)
