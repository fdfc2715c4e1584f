"""The team's side as chromium shows it."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts import allowances
from accounts.guest_lists import Guest
from accounts.invitations import Terms, by_link
from accounts.models import AllowanceRequest, Group, Invitation, Person
from accounts.models.person import Role
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(page, live_server, admin, client_of, context):
    """As the admin."""
    cookie = client_of(admin).cookies["fluxsite_session"].value
    context.add_cookies([{"name": "fluxsite_session", "value": cookie, "url": live_server.url}])

    def go(path):
        page.goto(f"{live_server.url}{path}")
        return page

    return go


@pytest.mark.parametrize(
    ("scheme", "size"),
    [("light", {"width": 1440, "height": 900}), ("dark", {"width": 360, "height": 740})],
)
def test_every_page_is_accessible_and_fits(visit, page, alice, bob, admin, scheme, size):
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    allowances.ask(alice, "A poster")
    [(_, link)] = by_link([Guest(email="")], terms=Terms(role=Role.MEMBER), by=admin)
    Person.objects.filter(pk=bob.pk).update(is_active=False)
    wish = AllowanceRequest.objects.get()
    group = Group.objects.create(name="Design")
    group.people.add(alice)
    axe = Axe()

    for path in (
        "/team/",
        f"/team/people/{alice.pk}/",
        f"/team/people/{bob.pk}/",
        "/team/invitations/",
        f"/team/allowances/?person={alice.pk}",
        "/team/budget/",
        "/team/groups/",
        f"/team/groups/{group.pk}/",
        f"/team/requests/{wish.pk}/",
        f"/team/requests/{wish.pk}/?answer=approve",
        f"/team/requests/{wish.pk}/?answer=decline",
        "/team/audit/",
        "/settings/",
        urlsplit(link).path,
        "/invitations/nonsense/",
    ):
        visit(path)
        report = axe.run(page, context="main")
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path


def test_somebody_is_invited_by_a_link_and_comes_in(visit, page, browser, live_server):
    visit("/team/").get_by_role("link", name="Invite people").click()
    page.get_by_label("Email addresses").fill("lena@example.org")
    page.get_by_label("Show me the links to hand on").check()
    page.get_by_role("button", name="Invite", exact=True).click()
    path = urlsplit(page.locator("#link-1").inner_text()).path

    theirs = browser.new_page()
    theirs.goto(f"{live_server.url}{path}")
    expect(theirs.get_by_label("Email")).to_have_value("lena@example.org")
    theirs.get_by_label("Your name").fill("Lena")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Join the team").click()
    expect(theirs).to_have_title(re.compile("Studio"))

    expect(visit("/team/").get_by_text("lena@example.org")).to_be_visible()
    assert Invitation.objects.get().used_at
    theirs.close()


def test_many_allowances_change_by_keyboard_alone(visit, page, alice, bob):
    visit("/team/").get_by_label("Select Alice Adler").focus()
    page.keyboard.press("Space")
    page.get_by_label("Select Bob Brandt").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Change allowances").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Change allowances")
    dialog.get_by_label("Credits a month").focus()
    page.keyboard.type("250")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The allowance of 2 people is changed.")).to_be_visible()
    assert set(
        Person.objects.filter(role="member").values_list("monthly_allowance", flat=True)
    ) == {250}


def test_on_a_phone_a_thumb_hits_everything(visit, page, alice):
    page.set_viewport_size({"width": 360, "height": 740})
    visit("/team/")

    small = page.eval_on_selector_all(
        "main :is(a, button, .cell-check, .select)",
        """found => found.filter(one => {
            const { height } = one.getBoundingClientRect()
            return one.checkVisibility() && height && height < 44 && !one.closest("p, thead")
        }).map(one => one.outerHTML)""",
    )

    assert small == []
