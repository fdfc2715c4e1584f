import re
import time
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.contrib.auth import get_user
from django.test import Client

from accounts.models import AuditEvent, Person
from tests.conftest import PASSWORD, all_at_once

PASSKEY = {"name": "Laptop", "credential": {}}


def sign_in(client, person):
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def who(client):
    return getattr(get_user(client), "email", None)


def confirm(client):
    return client.post("/accounts/confirm/", {"password": PASSWORD})


def code_of(secret, *, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def set_up_app(client):
    confirm(client)
    page = client.get("/accounts/app/add/").text
    secret = re.search(r'id="secret"[^>]*>([A-Z2-7]+)<', page)[1]
    answer = client.post("/accounts/app/add/", {"code": code_of(secret)}, follow=True)
    return secret, re.findall(r"<li>(\d{8})</li>", answer.text)


def events():
    return [event.text for event in AuditEvent.objects.order_by("pk")]


def test_an_app_is_asked_for_after_the_password(client, client_of, alice):
    secret, _ = set_up_app(client_of(alice))

    answer = sign_in(client, alice)
    assert answer["Location"] == "/accounts/code/"
    assert who(client) is None

    wrong = client.post("/accounts/code/", {"code": "000000"})
    assert "This code is not right." in wrong.text
    assert who(client) is None

    client.post("/accounts/code/", {"code": code_of(secret)})
    assert who(client) == alice.email


def test_an_app_is_set_up_only_with_the_code_that_it_shows(client_of, alice):
    client = client_of(alice)
    confirm(client)
    client.get("/accounts/app/add/")

    answer = client.post("/accounts/app/add/", {"code": "000000"})

    assert "This code is not right." in answer.text
    assert not Authenticator.objects.exists()


def test_the_square_for_the_camera_fits_the_content_policy(client_of, alice):
    client = client_of(alice)
    confirm(client)

    page = client.get("/accounts/app/add/")

    assert 'src="data:image/svg+xml;base64,' in page.text
    assert "data:" in page["Content-Security-Policy"].split("img-src")[1].split(";")[0]


def test_the_secret_is_not_readable_in_the_database(client_of, alice):
    secret, _ = set_up_app(client_of(alice))

    assert secret not in str(Authenticator.objects.values_list("data", flat=True))


def test_another_secret_key_lets_nobody_in(client, client_of, alice, settings):
    secret, codes = set_up_app(client_of(alice))
    settings.SECRET_KEY = "another key that only this test of the site ever uses"
    sign_in(client, alice)

    for code in (code_of(secret), codes[0]):
        assert client.post("/accounts/code/", {"code": code}).status_code == 200
    assert who(client) is None


def test_setting_up_asks_who_one_is(client_of, alice):
    for path in ("app/add", "passkeys/add", "recovery/new"):
        answer = client_of(alice).get(f"/accounts/{path}/")

        assert unquote(answer["Location"]) == f"/accounts/confirm/?next=/accounts/{path}/"


def test_a_code_of_the_app_opens_one_door_however_slowly_it_is_typed(
    client, client_of, alice, time_machine
):
    """It is right for a minute and a half; somebody who looked on must not follow."""
    time_machine.move_to("2026-12-01T12:00:01Z", tick=False)
    secret, _ = set_up_app(client_of(alice))
    code = code_of(secret, steps=1)

    for seconds, expected in ((0, alice.email), (31, None), (28, None)):
        time_machine.shift(seconds)
        client.logout()
        sign_in(client, alice)
        client.post("/accounts/code/", {"code": code})
        assert who(client) == expected

    assert client.post("/accounts/code/", {"code": code_of(secret)})["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_recovery_code_at_once_one_comes_in():
    alice = Person.objects.create_user("alice@example.org", PASSWORD)
    [code, *_] = RecoveryCodes.activate(alice).generate_codes()
    TOTP.activate(alice, generate_totp_secret())

    def come_in(number):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        sign_in(browser, alice)
        return browser.post("/accounts/code/", {"code": code}).status_code

    assert sorted(all_at_once(come_in, times=4)) == [200, 200, 200, 302]


def test_a_recovery_code_lets_one_in_once(client, client_of, alice):
    _, codes = set_up_app(client_of(alice))
    assert len(set(codes)) == 10

    for expected in (alice.email, None):
        client.logout()
        sign_in(client, alice)
        client.post("/accounts/code/", {"code": codes[0]})
        assert who(client) == expected


def test_new_recovery_codes_end_the_old_ones(client, client_of, alice):
    here = client_of(alice)
    _, old = set_up_app(here)
    new = re.findall(r"<li>(\d{8})</li>", here.post("/accounts/recovery/new/", follow=True).text)
    assert len(new) == 10 and not set(new) & set(old)

    sign_in(client, alice)
    client.post("/accounts/code/", {"code": old[0]})
    assert who(client) is None
    client.post("/accounts/code/", {"code": new[0]})
    assert who(client) == alice.email


def test_recovery_codes_can_be_taken_away_as_a_file(client_of, alice):
    client = client_of(alice)
    _, codes = set_up_app(client)

    file = client.get("/accounts/recovery/codes.txt")

    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert all(code in file.text for code in codes)


def test_guessing_codes_is_slowed_down(client, client_of, alice):
    secret, _ = set_up_app(client_of(alice))
    sign_in(client, alice)
    for _ in range(5):
        client.post("/accounts/code/", {"code": "000000"})

    answer = client.post("/accounts/code/", {"code": code_of(secret)})

    assert "Too many attempts." in answer.text
    assert who(client) is None


def test_turning_the_app_off_takes_the_recovery_codes_with_it(client, client_of, alice):
    here = client_of(alice)
    set_up_app(here)

    answer = here.post("/accounts/app/remove/", follow=True)

    assert "The authenticator app is turned off." in answer.text
    assert not Authenticator.objects.exists()
    sign_in(client, alice)
    assert who(client) == alice.email


def test_the_audit_log_tells_of_each_step(client_of, alice, django_capture_on_commit_callbacks):
    client = client_of(alice)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/recovery/new/")
    client.post("/accounts/app/remove/")

    assert {
        "Added an authenticator app",
        "Added recovery codes",
        "Made new recovery codes",
        "Removed an authenticator app",
        "Removed recovery codes",
    } <= set(events())
    assert set(AuditEvent.objects.values_list("person", flat=True)) == {alice.pk}


def test_nobody_touches_the_passkey_of_somebody_else(client_of, alice, bob):
    passkey = Authenticator.objects.create(user=alice, type="webauthn", data=PASSKEY)
    client = client_of(bob)
    confirm(client)

    for way in ("name", "remove"):
        answer = client.post(f"/accounts/passkeys/{passkey.pk}/{way}/", {"name": "Mine"})
        assert answer.status_code == 404
    assert Authenticator.objects.get().data == PASSKEY


def test_a_passkey_gets_another_name(client_of, alice):
    passkey = Authenticator.objects.create(user=alice, type="webauthn", data=PASSKEY)
    client = client_of(alice)
    confirm(client)

    client.post(f"/accounts/passkeys/{passkey.pk}/name/", {"name": "Old laptop"})

    assert "Old laptop" in client.get("/settings/security/").text


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "{}",
        "[]",
        '"x"',
        '{"response": {"userHandle": "eA"}}',
        "{",
        pytest.param("[" * 5000, id="deep"),
    ],
)
def test_a_made_up_passkey_opens_nothing(client, alice, sent):
    client.get("/accounts/passkeys/sign-in/", headers={"accept": "application/json"})

    answer = client.post("/accounts/passkeys/sign-in/", {"credential": sent})

    assert answer.status_code in (302, 200)
    assert who(client) is None


