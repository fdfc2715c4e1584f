import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import people
from accounts.models import Invitation, Person
from accounts.people import InvitationEnded
from tests.conftest import all_at_once

ADA = {"email": "Ada@Example.org", "name": "Ada", "password": "a quiet green morning"}


def token_of(link):
    return link.rstrip("/").rpartition("/")[2]


# ── The first-admin link ─────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_first_admin_link_is_an_address_of_this_site(settings):
    settings.SITE_URL = "https://flux.example.org"

    link = people.first_admin_link()

    assert re.fullmatch(r"https://flux\.example\.org/accounts/first-admin/[\w-]{43}/", link)


def test_there_is_no_first_admin_link_once_there_is_anybody(alice):
    assert people.first_admin_link() is None


@pytest.mark.django_db
def test_only_the_hash_of_a_token_is_kept():
    token = token_of(people.first_admin_link())

    assert token not in str(Invitation.objects.values())


@pytest.mark.django_db
def test_a_newer_link_ends_the_older_ones():
    older = token_of(people.first_admin_link())
    newer = token_of(people.first_admin_link())

    assert people.first_admin_invitation(older) is None
    assert people.first_admin_invitation(newer) is not None


@pytest.mark.django_db
def test_a_link_ends_after_a_week():
    token = token_of(people.first_admin_link())

    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert people.first_admin_invitation(token) is None


@pytest.mark.django_db
def test_a_link_ends_when_an_admin_was_made_in_another_way():
    token = token_of(people.first_admin_link())
    Person.objects.create_superuser("admin@example.org")

    assert people.first_admin_invitation(token) is None


@pytest.mark.django_db
def test_an_invitation_as_a_member_is_no_first_admin_link():
    token = Invitation.issue(role="member")

    assert people.first_admin_invitation(token) is None


@pytest.mark.django_db
def test_accepting_makes_a_person_of_the_invited_role_whose_address_counts():
    invitation = people.first_admin_invitation(token_of(people.first_admin_link()))

    person = people.accept(invitation, **ADA)

    assert person.is_admin
    assert person.email == "ada@example.org"
    assert person.check_password(ADA["password"])
    assert EmailAddress.objects.get().verified


@pytest.mark.django_db
def test_an_invitation_lets_one_person_in():
    invitation = people.first_admin_invitation(token_of(people.first_admin_link()))
    people.accept(invitation, **ADA)

    with pytest.raises(InvitationEnded):
        people.accept(invitation, **ADA | {"email": "bob@example.org"})

    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_wins():
    invitation = people.first_admin_invitation(token_of(people.first_admin_link()))

    def accept(number):
        try:
            people.accept(invitation, **ADA | {"email": f"person-{number}@example.org"})
        except InvitationEnded:
            return False
        return True

    won = all_at_once(accept, times=6)

    assert sum(won) == 1
    assert Person.objects.count() == 1


# ── createsuperuser ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_createsuperuser_makes_an_admin_from_the_environment(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "Ada@Example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", ADA["password"])

    call_command("createsuperuser", interactive=False, verbosity=0)

    person = Person.objects.get()
    assert person.is_admin
    assert person.email == "ada@example.org"
    assert person.check_password(ADA["password"])


@pytest.mark.django_db
def test_createsuperuser_again_says_that_the_address_is_taken(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "ADA@example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", ADA["password"])
    call_command("createsuperuser", interactive=False, verbosity=0)

    with pytest.raises(CommandError, match="taken"):
        call_command("createsuperuser", interactive=False, verbosity=0)


def test_createsuperuser_works_from_the_shell(tmp_path):
    environment = os.environ | {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/fluxsite.sqlite3",
        "DJANGO_SUPERUSER_EMAIL": "ada@example.org",
        "DJANGO_SUPERUSER_PASSWORD": ADA["password"],
    }
    for command in (["migrate", "--verbosity=0"], ["createsuperuser", "--noinput"]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )

    assert done.stdout == "Superuser created successfully.\n"


# ── Keeping somebody who can manage the site ─────────────────────────────────────────────────────


def test_an_admin_alone_is_the_only_one(admin, alice):
    assert people.is_only_admin(admin)
    assert not people.is_only_admin(alice)


def test_of_two_admins_neither_is_the_only_one(admin):
    second = Person.objects.create_superuser("second@example.org")

    assert not people.is_only_admin(admin)
    assert not people.is_only_admin(second)


def test_an_admin_who_is_locked_out_does_not_count(admin):
    Person.objects.create_superuser("second@example.org", is_active=False)

    assert people.is_only_admin(admin)


def test_a_new_address_takes_the_place_of_the_old_one(alice):
    alice.email = "adler@example.org"
    alice.save()

    people.vouch_for_address(alice)

    assert EmailAddress.objects.get().email == "adler@example.org"
    assert EmailAddress.objects.get().primary
