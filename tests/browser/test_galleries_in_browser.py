"""Galleries: made, filled and shared; with a second person, and with a guest who has a link."""

import re

import pytest
from acting import LOOKS, PASSWORD, card_of, generate, status_of
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

WHILE = 60_000  # milliseconds
WORDS = "A harbour at dawn"
BEN, BEN_EMAIL = "ben", "ben@example.org"
DOOR = "a green door"
GALLERY = re.compile(r"/galleries/[0-9a-f-]{36}/$")


@pytest.fixture(scope="module")
def pictures(browser, site, admin_state):
    """Ids of four pictures, as they stand in the library."""
    with browser.new_context(storage_state=admin_state, base_url=site.url) as context:
        page = context.new_page()
        page.goto("/")
        page.get_by_role("spinbutton", name="Count").fill("4")
        generate(page, WORDS)
        expect(card_of(page, WORDS)).to_be_visible()
        expect(status_of(page, WORDS)).to_have_text(re.compile(r"^\s*Done"), timeout=WHILE)
        page.goto("/library/")
        links = page.locator(".tile-link").evaluate_all("all => all.map(link => link.pathname)")
    return [link.split("/")[2] for link in links]


@pytest.fixture(scope="module")
def ben_state(browser, site, admin_state):
    """Cookies of a second person."""
    account = {"DJANGO_SUPERUSER_EMAIL": BEN_EMAIL, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    site.manage("createsuperuser", "--noinput", **account)
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_role("textbox", name="Email").fill(BEN_EMAIL)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site.url}/")
        return context.storage_state()


def make_gallery(page: Page, name: str, number: int = 3) -> str:
    """By mouse, with as many pictures; the path of its page."""
    page.goto("/galleries/")
    page.get_by_role("button", name="New gallery").click()
    dialog = page.get_by_role("dialog", name="New gallery")
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="Create gallery").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    path = page.url
    page.get_by_role("link", name="Add pictures").first.click()
    for place in range(number):
        page.get_by_role("checkbox", name=WORDS).nth(place).check()
    page.get_by_role("button", name="Add chosen pictures").click()
    expect(page.locator("#grid .tile")).to_have_count(number)
    return path


def open_sharing(page: Page):
    page.get_by_role("link", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog", name=re.compile("^Share"))
    expect(dialog).to_be_visible()
    return dialog


def make_link(page: Page, *, password: str = "", terms: tuple[str, ...] = ()) -> str:
    """In the open dialog; its address, which is shown once."""
    page.get_by_text("New public link").click()
    if password:
        page.get_by_label("Password").fill(password)
    for name in terms:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_text("It is shown only now")).to_be_visible()
    return page.locator("#new-link").inner_text()


def order(page: Page) -> list[str]:
    return page.locator("#arrangement > .arranged").evaluate_all(
        "all => all.map(item => item.dataset.picture)"
    )


def check(page: Page, place: str) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, f"{place}: {results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_a_gallery_is_shared_with_a_second_person(visit, admin_state, ben_state, pictures):
    page, ben = visit(admin_state), visit(ben_state)
    address = make_gallery(page, "Spring campaign")
    ben.goto(address)
    expect(ben.get_by_role("heading", name="There is nothing here")).to_be_visible()

    dialog = open_sharing(page)
    dialog.get_by_role("combobox", name="Name, email or group").fill(BEN_EMAIL)
    dialog.get_by_role("button", name="Add", exact=True).click()
    role = dialog.get_by_role("combobox", name=re.compile("^Role of"))
    expect(role).to_have_value("viewer")
    role.select_option("contributor")
    expect(dialog.get_by_role("status").first).to_have_text("The role is changed.")

    ben.goto("/galleries/?show=shared")
    ben.get_by_role("link", name="Spring campaign").click()
    expect(ben.get_by_text("You are a contributor")).to_be_visible()
    ben.locator(".tile-link").first.click()
    viewer = ben.locator("#viewer")
    viewer.get_by_role("textbox", name="Comment").fill("More sky here")
    viewer.get_by_role("button", name="Mark a spot").click()
    viewer.locator(".fit img").click(position={"x": 40, "y": 30})
    viewer.get_by_role("button", name="Comment", exact=True).click()
    expect(viewer.get_by_text("More sky here")).to_be_visible()
    expect(viewer.locator("#spots .spot")).to_have_count(1)
    viewer.get_by_role("button", name="Approve").click()
    expect(viewer.get_by_text("Approved by")).to_be_visible()

    page.goto(address)
    expect(page.locator(".tile-badge.approved")).to_have_count(1)
    dialog = open_sharing(page)
    dialog.get_by_role("button", name=re.compile("^Remove")).click()
    expect(dialog.get_by_role("status").first).to_have_text("They see it no more.")
    viewer.get_by_role("button", name="Reject").click()
    expect(ben.locator("#toasts")).to_contain_text("no longer there")


