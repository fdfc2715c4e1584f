"""The viewer over its grid: by mouse, by keyboard, by finger, and without a script."""

import io
import re

import pytest
from acting import LOOKS, card_of, generate, status_of
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Locator, Page, expect

DONE = re.compile(r"^\s*Done")
WHILE = 60_000  # milliseconds
WORDS = ("A harbour at dawn", "Paper cranes on slate", "A fern under glass")
IMAGE = re.compile(r"/images/[0-9a-f-]{36}/")


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


def viewer(page: Page) -> Locator:
    return page.locator("#viewer")


def tile(page: Page, key: str) -> Locator:
    return page.locator(f'.tile[data-picture="{key}"] .tile-link')


def shown(page: Page) -> str:
    return page.locator("#viewer-content").get_attribute("data-picture") or ""


def expect_shown(page: Page, key: str) -> None:
    expect(page.locator("#viewer-content")).to_have_attribute("data-picture", key)


def open_viewer(page: Page, key: str, path: str = "/library/") -> None:
    page.goto(path)
    tile(page, key).click()
    expect(viewer(page)).to_be_visible()
    expect_shown(page, key)


def scrolled(page: Page) -> float:
    return page.evaluate("scrollY")


def is_near(page: Page, place: float) -> bool:
    return abs(scrolled(page) - place) <= 1


