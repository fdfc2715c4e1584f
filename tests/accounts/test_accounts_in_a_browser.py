"""The pages of signing in and of settings, as chromium shows them."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts import people
from accounts.models import Person
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Reading the files of styles would need styles of axe's own, which the content policy forbids.
WITHOUT_STYLES = {"preload": False}
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}


@pytest.fixture
def complaints(page):
    """What the browser complained about: blocked by the policy, missing, or thrown."""
    page.emulate_media(reduced_motion="reduce")  # a page that slides away may complain
    found = []

    def listen(said):
        if said.type == "error":
            found.append(f"{said.text} {said.location['url']}")

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def visit(page, live_server):
    def go(path):
        page.goto(f"{live_server.url}{path}")
        return page

    return go


def sign_in(page, email="alice@example.org", password=PASSWORD):
    page.get_by_role("textbox", name="Email", exact=True).fill(email)
    page.get_by_role("textbox", name="Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_signing_in_with_a_wrong_password_then_with_the_right_one(visit, alice, complaints):
    page = visit("/settings/")
    expect(page.get_by_label("Email")).to_be_focused()

    sign_in(page, password="wrong")
    expect(page.get_by_role("alert")).to_have_text("The email or the password is not right.")
    expect(page.get_by_label("Password")).to_be_focused()
    sign_in(page)

    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    assert complaints == []


def test_the_first_admin_comes_in_by_the_link_and_nothing_else_hears_of_it(visit, page, complaints):
    path, asked = urlsplit(people.first_admin_link()).path, []
    page.on("request", lambda request: asked.append(request))
    visit(path)

    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Your name").fill("Ada Admin")
    page.get_by_label("Password").fill("a quiet green morning")
    page.get_by_role("button", name="Create account").click()

    expect(page).to_have_title(re.compile("Studio"))
    assert Person.objects.get().is_admin
    referers = [each.all_headers().get("referer", "") for each in asked]
    assert any(referers) and not any(path in each for each in referers)
    assert complaints == []


def test_a_forgotten_password_is_replaced(visit, page, alice, mailoutbox, complaints):
    visit("/accounts/login/").get_by_role("link", name="Forgot it?").click()
    page.get_by_label("Email").fill("alice@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    visit(urlsplit(re.search(r"http\S+", mailoutbox[0].body)[0]).path)
    page.get_by_label("New password", exact=True).fill("another calm evening")
    page.get_by_label("New password again").fill("another calm evening")
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("link", name="Go to sign-in").click()
    sign_in(page, password="another calm evening")

    expect(page).to_have_title(re.compile("Studio"))
    assert complaints == []


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("narrow", "dark")])
def test_every_page_is_accessible(visit, page, alice, complaints, size, scheme):
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    axe = Axe()

    def check(path):
        report = axe.run(visit(path), context="#main")
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"

    for path in ("login", "signup", "inactive", "password/reset", "password/reset/done"):
        check(f"/accounts/{path}/")
    sign_in(visit("/accounts/login/?next=/settings/"))
    page.wait_for_url("**/settings/")
    for path in ("accounts/logout", "accounts/password/change", "accounts/sessions", "settings"):
        check(f"/{path}/")

    assert complaints == []


def test_the_back_office_is_accessible_and_keeps_to_the_content_policy(
    visit, page, admin, alice, complaints
):
    sign_in(visit("/accounts/login/?next=/settings/"), "admin@example.org")
    page.wait_for_url("**/settings/")
    axe = Axe()
    for path in (
        "",
        "accounts/person/",
        "accounts/person/add/",
        f"accounts/person/{alice.pk}/change/",
        f"accounts/person/{alice.pk}/adjust-credits/",
        "accounts/creditentry/",
        "gallery/fluxmodel/",
        "gallery/generation/",
    ):
        report = axe.run(visit(f"/admin/{path}"), options=WITHOUT_STYLES)
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"

    assert complaints == []
