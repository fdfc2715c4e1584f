"""Many wishes at once, and what the composer remembers, as a person does it."""

import gzip
import re

import pytest
from acting import LOOKS
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

WHILE = 40_000  # milliseconds


def prompt_of(page):
    return page.get_by_role("textbox", name="Prompt", exact=True)


def button_of(page):
    return page.get_by_role("button", name=re.compile("^Generate ·"))


def group_of(page, prompt):
    return page.get_by_role("article", name=prompt).first


def fill_blanks(page, prompt, **values):
    prompt_of(page).fill(prompt)
    for name, text in values.items():
        page.get_by_role("textbox", name=f"Values for {name}").fill(text)


def test_from_a_template_to_all_its_pictures(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A {thing} on {ground} at noon"
    fill_blanks(page, prompt, thing="kite, bell", ground="sand\nsnow")
    expect(page.locator("#preview li")).to_have_count(4)
    expect(page.locator("#preview li").first).to_have_text("A kite on sand at noon")
    expect(page.locator("#preview")).to_contain_text("4 jobs for")
    price = page.locator("#preview [data-price]").inner_text()
    expect(button_of(page)).to_contain_text(price)

    button_of(page).click()

    group = group_of(page, prompt)
    status = group.get_by_role("status")
    expect(status).to_contain_text(re.compile(r"^\s*(Queued|Running) +0 of 4 done"))
    expect(group.locator(".cell")).to_have_count(4)
    height = group.bounding_box()["height"]
    expect(status).to_contain_text(re.compile(r"^\s*Done +4 of 4 done"), timeout=WHILE)
    expect(group.get_by_role("img", name="A bell on snow at noon")).to_be_visible()
    assert abs(group.bounding_box()["height"] - height) < 40  # the bar of progress is gone
    page.reload()
    expect(page.get_by_role("article", name=prompt)).to_have_count(1)


def test_all_that_waits_is_cancelled_as_one(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A door, number {n}"
    fill_blanks(page, prompt, n="\n".join(map(str, range(40))))
    expect(page.locator("#preview")).to_contain_text("40 jobs")
    button_of(page).click()
    group = group_of(page, prompt)

    group.get_by_role("button", name="Cancel all waiting").click()

    expect(group.get_by_role("status")).to_contain_text(re.compile(r"\d+ cancelled"))
    expect(group.get_by_role("button", name="Cancel all waiting")).to_have_count(0)
    expect(group).to_contain_text("returned")
    # How many had left by then is the worker's luck: the first comes Done, or all of them waited.
    ended = re.compile(r"^\s*(Done|Cancelled)\s+(\d+) of 40 done · (\d+) cancelled")
    expect(group.get_by_role("status")).to_contain_text(ended, timeout=WHILE)
    done, cancelled = ended.match(group.get_by_role("status").inner_text()).groups()[1:]
    assert int(done) + int(cancelled) == 40


def test_a_batchs_own_page_follows_it_to_its_end(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A {colour} gate in fog"
    fill_blanks(page, prompt, colour="red, blue")
    button_of(page).click()
    group = group_of(page, prompt)
    key = group.get_attribute("id").removeprefix("batch-")

    page.goto(f"/batches/{key}/")

    status = group.get_by_role("status")
    expect(status).to_contain_text(re.compile(r"^\s*Done +2 of 2 done"), timeout=WHILE)
    expect(group).to_have_count(1)
    expect(group.get_by_role("img", name="A blue gate in fog")).to_be_visible()
    expect(page).to_have_title(re.compile("^Batch"))


@pytest.mark.long
def test_the_same_wish_goes_to_several_models_in_several_sizes(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "A quiet harbour for every model"
    prompt_of(page).fill(prompt)
    page.get_by_role("radio", name=re.compile("^Flux Dev")).check(force=True)
    page.get_by_text("More at once").click()
    page.get_by_role("checkbox", name="Flux Pro", exact=True).check()
    page.get_by_role("checkbox", name="16:9").check()
    expect(button_of(page)).to_contain_text("1.504 credits")
    expect(page.locator("#preview")).to_contain_text("2 models × 2 sizes: 4 jobs")

    button_of(page).click()

    group = group_of(page, prompt)
    expect(group.locator(".cell-label")).to_have_text(
        ["Flux Dev · 1:1", "Flux Pro · 1:1", "Flux Dev · 16:9", "Flux Pro · 16:9"]
    )
    expect(group.get_by_role("status")).to_contain_text("4 of 4 done", timeout=WHILE)
    group.get_by_role("link", name="Compare").click()
    expect(page).to_have_url(re.compile("/compare/"))


@pytest.mark.long
def test_a_template_with_too_many_prompts_is_refused_and_kept(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt = "{a|b|c|d|e} {a|b|c|d|e} {a|b|c|d|e} {a|b|c|d}"
    prompt_of(page).fill(prompt)
    expect(page.locator("#preview")).to_contain_text("This makes 500 jobs for")

    button_of(page).click()

    expect(page.get_by_role("alert").first).to_contain_text("This makes 500 jobs for")
    expect(prompt_of(page)).to_have_value(prompt)


@pytest.fixture(scope="module")
def asked(browser, site, admin_state):
    """A wish that was asked for a moment ago."""
    with browser.new_context(storage_state=admin_state, base_url=site.url) as context:
        page = context.new_page()
        page.goto("/")
        prompt_of(page).fill("A heron that stands for the history")
        button_of(page).click()
        expect(page.get_by_role("article", name="A heron")).to_have_count(1)
    return "A heron that stands for the history"


@pytest.mark.long
def test_a_prompt_of_the_past_is_found_and_used(visit, admin_state, asked):
    page = visit(admin_state)
    page.goto("/")
    page.get_by_role("link", name="History", exact=True).click()
    dialog = page.get_by_role("dialog", name="Prompt history")

    dialog.get_by_role("searchbox").fill("HISTORY heron")
    expect(dialog.locator("li")).to_have_count(1)
    dialog.get_by_role("link", name=asked).click()

    expect(dialog).to_be_hidden()
    expect(prompt_of(page)).to_have_value(asked)


@pytest.mark.long
def test_what_was_made_already_is_told_and_holds_nobody_up(visit, admin_state, asked):
    page = visit(admin_state)
    page.goto("/")
    prompt_of(page).fill(asked)
    note = page.get_by_role("status").filter(has_text="You made this already")
    expect(note.get_by_role("link", name="A heron")).to_be_visible()

    button_of(page).click()

    expect(page.get_by_role("article", name=asked)).to_have_count(2)
    expect(note).to_be_hidden()


@pytest.mark.long
def test_a_preset_is_kept_and_applied(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt_of(page).fill("A {thing} for the catalogue")
    page.get_by_role("textbox", name="Values for thing").fill("cup, jug")
    page.get_by_role("radio", name=re.compile("^3:2")).check(force=True)
    page.get_by_role("button", name="Save as preset").click()
    dialog = page.get_by_role("dialog", name="Presets")
    dialog.get_by_role("textbox", name="Name").fill("Catalogue")
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_url("**/?preset=*")

    page.goto("/")
    page.get_by_role("link", name="Presets", exact=True).click()
    page.get_by_role("dialog", name="Presets").get_by_role("link", name="Catalogue").first.click()

    expect(prompt_of(page)).to_have_value("A {thing} for the catalogue")
    expect(page.get_by_role("radio", name=re.compile("^3:2"))).to_be_checked()
    expect(page.get_by_role("textbox", name="Values for thing")).to_have_value("cup, jug")
    expect(page.locator("#preview")).to_contain_text("2 jobs")


def test_a_draft_is_there_again_and_is_forgotten_when_sent(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    fill_blanks(page, "A draft of {n}", n="one, two")
    page.get_by_role("radio", name=re.compile("^4:3")).check(force=True)
    again = page.context.new_page()
    page.close(run_before_unload=False)

    again.goto("/")

    expect(prompt_of(again)).to_have_value("A draft of {n}")
    expect(again.get_by_role("textbox", name="Values for n")).to_have_value("one, two")
    expect(again.get_by_role("radio", name=re.compile("^4:3"))).to_be_checked()
    button_of(again).click()
    expect(group_of(again, "A draft of {n}")).to_be_visible()
    again.goto("/")
    expect(prompt_of(again)).to_have_value("")


@pytest.mark.long
def test_signing_out_forgets_the_draft(visit, browser, site, admin_state):
    page = visit(admin_state)
    page.goto("/")
    prompt_of(page).fill("Nobody else reads this")
    page.evaluate("""() => new Promise((done) => {
        const look = () => Object.keys(localStorage).some((key) => key.startsWith("draft:"))
            ? done() : requestAnimationFrame(look)
        look()
    })""")

    # The form of the account menu, stopped at the door: the session serves other tests, too.
    page.evaluate("""() => {
        const form = document.querySelector('form[action="/accounts/logout/"]')
        document.addEventListener("submit", (event) => event.preventDefault())
        form.requestSubmit()
    }""")

    assert not page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('draft:'))")


@pytest.mark.long
def test_a_session_that_ended_keeps_the_whole_batch(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    fill_blanks(page, "A signed-out {thing}", thing="cat, dog")
    expect(page.locator("#preview")).to_contain_text("2 jobs")
    page.context.clear_cookies(name="fluxsite_session")

    button_of(page).click()

    expect(page.locator("#toasts")).to_contain_text("What you have typed is still here.")
    expect(prompt_of(page)).to_have_value("A signed-out {thing}")
    expect(page.get_by_role("textbox", name="Values for thing")).to_have_value("cat, dog")
    assert "cat, dog" in page.evaluate("JSON.stringify(Object.values(localStorage))")


def test_a_batch_by_keyboard_alone(visit, admin_state):
    page = visit(admin_state)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.insert_text("A {red|blue} gate by keyboard")
    expect(page.locator("#preview li")).to_have_count(2)

    page.keyboard.press("Control+Enter")

    group = group_of(page, "A {red|blue} gate by keyboard")
    expect(group.get_by_role("status")).to_contain_text("2 of 2 done", timeout=WHILE)


@pytest.mark.long
def test_a_batch_on_a_small_phone(visit, admin_state):
    page = visit(admin_state, size="small")
    page.goto("/")
    prompt_of(page).fill("A {small|tall} tree on a phone")
    page.get_by_text("More at once").tap()
    page.get_by_role("checkbox", name="16:9").tap()
    expect(page.locator("#preview")).to_contain_text("4 jobs")

    button_of(page).tap()

    group = group_of(page, "A {small|tall} tree on a phone")
    expect(group.locator(".cell")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    low = page.locator(".composer :is(button, summary, a, .also label):visible, .batch button")
    for box in [each.bounding_box() for each in low.all()]:
        assert box is None or box["height"] >= 43.5


@pytest.mark.long
def test_a_batch_without_scripts(visit, admin_state):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/")
    prompt = "A {thing} without scripts"
    prompt_of(page).fill(prompt)
    page.get_by_text("More at once").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("textbox", name="Values for thing").fill("fan, lamp")
    page.get_by_text("More at once").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("2 jobs for")

    page.get_by_role("button", name=re.compile("^Generate")).click()

    expect(page).to_have_url(re.compile("/#batch-"))
    expect(group_of(page, prompt).locator(".cell")).to_have_count(2)
    page.goto("/")
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_role("link", name=prompt)).to_be_visible()
    page.goto("/")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("textbox", name="Name").fill("Plain")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/\?preset="))


def test_the_studio_stays_light(visit, admin_state):
    page = visit(admin_state)
    bodies = {}

    def weigh(response):
        kind = response.request.resource_type
        if kind in ("document", "stylesheet", "script") and response.ok:
            bodies[response.url] = len(gzip.compress(response.body()))

    page.on("response", weigh)
    page.goto("/", wait_until="networkidle")

    assert sum(bodies.values()) < 80_000


@pytest.mark.parametrize(("size", "theme"), LOOKS[1:])
def test_axe_finds_nothing(visit, admin_state, asked, size, theme):
    page = visit(admin_state, size=size, theme=theme)
    page.goto("/")
    prompt_of(page).fill(f"A {{pale|dark}} {size} {theme} moon for {{whom}}")
    page.get_by_text("More at once").click()
    page.get_by_role("textbox", name="Values for whom").fill("you, me")
    expect(page.locator("#preview li")).to_have_count(4)
    assert_clean(page)
    button_of(page).click()
    expect(page.locator(".batch").first).to_be_visible()
    assert_clean(page)
    page.get_by_role("spinbutton", name="Count").fill("2")
    expect(page.locator(".earlier")).to_be_visible()
    assert_clean(page)
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_role("dialog", name="Prompt history")).to_be_visible()
    assert_clean(page)
    for address in ("/prompts/", "/presets/"):
        page.goto(address)
        assert_clean(page)


def assert_clean(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
