from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user

from accounts import people
from accounts.models import Invitation, Person

ADA = {"email": "Ada@Example.org", "name": "Ada Admin", "password": "a quiet green morning"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def path():
    return urlsplit(people.first_admin_link()).path


def test_the_link_shows_a_form_to_a_stranger(client, path):
    answer = client.get(path)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"
    for label in ("Email", "Your name", "Password"):
        assert f">{label}</label>" in answer.text


def test_the_form_makes_an_admin_and_signs_them_in(client, path):
    answer = client.post(path, ADA)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert get_user(client).is_admin
    assert get_user(client).email == "ada@example.org"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"email": "nonsense"}, "valid email"),
        ({"email": ""}, "required"),
        ({"name": ""}, "required"),
        ({"password": "short"}, "too short"),
        ({"password": "password123"}, "too common"),
        ({"password": "ada@example.org"}, "too similar"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, path, change, complaint):
    answer = client.post(path, ADA | change)

    assert answer.status_code == 422
    assert complaint in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert ADA["password"] not in answer.text
    if "name" not in change:
        assert 'value="Ada Admin"' in answer.text
    assert not Person.objects.exists()


def test_the_link_works_once(client, client_of, path):
    client.post(path, ADA)
    client.logout()

    answer = client.post(path, ADA | {"email": "eve@example.org"})

    assert answer.status_code == 410
    assert "This link has ended" in answer.text
    assert Person.objects.count() == 1


def test_once_there_is_an_admin_the_link_has_ended(client, path):
    Person.objects.create_superuser("admin@example.org")

    answer = client.get(path)

    assert answer.status_code == 410
    assert "This link has ended" in answer.text


def test_a_link_that_never_was_looks_like_one_that_has_ended(client):
    assert client.get("/accounts/first-admin/nonsense/").status_code == 410


def test_a_form_filled_in_too_late_is_refused(client, path):
    Invitation.objects.update(used_at="2026-11-22T12:00Z")

    assert client.post(path, ADA).status_code == 410


def test_nothing_but_reading_and_posting_is_answered(client, path):
    assert client.put(path).status_code == 405
