"""The page follows the jobs by itself: those of other devices, after a sleep, without a jump."""

import re

import pytest
from acting import card_of, generate, status_of
from playwright.sync_api import expect

DONE = re.compile(r"^\s*Done")
AT_WORK = re.compile("^(Queued|Sending|Running)")
WHILE = 20_000  # milliseconds
OTHERS = 5_000  # until a page that was not asked shows what another did; it asks each 2.5 s

# Adds up what moved without the person's doing (https://web.dev/articles/cls, without windows).
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifts.push(entry.value);
  }
}).observe({type: 'layout-shift', buffered: false});"""

# Writes down the notices of the system, which a browser without a screen shows to nobody.
NOTICES = """window.notices = [];
window.Notification = class {
  static requestPermission() { return Promise.resolve('granted'); }
  constructor(title, options) { window.notices.push(options.body); }
};"""

# A page that is not looked at; a browser without a screen looks at each of its pages.
AWAY = """Object.defineProperty(document, 'hidden', {configurable: true, get: () => window.isAway});
Object.defineProperty(document, 'visibilityState', {configurable: true,
  get: () => window.isAway ? 'hidden' : 'visible'});"""


GO = """isAway => { window.isAway = isAway;
  document.dispatchEvent(new Event('visibilitychange')); }"""


def go(page, *, away: bool) -> None:
    page.evaluate(GO, away)


@pytest.mark.parametrize("size", ["desktop", "mobile"])
def test_nothing_moves_when_results_arrive(visit, admin_state, size):
    page = visit(admin_state, size=size)
    page.goto("/")
    below = f"What lies below on a {size} screen"
    generate(page, below)
    expect(status_of(page, below)).to_have_text(DONE, timeout=WHILE)
    page.reload()
    prompt = f"A long story of a small boat that sails to the edge of the map, {size}"
    page.get_by_role("spinbutton", name="Count").fill("2")
    page.evaluate(SHIFTS)

    generate(page, prompt)
    expect(status_of(page, prompt)).to_have_text(DONE, timeout=WHILE)
    expect(card_of(page, prompt).get_by_role("img", name=prompt)).to_have_count(2)

    assert sum(page.evaluate("window.shifts")) <= 0.02


@pytest.mark.long
def test_a_failure_keeps_the_place_of_the_pictures(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "Something that comes to nothing [fail]"
    generate(page, prompt)
    expect(status_of(page, prompt)).to_have_text(AT_WORK)
    height = card_of(page, prompt).bounding_box()["height"]

    expect(status_of(page, prompt)).to_have_text(re.compile(r"^\s*Failed"), timeout=WHILE)

    assert card_of(page, prompt).bounding_box()["height"] == pytest.approx(height, abs=1)


def test_what_another_device_begins_is_seen_on_an_idle_page(visit, admin_state):
    desk, phone = visit(admin_state), visit(admin_state, size="mobile")
    desk.goto("/")
    expect(desk.locator("#feed-status")).to_be_empty(timeout=60_000)  # nothing is open
    phone.goto("/")
    prompt = "Begun on the phone, watched at the desk"

    generate(phone, prompt)

    expect(card_of(desk, prompt)).to_be_visible(timeout=OTHERS)


def test_many_running_jobs_are_one_request_a_poll(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompts = [f"A picture among many, number {number} [slow]" for number in range(3)]
    for prompt in prompts:
        generate(page, prompt)
        expect(status_of(page, prompt)).to_have_text(re.compile("^Running"), timeout=WHILE)
    page.evaluate("window.until = performance.now() + 4000")
    asked, answered = [], []
    # Pictures of other jobs may arrive meanwhile.
    page.on("request", lambda each: each.resource_type != "image" and asked.append(each.url))
    page.on("response", lambda each: "/images/" in each.url or answered.append(each.url))

    page.wait_for_function("() => performance.now() > window.until", timeout=10_000)

    assert len(answered) >= 3
    assert len(asked) - len(answered) in (-1, 0, 1)  # one is on its way
    assert [url for url in asked if "/live/" not in url] == []


def test_the_title_counts_what_runs(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A picture that the tab counts"

    generate(page, prompt)

    expect(page).to_have_title(re.compile(r"^\(\d+\) Studio"))
    expect(status_of(page, prompt)).to_have_text(DONE, timeout=WHILE)
    expect(page).to_have_title(re.compile(r"^(\(\d+\) )?Studio"))


def test_a_page_that_was_away_shows_the_truth_at_once(visit, admin_state):
    page, other = visit(admin_state), visit(admin_state)
    page.add_init_script(AWAY)
    page.goto("/")
    go(page, away=True)
    other.goto("/")
    prompt = "Made while nobody looked"
    generate(other, prompt)
    expect(status_of(other, prompt)).to_have_text(DONE, timeout=WHILE)
    expect(card_of(page, prompt)).to_have_count(0)

    go(page, away=False)

    expect(status_of(page, prompt)).to_have_text(DONE, timeout=3000)


@pytest.mark.long
def test_a_question_that_a_sleep_has_cut_off_is_asked_anew(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A picture made during a nap"
    stalled = []
    page.route("**/live/**", lambda route: stalled.append(route), times=1)  # it is never answered
    generate(page, prompt)
    page.wait_for_function(
        "() => document.getElementById('poller').asked < performance.now() - 2100"
    )
    assert len(stalled) == 1

    with page.expect_response("**/live/**", timeout=1500):
        page.evaluate("window.dispatchEvent(new Event('online'))")  # as after waking

    expect(status_of(page, prompt)).to_have_text(DONE, timeout=WHILE)


@pytest.mark.long
def test_notices_come_to_those_who_asked_for_them(visit, admin_state):
    page = visit(admin_state)
    page.add_init_script(NOTICES + AWAY)
    page.goto("/")
    page.get_by_role("button", name="Notices").click()
    page.get_by_role("switch", name="Notice").check()
    page.get_by_role("switch", name="Sound").check()
    page.keyboard.press("Escape")
    prompt = "A picture worth a notice [missing picture]"  # it takes over 10 s
    generate(page, prompt)
    expect(card_of(page, prompt)).to_be_visible()

    go(page, away=True)

    page.wait_for_function(
        "told => window.notices.includes(told)", arg=f"Done: {prompt}", timeout=60_000
    )
    page.reload()
    assert page.get_by_role("switch", name="Notice", include_hidden=True).is_checked()


@pytest.mark.long
def test_a_browser_that_blocks_notices_says_so(visit, admin_state):
    page = visit(admin_state, permissions=[])
    page.add_init_script(NOTICES.replace("'granted'", "'denied'"))
    page.goto("/")
    page.get_by_role("button", name="Notices").click()

    page.get_by_role("switch", name="Notice").click()

    expect(page.get_by_text("This browser blocks notices")).to_be_visible()
    expect(page.get_by_role("switch", name="Notice")).not_to_be_checked()
