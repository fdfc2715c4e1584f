"""Signing in at a real OpenID Connect provider, which each run starts on loopback."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.contrib.auth import get_user
from django.core.checks import run_checks

from accounts import invitations
from accounts.guest_lists import Guest
from accounts.invitations import Terms
from accounts.models import AuditEvent, Person
from accounts.models.person import Role
from fluxsite.environment import single_sign_on
from tests.conftest import PASSWORD

BACK = "http://testserver/accounts/sso/callback/"
SECRET = "a secret between the two"


@pytest.fixture(scope="module")
def provider():
    script = Path(__file__).with_name("identity_provider.py")
    process = subprocess.Popen(
        [sys.executable, str(script), "0", BACK], stdout=subprocess.PIPE, text=True
    )
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.fixture
def single(settings, provider):
    """The site with single sign-on set; the groups are set by each test."""

    def use(groups=None, *, url=provider, secret=SECRET):
        settings.OIDC_URL = url
        settings.OIDC_GROUPS = groups or {}
        options = single_sign_on(url, "fluxsite", secret, "Corner ID", site.OIDC_SCOPES)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": options}

    use()
    return use


@pytest.fixture
def come(client, single, provider):
    """`come("eve@example.org", groups="flux")`: sign in there, and be led back here."""

    def in_(email, **more):
        client.logout()
        leaving = client.post("/accounts/sso/", {"next": "/settings/"})
        assert leaving["Location"].startswith(f"{provider}/identity/o/authorize")
        with httpx.Client() as browser:
            browser.get(f"{provider}/as/", params={"email": email} | more)
            back = browser.get(leaving["Location"])
        assert back.headers["Location"].startswith(BACK)
        return client.get(back.headers["Location"].removeprefix("http://testserver"))

    return in_


def who(client):
    return getattr(get_user(client), "email", None)


def test_the_page_has_the_button_only_when_a_provider_is_set(client, db, single, settings):
    assert "Continue with single sign-on" in client.get("/accounts/login/").text
    settings.OIDC_URL = ""
    assert "Continue with" not in client.get("/accounts/login/").text


@pytest.mark.django_db
def test_without_a_provider_nothing_is_there(client):
    assert client.post("/accounts/sso/").status_code == 404
    assert client.get("/accounts/sso/callback/").status_code == 404


def test_somebody_with_an_account_comes_in_by_their_verified_address(client, alice, come):
    answer = come("alice@example.org")

    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    assert who(client) == alice.email
    assert Person.objects.count() == 1


def test_the_second_time_the_provider_knows_them_whatever_their_address(client, alice, come):
    come("alice@example.org")
    Person.objects.filter(pk=alice.pk).update(email="adler@example.org")

    come("alice@example.org")

    assert who(client) == "adler@example.org"


def test_an_address_that_is_not_verified_opens_nothing(client, alice, come):
    answer = come("alice@example.org", verified="0")

    assert answer.status_code == 403
    assert "does not vouch for your e-mail address" in answer.text
    assert who(client) is None


def test_nobody_new_comes_in_without_a_group(client, db, come):
    answer = come("eve@example.org", groups="flux")

    assert "Nobody here has your e-mail address." in answer.text
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("groups", "role"),
    [("flux", "member"), ("flux,flux-admins", "admin"), ("other,flux", "member")],
)
def test_who_is_new_gets_the_strongest_role_of_their_groups(client, db, come, single, groups, role):
    single({"flux-admins": "admin", "flux": "member"})

    come("Eve@example.org", groups=groups, name="Eve Ember")

    eve = Person.objects.get()
    assert (eve.email, eve.role, eve.name) == ("eve@example.org", role, "Eve Ember")
    assert not eve.has_usable_password()
    assert who(client) == "eve@example.org"
    assert AuditEvent.objects.filter(text__contains="by single sign-on").count() == 1


def test_who_is_in_no_group_stays_out_although_they_have_an_account(client, alice, come, single):
    single({"flux": "member"})

    answer = come("alice@example.org", groups="other")

    assert "in none of the groups" in answer.text
    assert who(client) is None


def test_a_star_stands_for_everybody(client, db, come, single):
    single({"flux": "member", "*": "viewer"})

    come("eve@example.org", groups="other")

    assert Person.objects.get().role == "viewer"


def test_the_role_is_renewed_at_each_sign_in(alice, admin, come, single):
    single({"flux-admins": "admin", "flux": "member", "lookers": "viewer"})

    for group, role in (("flux-admins", "admin"), ("lookers", "viewer"), ("flux", "member")):
        come("alice@example.org", groups=group)
        alice.refresh_from_db()
        assert alice.role == role


def test_who_is_no_admin_any_more_invites_nobody(alice, admin, client, come, single):
    single({"flux-admins": "admin", "flux": "member"})
    come("alice@example.org", groups="flux-admins")
    alice.refresh_from_db()
    [(_, link)] = invitations.by_link([Guest(email="")], terms=Terms(role=Role.ADMIN), by=alice)

    come("alice@example.org", groups="flux")

    client.logout()
    assert client.get(link).status_code == 410


def test_the_last_admin_stays_one(client, admin, come, single):
    single({"flux": "member"})

    come("admin@example.org", groups="flux")

    admin.refresh_from_db()
    assert admin.role == "admin"
    assert who(client) == admin.email


def test_somebody_who_is_locked_out_stays_out(client, alice, come, single):
    single({"flux": "member"})
    Person.objects.filter(pk=alice.pk).update(is_active=False)

    answer = come("alice@example.org", groups="flux")

    assert answer["Location"] == "/accounts/inactive/"
    assert who(client) is None


def test_a_wrong_secret_is_told_in_words(client, alice, come, single):
    single(secret="another secret")

    answer = come("alice@example.org")

    assert "You are not signed in" in answer.text
    assert who(client) is None


def test_a_provider_that_does_not_answer_is_told_in_words(client, alice, single):
    single(url="http://127.0.0.1:9")

    answer = client.post("/accounts/sso/")

    assert answer.status_code == 503
    assert "The provider does not answer." in answer.text


def test_a_made_up_way_back_opens_nothing(client, alice, single):
    answer = client.get("/accounts/sso/callback/?code=x&state=y")

    assert "You are not signed in" in answer.text
    assert who(client) is None


def test_an_address_that_nobody_here_vouched_for_is_joined_once_the_provider_does(
    client, alice, come
):
    EmailAddress.objects.all().delete()

    come("alice@example.org")

    assert who(client) == alice.email
    assert Person.objects.count() == 1


@pytest.mark.parametrize("process", ["connect", "redirect"])
def test_accounts_are_not_joined_by_hand(client_of, alice, single, process):
    assert client_of(alice).post(f"/accounts/sso/?process={process}").status_code == 404
    assert client_of(alice).post("/accounts/sso/", {"process": process}).status_code == 404


# ── Without local passwords ──────────────────────────────────────────────────────────────────────


def test_passwords_can_be_turned_off(client, alice, come, settings):
    settings.LOCAL_PASSWORDS = False
    assert 'name="password"' not in client.get("/accounts/login/").text

    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert who(client) is None
    for path in ("password/reset/", "password/reset/key/1-x/"):
        assert client.get(f"/accounts/{path}").status_code == 404

    come("alice@example.org")
    assert client.get("/accounts/password/change/").status_code == 404
    assert "Current password" not in client.get("/settings/security/").text
    assert client.get("/accounts/passkeys/add/").status_code == 200


def test_passwords_stay_on_while_there_is_no_provider(settings):
    settings.LOCAL_PASSWORDS = False

    assert "fluxsite.E005" in {message.id for message in run_checks()}


def test_a_provider_without_a_secret_is_told_at_the_start(settings):
    settings.OIDC_URL = "https://id.example.org"

    assert "fluxsite.E004" in {message.id for message in run_checks()}