def test_a_guest_comes_by_a_link_with_a_password(visit, site, admin_state, pictures):
    page, guest = visit(admin_state), visit()
    make_gallery(page, "Landscapes")
    open_sharing(page)
    link = make_link(page, password=DOOR, terms=("Allow downloads", "Let guests respond"))
    assert link.startswith(site.url)

    guest.goto(link)
    for word in ("a red door", DOOR):
        guest.get_by_label("Gallery password").fill(word)
        guest.get_by_role("button", name="Open gallery").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Landscapes")
    expect(guest.locator(".tile")).to_have_count(3)
    assert WORDS not in guest.content()

    guest.get_by_role("textbox", name=re.compile("^Your name")).fill("Greta")
    guest.get_by_role("button", name="Start").click()
    heart = guest.get_by_role("button", name=re.compile("^Like")).first
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    guest.locator(".tile-link").first.click()
    guest.get_by_role("button", name="Approve").click()
    expect(guest.get_by_text("Approved by Greta (guest)")).to_be_visible()
    guest.get_by_role("textbox", name="Comment").fill("This one")
    guest.get_by_role("button", name="Mark a spot").click()
    guest.locator(".public-pic img").click(position={"x": 50, "y": 50})
    guest.get_by_role("button", name="Comment", exact=True).click()
    expect(guest.locator(".remarks")).to_contain_text("This one")
    expect(guest.locator("#spots .spot")).to_have_count(1)
    with guest.expect_download() as download:
        guest.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("landscapes-")

    page.reload()
    dialog = open_sharing(page)
    expect(dialog.get_by_text("1 view")).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Revoke")).click()
    expect(dialog.get_by_text("Revoked on")).to_be_visible()
    guest.reload()
    expect(guest.get_by_role("heading", name="This link has ended")).to_be_visible()


@pytest.mark.long
def test_a_link_that_has_expired_says_so(visit, site, admin_state, pictures):
    page, guest = visit(admin_state), visit()
    make_gallery(page, "For a day", 1)
    open_sharing(page)
    link = make_link(page)
    guest.goto(link)
    expect(guest.locator(".tile")).to_have_count(1)

    hint = link.rstrip("/")[-4:]
    past = "from gallery.models import ShareLink; from django.utils import timezone; "
    past += f"ShareLink.objects.filter(token_hint='{hint}').update(expires_at=timezone.now())"
    site.manage("shell", "-c", past)

    guest.reload()
    expect(guest.get_by_role("heading", name="This link has ended")).to_be_visible()