def test_back_closes_it_and_the_grid_is_as_it_was(visit, admin_state, pictures):
    page = visit(admin_state)
    page.set_viewport_size({"width": 900, "height": 500})
    page.goto("/library/")
    tile(page, pictures[7]).scroll_into_view_if_needed()
    place = scrolled(page)
    assert place > 50

    tile(page, pictures[7]).click()
    expect(viewer(page)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/images/{pictures[7]}/$"))
    page.keyboard.press("ArrowRight")
    expect_shown(page, pictures[8])
    expect(page).to_have_url(re.compile(f"/images/{pictures[8]}/$"))
    page.go_back()

    expect(viewer(page)).to_be_hidden()
    expect(page).to_have_url(re.compile("/library/$"))
    expect(tile(page, pictures[7])).to_be_focused()
    assert is_near(page, place)
    page.go_forward()
    expect_shown(page, pictures[8])


@pytest.mark.long
def test_escape_and_the_cross_close_it_and_leave_no_step_in_the_history(
    visit, admin_state, pictures
):
    page = visit(admin_state)
    page.goto("/settings/")
    for close in ("Escape", "cross"):
        open_viewer(page, pictures[2])
        if close == "Escape":
            page.keyboard.press("Escape")
        else:
            viewer(page).get_by_role("link", name="Back to the library").click()
        expect(viewer(page)).to_be_hidden()
        expect(page).to_have_url(re.compile("/library/$"))
        expect(page).to_have_title("Library · Fluxsite")
        expect(tile(page, pictures[2])).to_be_focused()


@pytest.mark.long
def test_a_reload_shows_the_page_of_its_own_and_back_leads_to_the_list(
    visit, admin_state, pictures
):
    page = visit(admin_state)
    open_viewer(page, pictures[3])

    page.reload()

    expect(page.locator("main > .viewer")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.go_back()
    expect(tile(page, pictures[3])).to_be_visible()


@pytest.mark.long
def test_a_modified_click_opens_the_page_as_any_link(visit, admin_state, pictures):
    page = visit(admin_state)
    page.goto("/library/")

    with page.context.expect_page() as opened:
        tile(page, pictures[0]).click(modifiers=["ControlOrMeta"])

    expect(opened.value.locator("main > .viewer")).to_be_visible()
    expect(viewer(page)).to_be_hidden()


def test_it_steps_through_the_whole_list_and_stops_at_its_ends(visit, admin_state, pictures):
    page = visit(admin_state)
    open_viewer(page, pictures[0])
    expect(page.locator("#viewer-previous")).to_have_count(0)

    for key in pictures[1:]:
        page.keyboard.press("ArrowRight")
        expect_shown(page, key)

    expect(page.locator("#viewer-next")).to_have_count(0)
    page.locator("#viewer-previous").click()
    expect_shown(page, pictures[-2])
    expect(page.locator("#viewer-previous")).to_be_focused()


def test_from_the_studio_it_steps_through_the_feed(visit, admin_state, pictures):
    page = visit(admin_state)
    page.goto("/")
    links = page.locator(".results .tile")
    feed = links.evaluate_all("all => all.map(tile => tile.dataset.picture)")
    assert sorted(feed) == sorted(pictures) and feed != pictures

    tile(page, feed[3]).click()
    expect_shown(page, feed[3])
    page.keyboard.press("ArrowRight")

    expect_shown(page, feed[4])
    expect(page).to_have_url(re.compile(r"\?in=feed$"))
    page.keyboard.press("Escape")
    expect(tile(page, feed[3])).to_be_focused()
    expect(page).to_have_url(re.compile(r"^http://[^/]+/$"))


def test_by_keyboard_alone(visit, admin_state, pictures):
    page = visit(admin_state)
    page.goto("/library/")
    tile(page, pictures[1]).focus()
    page.keyboard.press("Enter")
    expect_shown(page, pictures[1])

    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name="Picture details")).to_be_hidden()
    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name="Picture details")).to_be_visible()
    page.keyboard.press("f")
    expect(viewer(page).get_by_role("button", name="Favourite")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("f")
    expect(viewer(page).get_by_role("button", name="Favourite")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect_shown(page, pictures[1])
    page.keyboard.press("/")
    expect(viewer(page)).to_be_visible()
    page.keyboard.press("e")
    page.wait_for_url(re.compile(r"/edit/\?image="))


@pytest.mark.long
def test_the_keys_reach_nothing_beneath_it_and_no_field(visit, admin_state, pictures):
    page = visit(admin_state)
    page.goto("/")
    page.locator(".results .tile-link").first.click()
    expect(viewer(page)).to_be_visible()
    page.get_by_role("link", name="Add to gallery").click()
    name = page.get_by_role("textbox", name="New gallery")
    expect(name).to_be_visible()

    name.press_sequentially("fire 123")

    expect(name).to_have_value("fire 123")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("In fire 123.")
    expect(page.locator("#placing")).to_be_hidden()
    expect(viewer(page)).to_be_visible()


@pytest.mark.long
def test_a_favourite_shows_on_its_tile_and_in_its_list(visit, admin_state, pictures):
    page = visit(admin_state)
    key = pictures[5]
    page.goto("/library/")
    page.locator(f'.tile[data-picture="{key}"]').hover()
    heart = page.locator(f'.tile [data-favours="{key}"]')
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_be_focused()

    page.get_by_role("link", name="Favourites").click()
    expect(page.locator(".tile")).to_have_count(1)
    tile(page, key).click()
    expect_shown(page, key)
    expect(page.locator(".stage-nav")).to_have_count(0)
    viewer(page).get_by_role("button", name="Favourite").click()
    page.keyboard.press("Escape")

    expect(heart).to_have_attribute("aria-pressed", "false")


@pytest.mark.long
def test_what_is_thrown_away_makes_room_and_comes_back(visit, admin_state, pictures):
    page = visit(admin_state)
    open_viewer(page, pictures[4])

    page.keyboard.press("Delete")
    expect_shown(page, pictures[5])
    expect(page.locator(f'.tile[data-picture="{pictures[4]}"]')).to_be_hidden()
    page.get_by_role("button", name="Undo").click()

    expect_shown(page, pictures[4])
    expect(page.locator(".toast")).to_have_text(re.compile("Back where it was"))
    page.keyboard.press("Escape")
    expect(tile(page, pictures[4])).to_be_visible()


def test_the_trash_restores_and_deletes_for_good(visit, admin_state, pictures):
    page = visit(admin_state)
    keys = page_of_one_job(page)
    for key in keys:
        open_viewer(page, key)
        page.keyboard.press("Delete")
        expect(page.locator(".toast").first).to_contain_text("Moved to the trash")
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile("/library/$"))  # it has gone back
    page.goto("/")
    expect(page.get_by_role("link", name="In the trash")).to_have_count(2)

    open_viewer(page, keys[1], "/library/trash/")
    page.get_by_role("button", name="Restore", exact=True).click()
    expect_shown(page, keys[0])
    page.get_by_role("button", name="Delete for good").first.click()
    page.locator("#purge-pop button").click()

    expect(page).to_have_url(re.compile("/library/trash/$"))
    expect(viewer(page)).to_be_hidden()
    expect(page.locator(".tile:visible")).to_have_count(0)
    page.goto("/")
    expect(page.get_by_text("Deleted for good")).to_be_visible()
    expect(page.get_by_role("link", name="In the trash")).to_have_count(0)


def page_of_one_job(page: Page) -> list[str]:
    """Two pictures of this test's own."""
    page.goto("/")
    words = "Two pebbles, to be thrown away"
    page.get_by_role("spinbutton", name="Count").fill("2")
    generate(page, words)
    expect(status_of(page, words)).to_have_text(DONE, timeout=WHILE)
    tiles = card_of(page, words).locator(".tile")
    return tiles.evaluate_all("all => all.map(tile => tile.dataset.picture)")


@pytest.mark.long
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP"])
@pytest.mark.parametrize("facts", [True, False])
def test_it_is_downloaded_as_it_was_chosen(visit, admin_state, pictures, kind, facts):
    page = visit(admin_state)
    open_viewer(page, pictures[0])
    words = page.locator("#prompt-text").inner_text()
    page.keyboard.press("d")
    page.get_by_text(kind, exact=True).click()
    page.get_by_role("checkbox", name="With prompt").set_checked(facts)

    picture = downloaded(page)

    assert (picture.format, picture.size) == (kind.upper(), (1024, 1024))
    assert told_by(picture, words) is facts


@pytest.mark.long
def test_the_original_is_downloaded_unless_another_file_is_chosen(visit, admin_state, pictures):
    page = visit(admin_state)
    open_viewer(page, pictures[0])
    page.keyboard.press("d")

    assert downloaded(page).size == (1024, 1024)


def downloaded(page: Page) -> Image.Image:
    with page.expect_download() as download:
        page.locator("#download-pop").get_by_role("button", name="Download").click()
    picture = Image.open(io.BytesIO(download.value.path().read_bytes()))
    picture.load()
    return picture


def told_by(picture: Image.Image, words: str) -> bool:
    described = str(picture.getxmp())
    if picture.format == "PNG":
        return picture.text.get("Description") == words and words in described
    return words in str(picture.getexif().get(270)) and words in described


def width_of(page: Page) -> float:
    return page.locator("#viewer img").first.bounding_box()["width"]


@pytest.mark.long
def test_it_zooms_to_its_pixels_and_is_dragged(visit, admin_state, pictures):
    page = visit(admin_state)
    open_viewer(page, pictures[0])
    fitted = width_of(page)
    assert fitted < 1000

    picture = page.get_by_role("link", name=re.compile("^Full size"))
    picture.click()
    expect(page.locator("zoom-stage")).to_have_attribute("data-zoomed", "")
    zoomed = width_of(page)
    assert zoomed >= 1024
    expect(page.locator("#viewer img").first).to_have_attribute("src", re.compile("/original/$"))
    page.keyboard.press("+")
    assert width_of(page) > zoomed
    before = page.locator(".stage-pic").evaluate("stage => stage.scrollTop")
    page.mouse.move(500, 500)
    page.mouse.down()
    page.mouse.move(500, 400, steps=4)
    page.mouse.up()
    assert page.locator(".stage-pic").evaluate("stage => stage.scrollTop") == before + 100
    expect(page.locator("zoom-stage")).to_have_attribute("data-zoomed", "")
    page.keyboard.press("z")

    expect(page.locator("zoom-stage")).not_to_have_attribute("data-zoomed", "")
    assert width_of(page) == fitted


def swipe(page: Page, start: int, end: int) -> None:
    """A finger along the upper half of the screen."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, x: float | None) -> None:
        points = [] if x is None else [{"x": x, "y": 200}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", start)
    for part in range(1, 6):
        send("touchMove", start + (end - start) * part / 5)
    send("touchEnd", None)
    session.detach()


def test_by_one_thumb_on_a_small_phone(visit, admin_state, pictures):
    page = visit(admin_state, size="small")
    page.goto("/library/")
    tile(page, pictures[2]).tap()
    expect_shown(page, pictures[2])

    page.get_by_role("link", name=re.compile("^Full size")).tap()
    expect(page.locator("zoom-stage")).to_have_attribute("data-zoomed", "")
    page.get_by_role("button", name="Full size").tap()
    expect(page.locator("zoom-stage")).not_to_have_attribute("data-zoomed", "")
    viewer(page).get_by_role("button", name="Favourite").tap()
    expect(viewer(page).get_by_role("button", name="Favourite")).to_have_attribute(
        "aria-pressed", "true"
    )
    viewer(page).get_by_role("button", name="Favourite").tap()
    page.get_by_role("button", name="Details").tap()
    expect(page.locator("#viewer-details")).to_be_in_viewport(ratio=0.5)
    viewer(page).get_by_role("link", name="Back to the library").tap()
    expect(viewer(page)).to_be_hidden()


@pytest.mark.long
def test_a_swipe_leads_to_the_next_picture(visit, admin_state, pictures):
    page = visit(admin_state, size="small")
    open_viewer(page, pictures[2])

    swipe(page, 300, 60)
    expect_shown(page, pictures[3])
    swipe(page, 60, 300)
    expect_shown(page, pictures[2])

    page.go_back()
    expect(page).to_have_url(re.compile("/library/$"))


@pytest.mark.long
def test_who_leaves_while_the_next_one_loads_is_not_called_back(visit, admin_state, pictures):
    page = visit(admin_state)
    open_viewer(page, pictures[0])
    page.route(re.compile(f"/images/{pictures[1]}/$"), lambda route: held.append(route))
    held = []
    with page.expect_request(re.compile(pictures[1])):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/library/$"))

    with page.expect_response(re.compile(f"/images/{pictures[1]}/$")):
        held[0].continue_()

    expect(viewer(page)).to_be_hidden()
    expect(page).to_have_url(re.compile("/library/$"))


def test_every_target_on_a_small_phone_is_large_enough(visit, admin_state, pictures):
    page = visit(admin_state, size="small")
    open_viewer(page, pictures[2])

    targets = page.locator("#viewer :is(.btn, .stage-nav):visible")
    boxes = [target.bounding_box() for target in targets.all()]

    assert len(boxes) > 10
    assert min(box["height"] for box in boxes) >= 44
    assert min(box["width"] for box in boxes) >= 44
    assert max(box["x"] + box["width"] for box in boxes) <= 360


@pytest.mark.long
def test_without_a_script_everything_is_links_and_forms(visit, admin_state, pictures):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/library/")
    tile(page, pictures[6]).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Next picture").click()
    page.wait_for_url(re.compile(pictures[7]))
    page.get_by_role("button", name="Favourite").click()
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Favourite").click()
    page.get_by_role("link", name="Add to gallery").click()
    expect(page.get_by_role("textbox", name="New gallery")).to_be_visible()
    page.go_back()

    page.get_by_role("button", name="Move to trash").click()

    page.wait_for_url("**/library/")
    expect(tile(page, pictures[7])).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(pictures[7]))


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing_in_the_viewer_and_the_lists(visit, admin_state, pictures, size, theme):
    page = visit(admin_state, size=size, theme=theme)
    page.goto("/library/")
    mark(page, pictures[9], "favourite")
    mark(page, pictures[10], "trash")

    for path in ("/library/", "/library/favourites/", "/library/trash/", f"/images/{pictures[9]}/"):
        page.goto(path)
        check(page, path)
        if page.locator(".tile-link").count():
            page.locator(".tile-link").first.click()
            expect(viewer(page)).to_be_visible()
            check(page, f"the viewer over {path}")
            page.go_back()
    page.goto(f"/images/{pictures[9]}/galleries/")
    check(page, "galleries")
    page.goto("/library/")
    mark(page, pictures[10], "restore")


def mark(page: Page, key: str, verb: str) -> None:
    """As the page's own buttons do."""
    token = page.locator("#act [name=csrfmiddlewaretoken]").get_attribute("value")
    answer = page.request.post(
        f"/images/{key}/{verb}/",
        form={"csrfmiddlewaretoken": token, "is_favourite": "1"},
        headers={"HX-Request": "true"},
    )
    assert answer.ok


def check(page: Page, place: str) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, f"{place}: {results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
