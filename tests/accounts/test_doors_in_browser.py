"""What one signs in with, as chromium shows it: a virtual authenticator stands for the finger."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import AuditEvent
from fluxsite.environment import origin_of, single_sign_on
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page):
    page.emulate_media(reduced_motion="reduce")  # a page that slides away may complain
    found = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def visit(page, live_server):
    def go(path):
        page.goto(f"{live_server.url}{path}")
        return page

    return go


@pytest.fixture
def finger(page):
    """A device that makes passkeys and agrees to everything."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
        "authenticatorId"
    ]


@pytest.fixture(autouse=True)
def patient(page):
    """A busy machine takes its time; nobody waits half a minute for nothing, either."""
    page.set_default_timeout(20_000)
    expect.set_options(timeout=15_000)
    yield
    expect.set_options(timeout=None)


def sign_in(page, email="alice@example.org"):
    page.get_by_role("textbox", name="Email", exact=True).fill(email)
    page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page):
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()


def is_accessible(page):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        report = Axe().run(page, context="#main")
        assert report.violations_count == 0, f"{page.url}: {report.generate_report()}"


def test_a_passkey_is_added_named_used_and_removed(visit, page, alice, finger, complaints):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(visit("/accounts/login/?next=/settings/security/"))
    is_accessible(page)
    page.get_by_role("link", name="Add a passkey").click()
    is_accessible(page)
    confirm(page)
    is_accessible(page)
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Add passkey").click()

    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    expect(page.locator("#codes li")).to_have_count(10)
    is_accessible(page)
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Rename passkey My phone").click()
    page.get_by_label("Name").fill("My telephone")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("My telephone", exact=True)).to_be_visible()

    page.context.clear_cookies()
    visit("/accounts/login/")
    is_accessible(page)
    page.get_by_role("button", name="Use a passkey").press("Enter")
    expect(page).to_have_title(re.compile("Studio"))

    visit("/settings/security/").get_by_role("link", name="Remove passkey My telephone").click()
    confirm(page)
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.exists()
    assert "Added the passkey “My phone”" in AuditEvent.objects.values_list("text", flat=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []


def test_a_passkey_is_the_second_step_after_the_password(visit, page, alice, finger, complaints):
    sign_in(visit("/accounts/login/?next=/accounts/passkeys/add/"))
    confirm(page)
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.locator("#codes li")).to_have_count(10)
    page.context.clear_cookies()

    sign_in(visit("/accounts/login/"))
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    is_accessible(page)
    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_title(re.compile("Studio"))
    assert complaints == []


def test_a_passkey_that_is_refused_is_told_in_words(visit, page, alice, finger):
    cdp, authenticator = finger
    cdp.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    visit("/accounts/login/").get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_text("No passkey was used")).to_be_visible()


def test_a_token_is_made_copied_and_revoked_by_keyboard(visit, page, alice, complaints):
    page.set_viewport_size({"width": 360, "height": 740})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(visit("/accounts/login/?next=/settings/tokens/"))
    page.get_by_label("Name").fill("blender plugin")
    page.get_by_label("Name").press("Enter")

    expect(page.get_by_text("Copy the new token now.")).to_be_visible()
    is_accessible(page)
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_text("Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#new-token").text_content()
    page.get_by_role("button", name="Revoke token blender plugin").press("Enter")
    expect(page.get_by_text("You have none.")).to_be_visible()

    visit("/api/")
    is_accessible(page)
    visit("/settings/webhooks/")
    is_accessible(page)
    visit("/accounts/sessions/")
    is_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []


def test_the_content_policy_lets_the_button_lead_to_the_provider(
    page, live_server, alice, settings, complaints
):
    callback = f"{live_server.url}/accounts/sso/callback/"
    script = Path(__file__).with_name("identity_provider.py")
    command = [sys.executable, str(script), "0", callback]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        url = provider.stdout.readline().strip()
        secret = "a secret between the two"
        options = single_sign_on(url, "fluxsite", secret, "Corner ID", settings.OIDC_SCOPES)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": options}
        settings.OIDC_URL, settings.OIDC_NAME = url, "Corner ID"
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        directives = policy | {"form-action": ["'self'", origin_of(url)]}
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}

        page.goto(f"{url}/as/?email=alice@example.org")
        page.goto(f"{live_server.url}/accounts/login/?next=/settings/")
        is_accessible(page)
        page.get_by_role("button", name="Continue with Corner ID").click()

        expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
        provider.terminate()
    assert not [words for words in complaints if "Content Security Policy" in words]
