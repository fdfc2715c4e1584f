"""The letters to people about how they sign in, read as they read them."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from accounts.models import AuditEvent, Letter, Person
from gallery import tasks
from tests.accounts.test_second_factor import PASSKEY, confirm, set_up_app, sign_in
from tests.conftest import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NEW = "another long password"


@pytest.fixture
def alices(client_of, alice):
    client = client_of(alice)
    client.defaults["HTTP_USER_AGENT"] = FIREFOX
    return client


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """`told(act)`: do it, and return to whom which letters went."""

    def letters_about(act, *values, **more):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(*values, **more)
        assert not mail.outbox  # nobody waits for the mail server
        tasks.send_letters()
        return [(letter.to[0], letter.subject) for letter in mail.outbox]

    return letters_about


def test_the_letter_says_what_when_and_from_where_plain_and_html(alices, told):
    assert told(set_up_app, alices) == [
        ("alice@example.org", "An authenticator app was added to your account")
    ]

    [letter] = mail.outbox
    page, kind = letter.alternatives[0]
    facts = r"An authenticator app was added to your account: \d+ \w+ \d{4}, \d\d:\d\d \(UTC\), "
    for text in (letter.body, page):
        assert re.search(facts + "from Firefox on Linux, address 127.0.0.1.", text)
        assert "Hello Alice Adler," in text
        assert "http://127.0.0.1:8000/settings/security/" in text
    assert kind == "text/html"
    assert "by the admin" not in letter.body


def test_every_change_of_the_ways_in_is_told_once(alices, alice, told):
    set_up_app(alices)
    passkey = Authenticator.objects.create(user=alice, type="webauthn", data=PASSKEY)
    steps = {
        f"/accounts/passkeys/{passkey.pk}/remove/": "A passkey was removed from your account",
        "/accounts/recovery/new/": (
            "New recovery codes were made for your account, and the old ones have ended"
        ),
        "/accounts/app/remove/": "The authenticator app was removed from your account",
    }

    for path, subject in steps.items():
        assert told(alices.post, path) == [(alice.email, subject)]


def test_the_use_of_a_recovery_code_is_told_and_that_of_an_app_is_not(client, alices, alice, told):
    _, codes = set_up_app(alices)
    told(lambda: None)
    sign_in(client, alice)

    subject = "A recovery code of your account was used (9 left)"
    assert told(client.post, "/accounts/code/", {"code": codes[0]}) == [(alice.email, subject)]
    assert codes[0] not in mail.outbox[0].body
    assert AuditEvent.objects.filter(text="Used a recovery code of Alice Adler").exists()


def test_a_new_password_is_told(client, alices, alice, told):
    confirm(alices)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert told(alices.post, "/accounts/password/change/", sent) == [
        (alice.email, "The password of your account was changed")
    ]

    client.post("/accounts/password/reset/", {"email": alice.email})
    link = re.search(r"http://127.0.0.1:8000(\S+)", mail.outbox[-1].body)[1]
    page = client.get(link, follow=True).request["PATH_INFO"]
    assert told(client.post, page, {"password1": PASSWORD, "password2": PASSWORD}) == [
        (alice.email, "The password of your account was changed by a letter’s link")
    ]


# ── What admins do ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def office(client_of, admin):
    return client_of(admin)


def test_another_address_is_told_at_both(office, alice, told):
    sent = {"email": "alma@example.org", "name": alice.name, "role": "member", "is_active": "on"}

    subject = "The address of your account was changed from alice@example.org to alma@example.org"
    assert told(office.post, f"/admin/accounts/person/{alice.pk}/change/", sent) == [
        ("alice@example.org", subject),
        ("alma@example.org", subject),
    ]
    assert "by the admin Ada Admin." in mail.outbox[0].body
    assert Person.objects.get(pk=alice.pk).email == "alma@example.org"


def test_another_name_is_no_news(office, alice, told):
    sent = {"email": alice.email, "name": "Alma", "role": "member", "is_active": "on"}

    assert told(office.post, f"/admin/accounts/person/{alice.pk}/change/", sent) == []


def test_a_password_that_an_admin_sets_is_told_and_a_refused_one_is_not(office, alice, told):
    page = f"/admin/accounts/person/{alice.pk}/password/"
    sent = {"password1": NEW, "password2": NEW, "usable_password": "true"}

    assert told(office.post, page, sent | {"password2": "something else"}) == []
    assert told(office.post, page, sent) == [
        (alice.email, "The password of your account was changed")
    ]
    assert "by the admin Ada Admin." in mail.outbox[0].body


def test_a_second_factor_that_an_admin_takes_away_is_told(office, alices, alice, bob, told):
    set_up_app(alices)
    told(lambda: None)
    sent = {"action": "take_second_factor_away", "_selected_action": [alice.pk, bob.pk]}

    assert told(office.post, "/admin/accounts/person/", sent) == [
        (
            alice.email,
            "Passkeys, authenticator app and recovery codes were removed from your account",
        )
    ]


def test_what_the_letter_said_is_forgotten_once_it_is_sent(alices, told):
    told(set_up_app, alices)

    assert Letter.objects.get().facts == {}
