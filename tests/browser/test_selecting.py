"""Many pictures at once: selected by mouse, by keyboard and by finger; downloaded, and culled."""

import csv
import re
import zipfile
from pathlib import Path

import pytest
from acting import LOOKS, card_of, generate, status_of
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

DONE = re.compile(r"^\s*Done")
WHILE = 60_000  # milliseconds
WORDS = ("A harbour at dawn", "Paper cranes on slate", "A fern under glass")


@pytest.fixture(scope="module")
def pictures(browser, site, admin_state):
    """Ids of twelve pictures, as they stand in the library."""
    with browser.new_context(storage_state=admin_state, base_url=site.url) as context:
        page = context.new_page()
        page.goto("/")
        for words in WORDS:
            page.get_by_role("spinbutton", name="Count").fill("4")
            generate(page, words)
            expect(card_of(page, words)).to_be_visible()
        for words in WORDS:
            expect(status_of(page, words)).to_have_text(DONE, timeout=WHILE)
        page.goto("/library/")
        links = page.locator(".tile-link").evaluate_all("all => all.map(link => link.pathname)")
    return [link.split("/")[2] for link in links]


@pytest.fixture
def open_library(visit, admin_state, pictures):
    def library(**options) -> Page:
        page = visit(admin_state, **options)
        page.goto("/library/")
        return page

    return library


def tile(page: Page, key: str) -> Locator:
    return page.locator(f'.tile[data-picture="{key}"]')


def box(page: Page, key: str) -> Locator:
    return tile(page, key).get_by_role("checkbox")


def link(page: Page, key: str) -> Locator:
    return tile(page, key).locator(".tile-link")


def selected(page: Page) -> list[str]:
    return page.locator(".tile:not([hidden]) .pick :checked").evaluate_all(
        "boxes => boxes.map(box => box.value)"
    )


def expect_count(page: Page, words: str) -> None:
    expect(page.locator("[data-count]")).to_have_text(words)
    expect(page.locator("#selection-status")).to_have_text(words)


def do(page: Page, name: str) -> None:
    page.locator("#bulk").get_by_role("button", name=name).click()


def toast(page: Page, words: str) -> Locator:
    return page.locator(".toast", has_text=words)


def undo(page: Page, words: str) -> None:
    toast(page, words).get_by_role("button", name="Undo").click()


def in_trash(page: Page) -> int:
    page.goto("/library/trash/")
    number = page.locator(".tile").count()
    page.goto("/library/")
    return number


# ── By mouse ─────────────────────────────────────────────────────────────────────────────────────


def test_a_range_is_selected_and_goes_to_the_trash_and_one_undo_brings_it_back(
    open_library, pictures
):
    page = open_library()
    expect(page.locator("#bulk")).to_be_hidden()

    tile(page, pictures[1]).hover()
    box(page, pictures[1]).click()
    expect_count(page, "1 selected")
    link(page, pictures[4]).click(modifiers=["Shift"])
    link(page, pictures[7]).click()  # while something is selected, a click selects

    expect_count(page, "5 selected")
    assert selected(page) == [*pictures[1:5], pictures[7]]
    do(page, "Delete")
    expect(tile(page, pictures[1])).to_be_hidden()
    expect(page.locator("#bulk")).to_be_hidden()
    undo(page, "5 pictures moved to the trash.")
    expect(toast(page, "5 pictures back where they were.")).to_be_visible()
    for key in pictures:
        expect(tile(page, key)).to_be_visible()
    expect(toast(page, "5 pictures moved")).to_have_count(0)
    assert in_trash(page) == 0


@pytest.mark.long
def test_hearts_stars_and_tags_for_many(open_library, pictures):
    page = open_library()
    for key in pictures[:2]:
        tile(page, key).hover()
        box(page, key).click()

    do(page, "Favourite")
    for key in pictures[:2]:
        expect(tile(page, key).locator(".fav")).to_have_attribute("aria-pressed", "true")
    do(page, "More")
    page.get_by_role("button", name="4 stars").click()
    expect(toast(page, "2 pictures rated with 4 stars.")).to_be_visible()
    do(page, "Add tags")
    page.get_by_role("combobox", name="Tags").fill("Harbour, Night")
    page.keyboard.press("Enter")
    expect(toast(page, "2 pictures tagged harbour, night.")).to_be_visible()
    expect(page.locator("#asking")).to_be_hidden()

    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    link(page, pictures[0]).click()
    expect(page.locator("#star-4")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".tags")).to_contain_text("night")


