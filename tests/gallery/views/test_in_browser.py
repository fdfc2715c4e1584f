"""The pages and their scripts in Chromium; no worker runs, so that each step is the test's own."""

import re
import uuid
import zipfile
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.storage import default_storage
from django.utils import timezone
from playwright.sync_api import expect

from gallery import generations
from gallery.engine import moving, states
from gallery.models import Generation, Image

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"desktop": (1440, 900), "mobile": (390, 844)}
EXPECTED = re.compile(r"status of (403|404|422|500)|ERR_INTERNET_DISCONNECTED|ERR_FAILED|^htmx:")


@pytest.fixture
def visit(browser, live_server, client_of):
    """`visit(alice)`: a page of somebody who is signed in; it must not complain."""
    contexts, complaints = [], []

    def open_page(person, *, size="desktop", theme="light", **options):
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        cookie = client_of(person).cookies["fluxsite_session"].value
        context.add_cookies([{"name": "fluxsite_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complain(said.type, said.text))
        page.on("pageerror", lambda error: complain("error", str(error)))
        page.goto("/")
        return page

    def complain(kind, text):
        if kind in ("error", "warning") and not EXPECTED.search(text):
            complaints.append(text)

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def prompt_of(page):
    return page.get_by_role("textbox", name="Prompt")


def button_of(page):
    return page.get_by_role("button", name=re.compile("^Generate"))


def size_of(page, name):
    return page.get_by_role("radiogroup", name="Size").get_by_role("radio", name=name)


def model_of(page, name):
    return page.get_by_role("radiogroup", name="Model").get_by_role("radio", name=name)


def test_a_wish_shows_its_card_without_a_reload_and_keeps_the_prompt(alice, visit):
    page = visit(alice)
    page.evaluate("window.neverReloaded = true")
    token = page.locator("#form-token").input_value()

    prompt_of(page).fill("A red fox in the snow")
    prompt_of(page).press("Control+Enter")

    card = page.get_by_role("article", name="A red fox in the snow")
    expect(card.get_by_role("status")).to_contain_text(re.compile(r"^\s*Queued"))
    expect(page.locator("#feed-status")).to_have_text("1 queued")
    expect(page).to_have_title("(1) Studio · Fluxsite")
    expect(prompt_of(page)).to_have_value("A red fox in the snow")
    assert page.locator("#form-token").input_value() != token
    assert page.evaluate("window.neverReloaded")


def test_the_same_prompt_twice_is_two_jobs(alice, visit):
    page = visit(alice)
    prompt_of(page).fill("Twice")

    button_of(page).click()
    expect(page.get_by_role("article", name="Twice")).to_have_count(1)
    button_of(page).click()
    expect(page.get_by_role("article", name="Twice")).to_have_count(2)

    assert Generation.objects.count() == 2


def test_what_is_wrong_is_told_in_place_and_goes_when_it_is_mended(alice, visit):
    page = visit(alice)
    prompt_of(page).fill("x" * 20_000)

    button_of(page).click()

    expect(page.get_by_role("alert")).to_contain_text("20,000 characters, 16,000 too many")
    expect(prompt_of(page)).to_have_value("x" * 20_000)
    expect(prompt_of(page)).to_have_attribute("aria-invalid", "true")
    prompt_of(page).fill("Shorter")
    expect(page.get_by_role("alert")).to_have_text("")
    button_of(page).click()
    expect(page.get_by_role("article", name="Shorter")).to_be_visible()


def test_the_total_follows_model_and_count(alice, visit):
    page = visit(alice)

    model_of(page, "flux-pro-1.1-ultra").check()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="More").click()

    expect(page.get_by_role("spinbutton", name="Count")).to_have_value("3")
    expect(button_of(page)).to_contain_text("1.947 credits")
    expect(
        page.get_by_text("Large pictures, up to 4 megapixels. About 25 s, 0.649 credits")
    ).to_be_visible()


def test_only_the_sizes_that_the_model_takes_can_be_chosen(alice, visit):
    page = visit(alice)
    size_of(page, "1024 × 1792").check()

    model_of(page, "flux-kontext-pro").check()

    expect(size_of(page, "9:16")).to_be_checked()
    expect(size_of(page, "1024 × 1792")).to_be_hidden()
    model_of(page, "flux-pro-1.1,").check()
    expect(size_of(page, "1440 × 960")).to_be_visible()
    size_of(page, "Custom").check()
    expect(page.get_by_role("spinbutton", name="Width")).to_be_visible()


def test_a_card_follows_its_job_to_the_end(alice, visit, make_generation, make_image):
    job = make_generation(alice, prompt="A slow river", status="running")
    page = visit(alice)
    card = page.get_by_role("article", name="A slow river")
    expect(card.get_by_role("status")).to_contain_text("Running")

    make_image(alice, generation=job, prompt="A slow river")
    moving.make(states.DELIVER, job)
    Generation.objects.filter(pk=job.pk).update(
        status="succeeded", cost="0.216", finished_at=timezone.now()
    )
    moving.mark_changed(job)

    expect(card.get_by_role("status")).to_have_text(re.compile(r"^\s*Done"))
    expect(card.get_by_role("img", name="A slow river")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Done: A slow river")
    expect(page).to_have_title("Studio · Fluxsite")


def test_a_job_of_another_tab_appears_in_its_place(alice, visit, make_generation):
    make_generation(alice, prompt="First", status="running")
    page = visit(alice)

    make_generation(alice, prompt="Third")
    expect(page.get_by_role("article")).to_have_count(2)
    before = Generation.objects.get(prompt="Third").created_at - timezone.timedelta(microseconds=5)
    make_generation(alice, prompt="Second", created_at=before)

    expect(page.get_by_role("article")).to_have_count(3)
    prompts = page.locator(".job .prompt").all_inner_texts()
    assert prompts == ["Third", "Second", "First"]


def test_tabs_tell_each_other_when_something_begins(alice, visit):
    page = visit(alice)
    other = page.context.new_page()
    other.goto("/")

    prompt_of(page).fill("From one tab to the other")
    button_of(page).click()

    expect(other.get_by_role("article", name="From one tab to the other")).to_be_visible()


def test_a_hidden_job_goes_at_once(alice, visit, make_generation):
    make_generation(alice, prompt="Away with it", status="running")
    page = visit(alice)

    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_text("It was sent and can’t be called back")).to_be_visible()
    page.get_by_role("button", name="Hide from this list").click()

    expect(page.get_by_role("article")).to_have_count(0)


def test_a_failed_job_offers_the_next_step(alice, visit, make_generation):
    make_generation(alice, prompt="Broken", status="failed", problem="provider_failed")
    page = visit(alice)

    page.get_by_role("button", name="Retry").click()

    expect(page.get_by_role("article", name="Broken")).to_have_count(2)
    page.get_by_role("link", name="Edit prompt").click()
    expect(prompt_of(page)).to_have_value("Broken")
    expect(prompt_of(page)).to_be_focused()


HIDDEN = """value => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value })
    document.dispatchEvent(new Event("visibilitychange"))
}"""


def test_a_page_that_nobody_looks_at_does_not_ask_until_it_is_seen(alice, visit, make_generation):
    job = make_generation(alice, prompt="Behind", status="running")
    page = visit(alice)
    with page.expect_response(re.compile("/live/")):
        pass
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.evaluate(HIDDEN, True)
    page.wait_for_timeout(2500)
    assert len(asked) <= 1  # the one that was under way
    moving.make(states.FAIL, job, problem="moderated")
    page.evaluate(HIDDEN, False)

    status = page.get_by_role("article", name="Behind").get_by_role("status")
    expect(status).to_contain_text("Failed", timeout=900)


def test_a_lost_connection_is_told_and_mends_itself(alice, visit, make_generation):
    job = make_generation(alice, prompt="Far away", status="running")
    page = visit(alice)

    page.context.set_offline(True)
    expect(page.locator("#offline")).to_have_text("No connection. Trying again.")
    moving.make(states.FAIL, job, problem="moderated")
    page.context.set_offline(False)

    status = page.get_by_role("article", name="Far away").get_by_role("status")
    expect(status).to_contain_text("Failed")
    expect(page.locator("#offline")).to_have_text("")


def test_a_submit_without_connection_keeps_the_text(alice, visit):
    page = visit(alice)
    prompt_of(page).fill("Not lost")

    page.context.set_offline(True)
    button_of(page).click()
    expect(page.locator("#toasts")).to_contain_text("There is no connection to the site.")
    page.context.set_offline(False)
    button_of(page).click()

    expect(page.get_by_role("article", name="Not lost")).to_have_count(1)


def test_who_was_signed_out_keeps_the_text_and_goes_on_after_signing_in(alice, visit):
    page = visit(alice)
    prompt_of(page).fill("Still here")
    session = [c for c in page.context.cookies() if c["name"] == "fluxsite_session"]
    page.context.clear_cookies(name="fluxsite_session")

    button_of(page).click()
    expect(page.locator("#toasts")).to_contain_text("You are signed out.")
    with page.context.expect_page() as tab:
        page.get_by_role("link", name="Sign in").click()
    expect(tab.value.get_by_role("heading", name="Sign in")).to_be_visible()
    page.context.add_cookies(session)
    button_of(page).click()

    expect(page.get_by_role("article", name="Still here")).to_be_visible()


def test_single_keys_work_outside_fields_and_can_be_turned_off(alice, visit):
    page = visit(alice)

    page.keyboard.press("/")
    expect(prompt_of(page)).to_be_focused()
    page.keyboard.type("2?")
    expect(prompt_of(page)).to_have_value("2?")
    prompt_of(page).blur()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    dialog.get_by_role("checkbox", name="Single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page).to_have_url(re.compile("/$"))
    page.keyboard.press("Shift+?")
    expect(dialog).to_be_hidden()


def test_pictures_follow_each_other_by_arrow_keys(alice, visit, make_image):
    make_image(alice, prompt="Older")
    newer = make_image(alice, prompt="Newer")
    page = visit(alice)

    page.goto(f"/images/{newer.pk}/")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Older", level=1)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Newer", level=1)).to_be_visible()


# Adds up what moved without the person's doing; that a page is scrolled is no shift.
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifts.push(entry.value);
  }
}).observe({type: 'layout-shift', buffered: false});"""
# 2,500 pixels a second, until there are so many; it waits for what has been asked for.
SCROLL = """async number => {
  let last = performance.now()
  while (document.querySelectorAll("#grid .tile").length < number) {
    const now = await new Promise(requestAnimationFrame)
    if (!document.querySelector(".htmx-request")) scrollBy(0, Math.min(now - last, 50) * 2.5)
    last = now
  }
}"""
IN_ROW = 10  # at most: the last one is filled by what follows, before it is seen
PLACES = """keys => keys.map(key => {
  const place = document.querySelector(`[data-picture="${key}"]`).getBoundingClientRect();
  return [place.left, place.top + scrollY, place.width, place.height].map(Math.round);
})"""


@pytest.mark.parametrize("size", SIZES)
def test_the_library_goes_on_by_itself_and_nothing_jumps(alice, visit, make_image, size):
    first = make_image(alice)
    Image.objects.bulk_create(_like(first, number) for number in range(1, 200))
    page = visit(alice, size=size)
    page.goto("/library/")
    tiles = page.locator("#grid .tile")
    expect(tiles).to_have_count(60)
    page.evaluate(SHIFTS)

    for number in (120, 180, 200):
        keys = tiles.evaluate_all("all => all.map(tile => tile.dataset.picture)")[:-IN_ROW]
        places = page.evaluate(PLACES, keys)
        page.evaluate(SCROLL, number)
        assert page.evaluate(PLACES, keys) == places

    expect(tiles).to_have_count(200)
    assert len(set(tiles.evaluate_all("all => all.map(tile => tile.dataset.picture)"))) == 200
    assert page.evaluate("window.shifts") == []  # not one


def _like(image, number):
    """Another one with its files, of another shape, some of them made a day before."""
    width, height = [(1024, 1024), (1344, 768), (768, 1344), (1440, 640)][number % 4]
    fields = {field.attname: getattr(image, field.attname) for field in Image._meta.fields}
    made = image.created_at - timedelta(days=number // 70, minutes=number)
    own = {"id": uuid.uuid4(), "width": width, "height": height, "created_at": made}
    return Image(**fields | own)


def test_a_picture_whose_file_is_missing_says_so(alice, visit, make_image):
    image, other = make_image(alice), make_image(alice)
    for name in image.renditions.values():
        default_storage.delete(name)
    page = visit(alice)
    page.goto("/library/")

    gone = page.locator(f'.tile[data-picture="{image.pk}"]')
    expect(gone).to_contain_text("The file can’t be loaded")
    expect(page.locator(f'.tile[data-picture="{other.pk}"] .missing')).to_have_count(0)
    gone.click()
    expect(page.get_by_role("dialog")).to_contain_text("The file can’t be loaded")


def test_everything_works_without_a_script(alice, visit, make_generation):
    for number in range(21):
        make_generation(alice, prompt=f"Job {number}", status="succeeded")
    page = visit(alice, java_script_enabled=False)

    prompt_of(page).fill("Plain")
    model_of(page, "flux-pro-1.1,").check()
    size_of(page, "Custom").check()
    page.get_by_role("spinbutton", name="Width").fill("1300")
    button_of(page).click()
    expect(page.get_by_role("alert")).to_contain_text("The nearest are 1280 and 1312.")
    expect(prompt_of(page)).to_have_value("Plain")
    page.get_by_role("spinbutton", name="Width").fill("1312")
    button_of(page).click()
    card = page.get_by_role("article", name="Plain")
    expect(card.get_by_role("status")).to_contain_text("Queued")
    page.get_by_role("button", name="Cancel").click()
    expect(card.get_by_role("status")).to_contain_text("Cancelled")
    page.get_by_role("link", name="Older jobs").click()
    expect(page.get_by_role("article")).to_have_count(2)
    page.get_by_role("link", name="Newest jobs").click()
    page.get_by_role("link", name="Use again").first.click()
    expect(prompt_of(page)).to_have_value("Job 20")


def test_the_library_works_without_a_script(alice, visit, make_image, monkeypatch):
    monkeypatch.setattr("gallery.shelves.PAGE", 3)
    fox, moor = make_image(alice, prompt="A red fox"), make_image(alice, prompt="A moor")
    for number in range(3):
        make_image(alice, prompt=f"Paper crane {number}", generation=fox.generation)
    page = visit(alice, java_script_enabled=False)
    tiles = page.locator("#grid .tile")
    said = page.locator(".toast")

    page.goto("/library/")  # to the next page and back
    expect(tiles).to_have_count(3)
    page.get_by_role("link", name="Older pictures").click()
    expect(tiles).to_have_count(2)
    page.get_by_role("link", name="Back to the newest").click()
    page.get_by_role("searchbox", name="Search").fill("crane -2")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(tiles).to_have_count(2)
    page.get_by_role("link", name="Clear").click()
    page.get_by_role("button", name="Shape").click()
    page.get_by_role("checkbox", name="Portrait").check()
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing matches these filters")).to_be_visible()

    page.goto("/library/?q=fox")
    tiles.first.hover()
    page.get_by_role("button", name="Favourite: A red fox").click()
    page.goto("/library/favourites/")
    expect(tiles).to_have_count(1)

    page.goto("/library/?q=crane")
    for box in tiles.get_by_role("checkbox").all():
        box.check(force=True)
    bar = page.locator("#bulk")
    bar.get_by_role("button", name="Add to gallery").click()
    page.get_by_role("textbox", name="New gallery").fill("Birds")
    page.get_by_role("button", name="Add pictures").click()
    expect(said).to_contain_text("3 pictures in Birds.")
    page.goto("/library/?q=crane")
    for box in tiles.get_by_role("checkbox").all()[:2]:
        box.check(force=True)
    bar.get_by_role("button", name="Download").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".png")]) == 2

    page.goto("/library/?q=moor")
    tiles.get_by_role("checkbox").check(force=True)
    bar.get_by_role("button", name="Delete").click()
    expect(said).to_contain_text("moved to the trash")
    page.goto("/library/trash/")
    tiles.first.hover()
    page.get_by_role("button", name="Restore: A moor").click()
    moor.refresh_from_db()
    assert moor.trashed_at is None
    page.goto("/library/?q=moor")
    expect(tiles).to_have_count(1)


def _every_kind_of_card(owner, make_generation, make_image):
    for status in ("queued", "submitting", "unconfirmed", "running", "storing", "cancelled"):
        make_generation(owner, status=status, submitted_at=timezone.now())
    make_generation(owner, status="failed", problem="moderated", problem_detail="flagged")
    make_generation(owner, status="failed", problem="overdue", is_possible_loss=True)
    make_image(owner)


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("mobile", "dark")])
def test_every_page_is_open_to_assistive_technology(
    size, theme, alice, victor, visit, make_generation, make_image
):
    _every_kind_of_card(alice, make_generation, make_image)
    image = make_image(alice)
    page = visit(alice, size=size, theme=theme)

    for address in ("/", "/library/", f"/images/{image.pk}/", "/no-such-page/"):
        page.goto(address)
        _check(page, address)
    page.goto("/")
    prompt_of(page).fill("")
    button_of(page).click()
    expect(page.get_by_role("alert")).to_contain_text("Describe the picture")
    _check(page, "a refused form")
    generations.hide(image.generation)
    _check(visit(victor, size=size, theme=theme), "a viewer's studio")


def _check(page, place):
    found = Axe().run(page).response["violations"]
    assert not [(place, rule["id"], rule["nodes"][0]["html"]) for rule in found]
