"""Sessions, and secrets that are compared: nothing is gained by bringing or by measuring."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.backends.cached_db import SessionStore
from django.test import Client

from accounts import invitations, people, tokens
from accounts.guest_lists import Guest
from accounts.invitations import Terms
from accounts.models import Person
from accounts.models.person import Role
from tests.conftest import PASSWORD


def sign_in(client, person, password=PASSWORD):
    return client.post("/accounts/login/", {"login": person.email, "password": password})


def test_signing_in_gives_a_session_that_nobody_knew_before(client, alice):
    client.get("/accounts/login/?next=/library/")
    client.session.save()
    before = client.session.session_key
    client.cookies["fluxsite_session"] = before

    sign_in(client, alice)

    assert client.cookies["fluxsite_session"].value != before
    attacker = Client()
    attacker.cookies["fluxsite_session"] = before
    assert get_user(attacker).is_anonymous


def test_a_made_up_session_is_not_taken_over(client, alice):
    client.cookies["fluxsite_session"] = "m" * 32

    sign_in(client, alice)

    assert client.cookies["fluxsite_session"].value != "m" * 32


@pytest.mark.parametrize("door", ["invitation", "first admin"])
def test_a_link_that_lets_somebody_in_gives_them_a_new_session(db, door):
    """Whoever laid a session of theirs into that browser before must not be let in as well."""
    victim, attacker = Client(), Client()
    laid = SessionStore()
    laid["something"] = "known"
    laid.create()
    for browser in (victim, attacker):
        browser.cookies["fluxsite_session"] = laid.session_key
    new = {"email": "new@example.org", "name": "New", "password": PASSWORD}

    victim.post(_link_of(door), new)

    assert get_user(victim).email == "new@example.org"
    assert get_user(attacker).is_anonymous


def _link_of(door):
    if door == "first admin":
        return urlsplit(people.first_admin_link()).path
    admin = Person.objects.create_superuser("admin@example.org", PASSWORD)
    [(_, link)] = invitations.by_link([Guest(email="")], terms=Terms(role=Role.MEMBER), by=admin)
    return urlsplit(link).path


def test_who_takes_anothers_place_gets_nothing_of_their_session(client, alice, bob):
    sign_in(client, alice)
    hers = client.cookies["fluxsite_session"].value
    client.post("/accounts/logout/")

    sign_in(client, bob)

    ghost = Client()
    ghost.cookies["fluxsite_session"] = hers
    assert get_user(ghost).is_anonymous
    assert client.cookies["fluxsite_session"].value != hers


@pytest.fixture
def hashings(monkeypatch):
    """How often a password was hashed: it is what takes the time."""
    counted = []
    encode = MD5PasswordHasher.encode

    def counting(self, *args):
        counted.append(args)
        return encode(self, *args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return counted


def test_an_unknown_address_takes_as_much_work_as_a_wrong_password(client, alice, hashings):
    sign_in(client, alice, "wrong")
    known = len(hashings)
    client.post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})

    assert known and len(hashings) == 2 * known


def test_tokens_are_found_by_their_hash_so_that_no_comparison_tells_how_much_is_right(
    alice, django_assert_num_queries
):
    token = tokens.make(alice, name="program", may_read=True, may_make=False, days=30)

    with django_assert_num_queries(3) as asked:
        assert tokens.find(token)
        assert not tokens.find(token[:-1] + "!")
        assert not tokens.find("flux_nothing")

    assert not any(token[:8] in query["sql"] for query in asked.captured_queries)
