"""Edits, uploads, the family tree and comparing: by mouse, by keyboard and by finger."""

import re
from pathlib import Path

import pytest
from acting import LOOKS, card_of, generate, status_of
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

DONE = re.compile(r"^\s*Done")
WHILE = 30_000  # milliseconds
FIRST, SECOND = "A white vase and one lemon", "Make the vase glossy cobalt"
PHONE = {"width": 360, "height": 740}


def instruction(page: Page):
    return page.get_by_role("textbox", name="Instruction")


def edit_button(page: Page):
    return page.get_by_role("button", name=re.compile("^Edit"))


def send_edit(page: Page, words: str) -> None:
    instruction(page).fill(words)
    edit_button(page).click()


@pytest.fixture(scope="module")
def family(browser, site, admin_state):
    """Addresses of a picture and of an edit of it."""
    with browser.new_context(storage_state=admin_state, base_url=site.url) as context:
        page = context.new_page()
        page.goto("/")
        generate(page, FIRST)
        expect(status_of(page, FIRST)).to_have_text(DONE, timeout=WHILE)
        card_of(page, FIRST).get_by_role("link", name="Edit", exact=True).click()
        send_edit(page, SECOND)
        expect(status_of(page, SECOND)).to_have_text(DONE, timeout=WHILE)
        pages = [address_of(page, words) for words in (FIRST, SECOND)]
    return pages


def address_of(page: Page, words: str) -> str:
    link = card_of(page, words).get_by_role("link", name=re.compile("^Open picture"))
    return str(link.first.get_attribute("href")).split("?")[0]


def id_of(address: str) -> str:
    return address.split("/")[2]


@pytest.fixture
def beach(tmp_path) -> Path:
    path = tmp_path / "beach.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path)
    return path


def test_an_edit_of_an_edit_by_mouse(visit, admin_state, family):
    page = visit(admin_state)
    page.goto(family[1])
    page.get_by_role("link", name="Edit", exact=True).click()
    words = "Put the vase before a green wall"
    page.get_by_role("button", name="More").click()
    expect(edit_button(page)).to_contain_text("Edit · 2 jobs · 0.846 credits")
    page.get_by_role("button", name="Fewer").click()

    send_edit(page, words)

    expect(status_of(page, words)).to_have_text(DONE, timeout=WHILE)
    page.goto(address_of(page, words))
    names = page.locator(".tree .words").all_inner_texts()
    assert any(FIRST in name for name in names) and len(names) >= 3


def test_an_edit_by_keyboard_alone(visit, admin_state, family):
    page = visit(admin_state)
    page.goto(family[0])
    page.keyboard.press("e")
    page.wait_for_url(re.compile(r"/edit/\?image="))
    expect(instruction(page)).to_be_focused()
    words = "Turn the lemon into an apple, typed"
    page.keyboard.insert_text(words)

    page.keyboard.press("Control+Enter")

    expect(status_of(page, words)).to_have_text(DONE, timeout=WHILE)


def test_an_edit_by_finger_on_a_small_phone(visit, admin_state, family):
    page = visit(admin_state, size="mobile")
    page.set_viewport_size(PHONE)
    page.goto(family[0])
    page.get_by_role("link", name="Edit", exact=True).tap()
    words = "Make it evening, by finger"
    instruction(page).fill(words)

    edit_button(page).tap()

    expect(status_of(page, words)).to_have_text(DONE, timeout=WHILE)


@pytest.mark.long
def test_the_tile_in_the_library_leads_to_the_edit_page(visit, admin_state, family):
    page = visit(admin_state)
    page.goto("/library/")
    page.locator(".tile", has=page.get_by_role("img", name=FIRST)).first.hover()

    page.get_by_role("link", name=f"Edit: {FIRST}").first.click()

    expect(instruction(page)).to_be_visible()
    expect(page.locator("#source img")).to_have_attribute("alt", FIRST)


def test_a_chosen_file_becomes_the_source_and_its_edit_is_made(visit, admin_state, beach):
    page = visit(admin_state)
    page.goto("/edit/")
    instruction(page).fill("Turn the beach into snow")
    with page.expect_file_chooser() as chooser:
        page.locator("label.btn[for=picture]").click()

    chooser.value.set_files(beach)

    expect(page.get_by_role("img", name="Uploaded picture")).to_be_visible()
    expect(instruction(page)).to_have_value("Turn the beach into snow")
    edit_button(page).click()
    expect(status_of(page, "Turn the beach into snow")).to_have_text(DONE, timeout=WHILE)


@pytest.mark.long
@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_can_be_dropped_and_pasted(visit, admin_state, beach, way):
    page = visit(admin_state)
    page.goto("/edit/")
    data = [*beach.read_bytes()]

    page.evaluate(HAND_OVER[way], data)

    expect(page.get_by_role("img", name="Uploaded picture")).to_be_visible()


A_TRANSFER = """data => {
  const transfer = new DataTransfer()
  transfer.items.add(new File([new Uint8Array(data)], "beach.jpg", { type: "image/jpeg" }))
  const usual = { bubbles: true, cancelable: true }
  %s
}"""
HAND_OVER = {
    "drop": A_TRANSFER
    % """for (const type of ["dragover", "drop"]) document.getElementById("work")
      .dispatchEvent(new DragEvent(type, { dataTransfer: transfer, ...usual }))""",
    "paste": A_TRANSFER
    % """document.getElementById("instruction")
      .dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, ...usual }))""",
}