@pytest.mark.long
def test_many_go_to_a_new_gallery(open_library, pictures):
    page = open_library()
    for key in pictures[:3]:
        tile(page, key).hover()
        box(page, key).click()
    do(page, "Add to gallery")

    page.get_by_role("button", name="Add pictures").click()
    expect(page.get_by_text("Choose a gallery, or name a new one.")).to_be_visible()
    page.get_by_role("textbox", name="New gallery").fill("Spring")
    page.get_by_role("button", name="Add pictures").click()

    expect(toast(page, "3 pictures in Spring.")).to_be_visible()


def test_the_zip_holds_the_originals_byte_by_byte(open_library, pictures, tmp_path):
    page = open_library()
    for key in pictures[:3]:
        tile(page, key).hover()
        box(page, key).click()
    do(page, "Download")
    page.get_by_role("textbox", name="Names of the files").fill("{number}")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download zip").click()

    path = Path(tmp_path, "some.zip")
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if name != "facts.csv"]
        assert [Path(name).stem for name in names] == ["1", "2", "3"]
        for name, key in zip(names, pictures[:3], strict=True):
            original = page.request.get(f"/images/{key}/original/").body()
            assert archive.read(name) == original
        facts = csv.DictReader(archive.read("facts.csv").decode("utf-8-sig").splitlines())
        prompts = [row["prompt"] for row in facts]
    assert prompts == [tile(page, key).locator("img").get_attribute("alt") for key in pictures[:3]]
    expect(page.locator("#asking")).to_be_hidden()


@pytest.mark.long
def test_all_results_are_more_than_what_is_shown(open_library, pictures):
    page = open_library()
    tile(page, pictures[0]).hover()
    box(page, pictures[0]).click()
    page.get_by_text("All results").click()
    expect_count(page, "All selected")
    assert len(selected(page)) == 12

    box(page, pictures[3]).click()
    expect_count(page, "11 selected")
    page.get_by_text("All results").click()
    do(page, "Delete")
    undo(page, "12 pictures moved to the trash.")

    expect(tile(page, pictures[0])).to_be_visible()
    assert in_trash(page) == 0


# ── By keyboard ──────────────────────────────────────────────────────────────────────────────────


