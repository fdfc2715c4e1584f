"""The library's search: live, by keys, back again, saved, by finger, and without a script."""

import re

import pytest
from acting import LOOKS, card_of, generate, status_of
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

WORDS = ("A harbour at dawn", "Paper cranes on slate")
WHILE = 60_000  # milliseconds


@pytest.fixture(scope="module", autouse=True)
def pictures(browser, site, admin_state):
    with browser.new_context(storage_state=admin_state, base_url=site.url) as context:
        page = context.new_page()
        page.goto("/")
        for words in WORDS:
            generate(page, words)
            expect(card_of(page, words)).to_be_visible()
        for words in WORDS:
            expect(status_of(page, words)).to_have_text(re.compile(r"^\s*Done"), timeout=WHILE)


def tiles(page: Page) -> Locator:
    return page.locator("#grid .tile")


def search_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search")


def test_what_is_typed_is_found_at_once_and_the_way_back_leads_out(visit, admin_state):
    page = visit(admin_state)
    page.goto("/library/")
    everything = tiles(page).count()

    search_box(page).press_sequentially("crane")

    expect(page).to_have_url(re.compile(r"/library/\?q=crane$"))
    expect(tiles(page)).to_have_count(1)
    expect(page.get_by_role("img", name="Paper cranes")).to_be_visible()
    expect(page.get_by_role("link", name="Shared")).to_have_attribute(
        "href", "/library/shared/?q=crane"
    )
    expect(search_box(page)).to_be_focused()
    search_box(page).fill("dawn")
    expect(page).to_have_url(re.compile(r"q=dawn$"))
    page.go_back()
    expect(search_box(page)).to_have_value("crane")
    expect(tiles(page)).to_have_count(1)
    page.get_by_role("link", name="Clear", exact=True).click()
    expect(tiles(page)).to_have_count(everything)


@pytest.mark.long
def test_filters_narrow_and_say_so(visit, admin_state):
    page = visit(admin_state)
    page.goto("/library/")

    page.get_by_role("button", name="Shape").click()
    page.get_by_role("checkbox", name="Portrait").check()

    expect(page.get_by_role("heading", name="Nothing matches these filters")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/library/\?shape=portrait$"))
    page.get_by_role("checkbox", name="Square").check()
    expect(tiles(page)).to_have_count(2)
    expect(page.get_by_role("link", name="Square: leave out")).to_be_visible()


def test_by_keys_to_the_picture_and_through_what_was_found(visit, admin_state):
    page = visit(admin_state)
    page.goto("/library/")

    page.keyboard.press("/")
    expect(search_box(page)).to_be_focused()
    page.keyboard.type("harbour")
    expect(tiles(page)).to_have_count(1)
    page.locator(".tile-link").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#viewer")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/images/[0-9a-f-]+/\?q=harbour$"))
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/library/\?q=harbour$"))


def test_a_search_is_saved_and_stands_beside_the_lists(visit, admin_state):
    page = visit(admin_state)
    page.goto("/library/?q=cranes")

    page.get_by_role("button", name="Save search").click()
    page.get_by_role("textbox", name="Name of the search").fill("Paper birds")
    page.locator("#save-search").get_by_role("button", name="Save search").click()

    page.goto("/library/")
    page.get_by_role("link", name="Paper birds").click()
    expect(tiles(page)).to_have_count(1)
    page.get_by_role("link", name="Saved searches").click()
    page.get_by_role("link", name="Change Paper birds").click()
    page.get_by_role("button", name="Delete search").click()
    expect(page.get_by_role("heading", name="No saved searches yet")).to_be_visible()


@pytest.mark.long
def test_the_size_of_pictures_is_remembered(visit, admin_state):
    page = visit(admin_state)
    page.goto("/library/")
    before = tiles(page).first.bounding_box()

    page.get_by_role("radio", name="Large pictures").check(force=True)
    page.reload()

    expect(page.get_by_role("radio", name="Large pictures")).to_be_checked()
    assert tiles(page).first.bounding_box()["height"] > before["height"]


@pytest.mark.long
def test_one_thumb_on_a_narrow_phone(visit, admin_state):
    page = visit(admin_state, size="small")
    page.goto("/library/?q=dawn")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Model").tap()
    for part in (".filters .opt", ".chip", "#by-model .check", "#shelf-tabs a", "#search"):
        for one in page.locator(part).all():
            assert one.bounding_box()["height"] >= 43.5, part
    page.locator("#by-model .check").first.tap()
    expect(page).to_have_url(re.compile("model="))


@pytest.mark.long
def test_without_a_script_the_form_is_sent(visit, admin_state):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/library/")

    search_box(page).fill("cranes")
    search_box(page).press("Enter")

    expect(tiles(page)).to_have_count(1)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing(visit, admin_state, theme, size):
    page = visit(admin_state, theme=theme, size=size)
    page.goto("/library/?q=dawn&shape=square&order=team")

    results = Axe().run(page)

    assert not results.response["violations"], results.generate_report()