BAD = {
    "a text": (b"Dear diary, " * 100, "not a PNG, JPEG"),
    "half a jpeg": (None, "damaged or cut short"),
    "26 MB": (bytes(26_000_000), "26.0 MB, and 25 MB are the most"),
}


@pytest.mark.long
@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=list(BAD))
def test_a_bad_file_is_told_beside_the_picture_and_the_words_stay(
    visit, admin_state, beach, tmp_path, data, said
):
    page = visit(admin_state)
    page.goto("/edit/")
    instruction(page).fill("These words stay")
    bad = tmp_path / "picture.png"
    bad.write_bytes(beach.read_bytes()[:20_000] if data is None else data)

    page.locator("#picture").set_input_files(bad)

    expect(page.locator("#problem-source")).to_contain_text(said)
    expect(instruction(page)).to_have_value("These words stay")


@pytest.mark.long
def test_without_a_script_26_megabytes_are_told_too(visit, admin_state, tmp_path):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/edit/")
    instruction(page).fill("These words stay")
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(26_000_000))
    page.locator("#picture").set_input_files(large)

    edit_button(page).click()

    expect(page.locator("#problem-source")).to_contain_text("25.0 MB are the most")
    expect(instruction(page)).to_have_value("These words stay")


@pytest.mark.long
def test_without_a_script_the_picture_comes_with_the_form(visit, admin_state, beach):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/edit/")
    words = "An edit sent as a plain form"
    instruction(page).fill(words)
    page.locator("#picture").set_input_files(beach)

    edit_button(page).click()

    expect(card_of(page, words)).to_be_visible()


@pytest.mark.long
def test_a_connection_cut_in_the_middle_is_told(visit, admin_state, beach):
    page = visit(admin_state)
    page.goto("/edit/")
    instruction(page).fill("These words stay")
    page.context.set_offline(True)

    page.locator("#picture").set_input_files(beach)

    expect(page.locator("#problem-source")).to_contain_text("The connection broke")
    expect(instruction(page)).to_have_value("These words stay")


@pytest.mark.long
def test_a_session_that_ended_keeps_the_words(visit, browser, site, admin_state, family):
    page = visit(admin_state)
    page.goto(f"/edit/?image={id_of(family[0])}")
    instruction(page).fill("These words stay")
    page.context.clear_cookies(name="fluxsite_session")

    edit_button(page).click()

    expect(page.locator(".toast")).to_contain_text("You are signed out")
    expect(instruction(page)).to_have_value("These words stay")


@pytest.mark.long
def test_a_picture_is_picked_in_the_dialog_and_the_words_stay(visit, admin_state, family):
    page = visit(admin_state)
    page.goto("/edit/")
    instruction(page).fill("These words stay")
    page.get_by_role("link", name="Library").last.click()

    page.get_by_role("dialog").get_by_role("link", name=f"Choose: {SECOND}").first.click()

    expect(page.locator("#source img")).to_have_attribute("alt", SECOND)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(instruction(page)).to_have_value("These words stay")
    expect(page.locator("#history")).to_contain_text("History")
    assert id_of(family[1]) in page.url


def test_the_tree_is_walked_and_leads_to_the_slider(visit, admin_state, family):
    page = visit(admin_state)
    page.goto(family[1])
    page.locator(".tree .node").first.click()
    page.wait_for_url(f"**{family[0]}")
    page.go_back()

    page.get_by_role("link", name=f"Compare with: {FIRST}").click()

    page.wait_for_url(re.compile("/compare/"))  # until it has loaded
    page.get_by_role("slider").focus()
    before = edge(page)
    page.keyboard.press("ArrowLeft")
    assert edge(page) < before
    box = page.locator("compare-slider").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 80)
    page.mouse.up()
    assert edge(page) > 70


def edge(page: Page) -> float:
    style = "getComputedStyle(document.querySelector('compare-slider')).getPropertyValue('--pos')"
    return float(page.evaluate(style).removesuffix("%"))


@pytest.mark.long
def test_the_slider_follows_a_finger(visit, admin_state, family):
    page = visit(admin_state, size="mobile")
    page.set_viewport_size(PHONE)
    page.goto(f"/compare/?a={id_of(family[0])}&b={id_of(family[1])}")
    box = page.locator("compare-slider").bounding_box()

    page.touchscreen.tap(box["x"] + box["width"] * 0.2, box["y"] + 100)

    assert edge(page) < 35


@pytest.mark.long
def test_up_to_four_are_laid_side_by_side(visit, admin_state, family):
    page = visit(admin_state)
    page.goto(f"/compare/?i={id_of(family[0])}")
    page.get_by_role("link", name="Add a picture").click()
    page.get_by_role("link", name=f"Choose: {SECOND}").first.click()

    expect(page.locator(".side")).to_have_count(2)
    page.get_by_role("link", name="Take picture A away").click()
    expect(page.locator(".side")).to_have_count(1)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing(visit, admin_state, family, size, theme):
    page = visit(admin_state, size=size, theme=theme)
    a, b = map(id_of, family)
    for path in (
        "/edit/",
        f"/edit/?image={b}",
        family[1],
        f"/compare/?a={a}&b={b}",
        f"/compare/?i={a}&i={b}",
        "/compare/",
        "/pick/",
    ):
        page.goto(path)
        results = Axe().run(page)
        assert results.violations_count == 0, f"{path}: {results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
