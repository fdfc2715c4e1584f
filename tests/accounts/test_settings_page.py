from decimal import Decimal

import pytest
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)

from accounts import credits


@pytest.fixture
def client(client_of, alice):
    return client_of(alice)


def test_the_page_shows_who_one_is(client):
    page = client.get("/settings/").text

    assert 'value="Alice Adler"' in page
    assert "alice@example.org" in page
    assert "css/settings.css" in page


def test_a_name_is_saved(client, alice):
    answer = client.post("/settings/profile/", {"name": "Alice A."}, follow=True)

    alice.refresh_from_db()
    assert alice.name == "Alice A."
    assert "Your profile is saved." in answer.text


def test_an_empty_name_is_refused_and_the_frame_keeps_the_old_one(client, alice):
    answer = client.post("/settings/profile/", {"name": ""})

    alice.refresh_from_db()
    assert answer.status_code == 422
    assert alice.name == "Alice Adler"
    assert "AA" in answer.text


@pytest.mark.parametrize("theme", ["light", "dark", ""])
def test_a_theme_is_saved_and_is_on_the_page(client, alice, theme):
    page = client.post("/settings/theme/", {"theme": theme}, follow=True).text

    alice.refresh_from_db()
    assert alice.theme == theme
    assert ('data-theme="' in page) is bool(theme)


def test_a_theme_that_is_not_offered_is_refused(client, alice):
    answer = client.post("/settings/theme/", {"theme": "pink"})

    alice.refresh_from_db()
    assert answer.status_code == 422
    assert alice.theme == ""


def test_nobody_makes_themselves_an_admin(client, alice):
    client.post("/settings/profile/", {"name": "Alice", "role": "admin", "monthly_allowance": 999})

    alice.refresh_from_db()
    assert (alice.role, alice.monthly_allowance) == ("member", None)


def test_the_page_says_what_is_left(client, alice):
    alice.monthly_allowance, alice.daily_cap = Decimal(10), Decimal(4)
    alice.save()
    credits.hold(alice, Decimal("0.216"), reference="generation:1")

    page = client.get("/settings/").text

    assert "0.216 of 10 credits used." in page
    assert "3.784 of 4" in page


def test_a_viewer_reads_nothing_about_credits(client_of, victor):
    assert "Your credits" not in client_of(victor).get("/settings/").text


@pytest.mark.parametrize("path", ["/settings/profile/", "/settings/theme/"])
def test_saving_is_a_post(client, path):
    assert client.get(path).status_code == 405


def test_the_hint_about_passwords_is_true(client):
    [validator] = [
        validator
        for validator in get_default_password_validators()
        if isinstance(validator, MinimumLengthValidator)
    ]

    page = client.get("/accounts/password/change/").text

    assert f"At least {validator.min_length} characters." in page
