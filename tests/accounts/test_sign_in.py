import re
from urllib.parse import urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.core import mail
from django.template.loader import get_template
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.urls import urlpatterns
from tests.conftest import PASSWORD

NEW = "another calm evening"


def sign_in(client, email="alice@example.org", password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password} | more)


def who(client):
    return getattr(get_user(client), "email", None)


# ── Signing in and out ───────────────────────────────────────────────────────────────────────────


def test_the_form_names_its_boxes_and_its_button(client, db):
    page = client.get("/accounts/login/").text

    assert re.search(r'<label for="id_login">Email</label>', page)
    assert re.search(r'<label for="id_password">Password</label>', page)
    assert re.findall(r"<button type=\"submit\"[^>]*>([^<]+)</button>", page) == ["Sign in"]


def test_signing_in_leads_to_the_studio(client, alice):
    answer = sign_in(client)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(client) == alice.email


def test_the_case_of_an_address_does_not_matter(client, alice):
    sign_in(client, "  ALICE@example.ORG ")

    assert who(client) == alice.email


def test_signing_in_leads_back_to_where_one_was_going(client, alice):
    assert sign_in(client, next="/settings/")["Location"] == "/settings/"


def test_signing_in_never_leads_to_another_site(client, alice):
    assert sign_in(client, next="https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@example.org", "wrong"), ("nobody@example.org", PASSWORD)],
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(client, alice, email, password):
    answer = sign_in(client, email, password)

    assert "The email or the password is not right." in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text
    assert who(client) is None


def test_somebody_who_is_locked_out_cannot_sign_in(client, alice):
    alice.is_active = False
    alice.save()

    sign_in(client)

    assert who(client) is None


def test_locking_somebody_out_ends_their_session_at_once(client_of, alice):
    client = client_of(alice)
    alice.is_active = False
    alice.save()

    assert client.get("/settings/").status_code == 302


def test_guessing_is_slowed_down(client, alice):
    for _ in range(5):
        sign_in(client, password="wrong")

    answer = sign_in(client)

    assert "Too many attempts." in answer.text
    assert who(client) is None


def test_signing_out_is_a_post(client_of, alice):
    client = client_of(alice)

    assert client.get("/accounts/logout/").status_code == 200
    assert who(client) == alice.email

    answer = client.post("/accounts/logout/", follow=True)
    assert who(client) is None
    assert "You are signed out." in answer.text


def test_signing_in_says_nothing_that_the_page_does_not_say(client, alice):
    sign_in(client)

    assert "uccessfully" not in client.get("/settings/").text


# ── A new password ───────────────────────────────────────────────────────────────────────────────


def ask_for_a_link(client, email="alice@example.org"):
    answer = client.post("/accounts/password/reset/", {"email": email}, follow=True)
    links = re.findall(r"http\S+", "".join(letter.body for letter in mail.outbox))
    return answer, links


def test_a_letter_leads_to_a_new_password(client, alice):
    answer, [link] = ask_for_a_link(client)
    assert "Look into your mail" in answer.text

    form = client.get(urlsplit(link).path, follow=True)
    assert "Choose a new password" in form.text
    done = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)

    assert "Your password is changed" in done.text
    sign_in(client, password=NEW)
    assert who(client) == alice.email


def test_the_letters_link_is_below_the_sites_own_address(client, alice, settings):
    settings.SITE_URL = "https://flux.example.org"

    _, [link] = ask_for_a_link(client)

    assert link.startswith("https://flux.example.org/accounts/password/reset/key/")


def test_the_letter_says_whom_it_is_about_and_nothing_in_html(client, alice):
    ask_for_a_link(client)

    [letter] = mail.outbox
    assert letter.subject == "A new password for Fluxsite"
    assert letter.to == ["alice@example.org"]
    assert "alice@example.org" in letter.body
    assert letter.alternatives == []


def test_the_page_does_not_tell_whether_an_address_is_known(client, alice):
    known, _ = ask_for_a_link(client)
    unknown, _ = ask_for_a_link(client, "nobody@example.org")

    assert known.text == unknown.text
    assert mail.outbox[1].subject == "No account with this address"


def test_letters_are_not_sent_without_end(client, alice):
    for _ in range(5):
        ask_for_a_link(client)

    answer, _ = ask_for_a_link(client)

    assert answer.status_code == 429
    assert "Too many attempts" in answer.text
    assert len(mail.outbox) == 5


