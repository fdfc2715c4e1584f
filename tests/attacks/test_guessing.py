"""Whoever guesses at a door is slowed down and told so, even with the right key; later it opens."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.core import mail
from django.test import Client
from django.utils import timezone
from guesting import link_to

from accounts import invitations, people, tokens
from accounts.guest_lists import Guest
from accounts.invitations import Terms
from accounts.models import Person
from accounts.models.person import Role
from gallery.models import Gallery
from tests.conftest import PASSWORD

NOON = "2026-11-29 12:00Z"
PAGE = "To keep guessers out, this page takes a break after many attempts. Wait a minute"
FORM = "Too many attempts. Wait five minutes, then try again."
LINK = "Wait ten minutes"
API = "Too many calls. Wait a minute, then go on more slowly."
MINUTE = 60


@dataclass(kw_only=True)
class Door:
    guess: Callable[[int], Any]  # the answer to a wrong one
    knock: Callable[[], Any]  # the answer to the right one
    let_in: int  # the status that says so
    allowed: int
    words: str
    wait: int = MINUTE
    refused: int = 429


def sign_in(there, email="alice@example.org", password="wrong"):
    return there.client.post("/accounts/login/", {"login": email, "password": password})


def one_account(there):
    return Door(
        guess=lambda number: sign_in(there),
        knock=lambda: sign_in(there, password=PASSWORD),
        let_in=302,
        allowed=5,
        words=FORM,
        wait=5 * MINUTE,
        refused=200,
    )


def many_accounts(there):
    return Door(
        guess=lambda number: sign_in(there, f"guess-{number}@example.org"),
        knock=lambda: sign_in(there, password=PASSWORD),
        let_in=302,
        allowed=10,
        words=FORM,
        refused=200,
    )


def ask_for_a_link(there, email):
    return there.client.post("/accounts/password/reset/", {"email": email})


def reset_of_one(there):
    return Door(
        guess=lambda number: ask_for_a_link(there, "alice@example.org"),
        knock=lambda: ask_for_a_link(there, "alice@example.org"),
        let_in=302,
        allowed=5,
        words=PAGE,
    )


def reset_of_many(there):
    return Door(
        guess=lambda number: ask_for_a_link(there, f"guess-{number}@example.org"),
        knock=lambda: ask_for_a_link(there, "alice@example.org"),
        let_in=302,
        allowed=20,
        words=PAGE,
    )


def reset_link(there):
    ask_for_a_link(there, "alice@example.org")
    [link] = re.findall(r"/accounts/password/reset/key/\S+/", mail.outbox[0].body)
    return Door(
        guess=lambda number: there.client.get(f"/accounts/password/reset/key/0-guess-{number}/"),
        knock=lambda: there.client.get(link),
        let_in=302,
        allowed=30,
        words=PAGE,
    )


def second_factor(there):
    secret = generate_totp_secret()
    TOTP.activate(there.alice, secret)
    sign_in(there, password=PASSWORD)

    def send(code):
        return there.client.post("/accounts/code/", {"code": code})

    return Door(
        guess=lambda number: send("000000"),
        knock=lambda: send(
            format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))
        ),
        let_in=302,
        allowed=5,
        words=FORM,
        wait=5 * MINUTE,
        refused=200,
    )


def passkeys(there):
    def send(number=0):
        return there.client.post("/accounts/passkeys/sign-in/", {"credential": "{}"})

    return Door(guess=send, knock=send, let_in=302, allowed=10, words=PAGE)


def confirming(there):
    there.client.force_login(there.alice)

    def send(password):
        return there.client.post("/accounts/confirm/", {"password": password})

    return Door(
        guess=lambda number: send("wrong"),
        knock=lambda: send(PASSWORD),
        let_in=302,
        allowed=5,
        words=FORM,
        wait=5 * MINUTE,
        refused=200,
    )


def password_change(there):
    there.client.force_login(there.alice)
    new = "another quiet morning"

    def send(old):
        sent = {"oldpassword": old, "password1": new, "password2": new}
        return there.client.post("/accounts/password/change/", sent)

    return Door(
        guess=lambda number: send("wrong"),
        knock=lambda: send(PASSWORD),
        let_in=302,
        allowed=5,
        words=PAGE,
    )


def invitation(there):
    [(_, link)] = invitations.by_link(
        [Guest(email="")], terms=Terms(role=Role.MEMBER), by=there.admin
    )
    return Door(
        guess=lambda number: there.client.get(f"/invitations/guess-{number}/"),
        knock=lambda: there.client.get(link),
        let_in=200,
        allowed=30,
        words=PAGE,
    )


def first_admin(there):
    Person.objects.all().delete()
    link = people.first_admin_link()
    return Door(
        guess=lambda number: there.client.get(f"/accounts/first-admin/guess-{number}/"),
        knock=lambda: there.client.get(link),
        let_in=200,
        allowed=30,
        words=PAGE,
    )


def link_password(there):
    gallery = Gallery.objects.create(name="Spring", owner=there.alice)
    path = link_to(gallery, password="a green door")

    def send(password):
        return there.client.post(f"{path}unlock/", {"password": password})

    return Door(
        guess=lambda number: send(f"guess {number}"),
        knock=lambda: send("a green door"),
        let_in=302,
        allowed=20,
        words=LINK,
        wait=10 * MINUTE,
    )


def api(there):
    token = tokens.make(there.alice, name="program", may_read=True, may_make=False, days=30)

    def call(shown):
        headers = {"authorization": f"Bearer {shown}"}
        return there.client.get("/api/v1/me", headers=headers)

    return Door(
        guess=lambda number: call(f"flux_guess-{number}"),
        knock=lambda: call(token),
        let_in=200,
        allowed=20,
        words=API,
    )


DOORS = [
    one_account,
    many_accounts,
    reset_of_one,
    reset_of_many,
    reset_link,
    second_factor,
    passkeys,
    confirming,
    password_change,
    invitation,
    first_admin,
    link_password,
    api,
]


@pytest.mark.parametrize("make_door", DOORS, ids=lambda door: door.__name__)
def test_guessing_is_slowed_down_and_told_and_ends(make_door, alice, admin):
    with time_machine.travel(NOON, tick=False) as clock:
        there = SimpleNamespace(client=Client(), alice=alice, admin=admin)
        door = make_door(there)
        for number in range(door.allowed):
            answer = door.guess(number)
            assert (answer.status_code, door.words in answer.text) != (door.refused, True), number

        for answer in (door.guess(door.allowed), door.knock()):
            assert answer.status_code == door.refused
            assert door.words in answer.text
        clock.shift(door.wait + 1)

        assert door.knock().status_code == door.let_in