# ── A second factor that is required ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("setting", "led"), [("off", []), ("admins", ["admin"]), ("everybody", ["admin", "alice"])]
)
def test_who_must_have_a_second_factor_is_led_to_it(
    client_of, alice, admin, settings, setting, led
):
    settings.REQUIRE_SECOND_FACTOR = setting

    for name, person in (("alice", alice), ("admin", admin)):
        answer = client_of(person).get("/library/")
        assert answer.get("Location") == ("/settings/security/" if name in led else None)


def test_nothing_else_opens_before_it_is_set_up(client_of, admin, settings):
    settings.REQUIRE_SECOND_FACTOR = "admins"
    client = client_of(admin)

    for path in ("/", "/settings/", "/admin/", "/accounts/password/change/", "/edit/"):
        assert client.get(path)["Location"] == "/settings/security/"
    assert client.post("/generations/", headers={"HX-Request": "true"})["HX-Redirect"]
    page = client.get("/settings/security/")
    assert "Your team asks for a second factor." in page.text


def test_it_all_opens_once_it_is_set_up_and_the_last_one_stays(client_of, admin, settings):
    settings.REQUIRE_SECOND_FACTOR = "admins"
    client = client_of(admin)
    set_up_app(client)
    assert client.get("/library/").status_code == 200

    answer = client.post("/accounts/app/remove/")

    assert "This site asks for a second factor, and this is your only one." in answer.text
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_last_passkey_stays_where_a_second_factor_is_required(client_of, alice, settings):
    settings.REQUIRE_SECOND_FACTOR = "everybody"
    passkey = Authenticator.objects.create(user=alice, type="webauthn", data=PASSKEY)
    client = client_of(alice)
    confirm(client)

    client.post(f"/accounts/passkeys/{passkey.pk}/remove/")

    assert Authenticator.objects.filter(pk=passkey.pk).exists()


# ── Lost ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_admin_takes_the_second_factor_of_somebody_who_lost_it(client, client_of, alice, admin):
    set_up_app(client_of(alice))

    answer = client_of(admin).post(
        "/admin/accounts/person/",
        {"action": "take_second_factor_away", "_selected_action": [str(alice.pk), str(admin.pk)]},
        follow=True,
    )

    assert "Without a second factor now: Alice Adler." in answer.text
    assert "Took away the second factor of Alice Adler" in events()
    sign_in(client, alice)
    assert who(client) == alice.email


def test_trying_passkeys_without_end_is_slowed_down(client, alice):
    for _ in range(10):
        client.post("/accounts/passkeys/sign-in/", {"credential": "{}"})

    assert client.post("/accounts/passkeys/sign-in/", {"credential": "{}"}).status_code == 429


def test_confirming_by_guesses_is_slowed_down(client_of, alice):
    client = client_of(alice)
    for _ in range(10):
        client.post("/accounts/confirm/", {"password": "wrong"})

    assert client.post("/accounts/confirm/", {"password": PASSWORD}).status_code == 429