def test_everything_goes_by_keyboard_alone(open_library, pictures):
    page = open_library()
    link(page, pictures[0]).focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect_count(page, "1 selected")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect_count(page, "3 selected")
    assert selected(page) == pictures[1:4]
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()

    page.keyboard.press("x")
    page.keyboard.press("Enter")  # opens the picture all the same
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-content")).to_have_attribute("data-picture", pictures[4])
    page.keyboard.press("x")
    expect(page.locator("[data-pick]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("3")
    expect(page.locator("#star-3")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect_count(page, "2 selected")

    page.keyboard.press("Delete")
    expect(tile(page, pictures[3])).to_be_hidden()
    undo(page, "2 pictures moved to the trash.")
    expect(tile(page, pictures[3])).to_be_visible()


@pytest.mark.long
def test_up_and_down_find_the_nearest_in_the_next_row(open_library, pictures):
    page = open_library()
    link(page, pictures[0]).focus()
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert below > link(page, pictures[0]).bounding_box()["y"]

    page.keyboard.press("ArrowUp")

    expect(link(page, pictures[0])).to_be_focused()


def test_a_dozen_pictures_are_culled_without_the_mouse(open_library, pictures):
    page = open_library()
    page.goto("/library/cull/")
    place = page.locator("#cull-place")
    expect(place).to_have_text("1 of 12")

    for key, number in zip("px4x", range(2, 6), strict=True):
        page.keyboard.press(key)
        expect(place).to_have_text(f"{number} of 12")
    page.keyboard.press("z")
    expect(place).to_have_text("4 of 12")
    expect(page.locator("#cull-mark")).to_be_hidden()
    page.reload()  # nothing is lost
    expect(place).to_have_text("4 of 12")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="4 stars")).to_have_attribute("aria-pressed", "true")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("x")

    expect(page.get_by_role("heading", name="You have seen them all")).to_be_visible()
    expect(page.locator('dd[data-sum="waiting"]')).to_have_text("2")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.wait_for_url("**/library/")
    expect(tile(page, pictures[1])).to_have_count(0)
    undo(page, "2 pictures moved to the trash.")
    expect(tile(page, pictures[1])).to_be_visible()
    assert in_trash(page) == 0


# ── By finger, and without a script ──────────────────────────────────────────────────────────────


@pytest.mark.long
def test_a_thumb_selects_and_throws_away(open_library, pictures):
    page = open_library(size="small")
    page.get_by_role("button", name="Select").tap()
    for key in pictures[:3]:
        tile(page, key).locator(".pick").tap()
    expect_count(page, "3 selected")

    for button in page.locator("#bulk > .btn:visible").all():
        area = button.bounding_box()
        assert area["width"] >= 44 and area["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#bulk").get_by_role("button", name="Delete").tap()
    expect(tile(page, pictures[0])).to_be_hidden()
    toast(page, "3 pictures moved").get_by_role("button", name="Undo").tap()

    expect(tile(page, pictures[0])).to_be_visible()


@pytest.mark.long
def test_a_thumb_culls(open_library, pictures):
    page = open_library(size="small")
    page.get_by_role("link", name="Cull").tap()

    page.get_by_role("button", name="Pick").tap()
    expect(page.locator("#cull-place")).to_have_text("2 of 12")
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator("#cull-place")).to_have_text("1 of 12")

    for button in page.locator(".cull-tools button").all():
        area = button.bounding_box()
        assert area["width"] >= 44 and area["height"] >= 44


@pytest.mark.long
def test_without_a_script_it_is_a_form(open_library, pictures):
    page = open_library(java_script_enabled=False)
    for key in pictures[4:6]:
        box(page, key).check(force=True)
    do(page, "Add to gallery")
    page.get_by_role("textbox", name="new gallery").fill("Autumn")
    page.get_by_role("button", name="Add pictures").click()
    expect(page).to_have_url(re.compile("/library/$"))
    expect(toast(page, "2 pictures in Autumn.")).to_be_visible()

    page.goto("/library/cull/")
    page.get_by_role("button", name="5 stars").click()
    expect(page.locator("#cull-place")).to_have_text("2 of 12")
    page.get_by_role("link", name="Previous picture").click()
    expect(page.locator("#cull-place")).to_have_text("1 of 12")


# ── For everybody ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing(open_library, pictures, size, theme):
    page = open_library(size=size, theme=theme)
    page.get_by_role("button", name="Select").click()
    for key in pictures[:2]:
        tile(page, key).click(position={"x": 60, "y": 60})
    check(page, "a selection")
    do(page, "More")
    check(page, "what else there is")
    for name in ("Add tags", "Add to gallery", "Download"):
        if name == "Add tags":
            do(page, name)
        else:
            page.locator("#bulk").get_by_role("button", name=name).click()
        expect(page.locator("#asking")).to_be_visible()
        check(page, name)
        page.keyboard.press("Escape")
        expect(page.locator("#asking")).to_be_hidden()
    do(page, "Delete")
    expect(tile(page, pictures[0])).to_be_hidden()
    page.goto("/library/trash/")
    page.get_by_role("button", name="Empty the trash").click()
    check(page, "the trash")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Restore all").click()
    expect(toast(page, "2 pictures restored.")).to_be_visible()
    page.goto("/library/cull/")
    check(page, "culling")
    page.goto("/library/cull/?at=end")
    check(page, "the end of culling")


def check(page: Page, place: str) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, f"{place}: {results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