def test_a_link_works_once(client, alice):
    _, [link] = ask_for_a_link(client)
    form = client.get(urlsplit(link).path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})

    answer = client.get(urlsplit(link).path, follow=True)

    assert "This link has ended" in answer.text


def test_a_weak_new_password_is_refused_with_the_reason(client, alice):
    _, [link] = ask_for_a_link(client)
    form = client.get(urlsplit(link).path, follow=True)

    answer = client.post(form.request["PATH_INFO"], {"password1": "short", "password2": "short"})

    assert "too short" in answer.text


def test_changing_a_password_ends_the_other_sessions(client_of, alice):
    here, there = client_of(alice), client_of(alice)

    answer = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
        follow=True,
    )

    assert "Your password is changed." in answer.text
    assert who(here) == alice.email
    assert who(there) is None


def test_changing_a_password_needs_the_current_one(client_of, alice):
    answer = client_of(alice).post(
        "/accounts/password/change/",
        {"oldpassword": "wrong", "password1": NEW, "password2": NEW},
    )

    assert "This is not your current password." in answer.text


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────


WINDOWS = {"accept": "text/html", "user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/150.0"}
LINUX = {"accept": "text/html", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0"}


def test_the_list_of_sessions_shows_each_device(client_of, alice):
    here, there = client_of(alice), client_of(alice)
    there.get("/settings/", headers=WINDOWS)

    page = here.get("/accounts/sessions/", headers=LINUX).text

    assert "Firefox on Windows" in page
    assert "Chrome on Linux" in page
    assert page.count("This device") == 1


def test_other_devices_can_be_signed_out(client_of, alice):
    here, there = client_of(alice), client_of(alice)
    here.get("/settings/", headers=LINUX)
    there.get("/settings/", headers=WINDOWS)

    answer = here.post("/accounts/sessions/", headers=LINUX, follow=True)

    assert "All other devices are signed out." in answer.text
    assert who(here) == alice.email
    assert who(there) is None


def test_one_device_can_be_signed_out(client_of, alice):
    here, there, phone = client_of(alice), client_of(alice), client_of(alice)
    for client in (here, there, phone):
        client.get("/settings/", headers=LINUX)
    session = UserSession.objects.get(session_key=there.session.session_key)

    answer = here.post(f"/accounts/sessions/{session.pk}/end/", headers=LINUX, follow=True)

    assert "Chrome on Linux is signed out." in answer.text
    assert [who(client) for client in (here, there, phone)] == [alice.email, None, alice.email]
    assert "Signed out Chrome on Linux" in AuditEvent.objects.values_list("text", flat=True)


def test_nobody_signs_out_the_device_of_somebody_else(client_of, alice, charlie, admin):
    hers = client_of(alice)
    hers.get("/settings/", headers=LINUX)
    session = UserSession.objects.get(user=alice)

    for person in (charlie, admin):
        answer = client_of(person).post(f"/accounts/sessions/{session.pk}/end/")
        assert answer.status_code == 404
    assert who(hers) == alice.email


# ── What is reachable ────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_signup", "account_inactive", "account_login"])
def test_what_a_stranger_may_see_is_in_our_own_frame(client, name):
    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert answer.templates[0].origin.name.startswith(get_template("solo.html").origin.name[:-9])


@pytest.mark.django_db
def test_nobody_signs_up_by_themselves(client):
    answer = client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})

    assert "By invitation" in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["account_change_password", "account_set_password", "usersessions_list", "settings"]
)
def test_strangers_are_led_to_the_sign_in_page(client, name):
    answer = client.get(reverse(name))

    assert answer["Location"] == f"/accounts/login/?next={reverse(name)}"


def test_no_address_of_allauth_is_open_beyond_those_that_are_listed():
    assert {pattern.name for pattern in urlpatterns} == {
        "account_change_password",
        "account_inactive",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "openid_connect_callback",
        "openid_connect_login",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_set_password",
        "account_signup",
        "first_admin",
        "session_end",
        "settings",
        "settings_letters",
        "settings_profile",
        "settings_theme",
        "settings_token_revoke",
        "settings_tokens",
        "usersessions_list",
    }