@pytest.mark.long
def test_pictures_are_put_in_order_by_keys_and_by_dragging(visit, admin_state, pictures):
    page = visit(admin_state)
    page.goto(make_gallery(page, "By hand") + "arrange/")
    page.get_by_role("button", name="By hand").click()
    first, second, third = order(page)

    later = page.locator(f'[data-picture="{first}"]').get_by_role("button", name="Later")
    later.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Now at place 2.")).to_be_attached()
    assert order(page) == [second, first, third]
    expect(later).to_be_focused()

    handle = page.locator(f'[data-picture="{third}"] [data-drag]').bounding_box()
    target = page.locator(f'[data-picture="{second}"]').bounding_box()
    page.mouse.move(handle["x"] + 10, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 30, target["y"] + 30, steps=5)
    with page.expect_response(re.compile("/move/$")):
        page.mouse.up()
    expect(page.get_by_text("Now at place 1.")).to_be_attached()

    page.reload()
    assert order(page) == [third, second, first]


@pytest.mark.long
def test_galleries_are_reached_and_opened_by_keys(visit, admin_state, pictures):
    page = visit(admin_state)
    path = make_gallery(page, "By keys", 2)
    page.goto("/library/")
    page.keyboard.press("3")
    page.wait_for_url("**/galleries/")

    page.get_by_role("link", name="By keys").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(path)
    page.locator(".tile-link").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#viewer")).to_be_visible()
    first = page.locator("#viewer-content").get_attribute("data-picture")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-content")).not_to_have_attribute("data-picture", first)
    expect(page.locator("#viewer-next")).to_have_count(0)  # the gallery has two
    page.keyboard.press("Escape")
    expect(page).to_have_url(path)


@pytest.mark.long
def test_without_a_script_galleries_are_links_and_forms(visit, admin_state, pictures):
    page = visit(admin_state, java_script_enabled=False)
    page.goto("/galleries/")
    page.get_by_role("link", name="New gallery").click()
    page.get_by_role("textbox", name="Name").fill("Plain")
    page.get_by_role("button", name="Create gallery").click()
    page.get_by_role("link", name="Add pictures").first.click()
    page.get_by_role("checkbox", name=WORDS).nth(0).check()
    page.get_by_role("checkbox", name=WORDS).nth(1).check()
    page.get_by_role("button", name="Add chosen pictures").click()
    path = page.url

    page.goto(f"{path}arrange/")
    page.get_by_role("button", name="By hand").click()
    first, second = order(page)
    page.locator(f'[data-picture="{second}"]').get_by_role("button", name="To the front").click()
    assert order(page) == [second, first]

    page.goto(path)
    page.get_by_role("link", name="Share", exact=True).click()
    page.get_by_text("New public link").click()
    page.get_by_role("button", name="Create link").click()
    page.goto(page.locator("#new-link").inner_text())
    page.locator(".tile-link").first.click()
    expect(page.get_by_role("link", name="Next picture")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing_and_every_target_is_large_enough(
    visit, admin_state, pictures, size, theme
):
    page, guest = visit(admin_state, size=size, theme=theme), visit(size=size, theme=theme)
    path = make_gallery(page, f"For {size} and {theme}")
    open_sharing(page)
    open_link = make_link(page, terms=("Let guests respond", "Show prompts", "Allow downloads"))
    check(page, "the dialog to share")
    page.goto(f"{path}arrange/")
    page.get_by_role("button", name="By hand").click()

    places = ["/galleries/", "/galleries/new/", path]
    places += [f"{path}{rest}" for rest in ("edit/", "add/", "arrange/", "share/")]
    for place in places:
        page.goto(place)
        check(page, place)
        if size == "small":
            too_small = page.locator("main :is(.btn, .input, .select):visible").evaluate_all(
                "all => all.map(one => [one.getBoundingClientRect(), one.outerHTML])"
                ".filter(([box]) => box.height < 43.5).map(([, html]) => html)"
            )
            assert too_small == [], place
    guest.goto(open_link)
    check(guest, "the page of guests")
    guest.get_by_role("textbox", name=re.compile("^Your name")).fill("Greta")
    guest.get_by_role("button", name="Start").click()
    guest.locator(".tile-link").first.click()
    guest.get_by_role("textbox", name="Comment").fill("This one")
    guest.get_by_role("button", name="Comment", exact=True).click()
    check(guest, "a picture for guests")
