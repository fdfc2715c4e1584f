"""Nothing changes because another site says so: every address that takes a POST, but those that
show who they are in another way."""

import pytest
from django.test import Client
from django.urls import resolve
from everything import EVERY


def is_exempt(path):
    return getattr(resolve(path.partition("?")[0]).func, "csrf_exempt", False)


def test_who_needs_no_token_is_listed_here(site):
    """Guests, whose forms are told apart below; programs, which show a token; and the provider,
    whose address is signed."""
    exempt = {one.name for one in EVERY if is_exempt(site.path(one))}

    others = {name for name in exempt if not name.startswith(("public_", "api_"))}
    assert others == {"flux_callback"}


def test_every_form_needs_the_token_against_forgery(site):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(site.owner)
    asked = [one for one in EVERY if not is_exempt(site.path(one))]

    answered = {str(one): browser.post(site.path(one)).status_code for one in asked}

    assert set(answered.values()) == {403}, answered


@pytest.mark.parametrize("from_where", ["cross-site", "same-site"])
def test_what_another_site_sends_in_a_guests_name_is_refused(site, from_where):
    """A sibling below the same domain is another site, too."""
    guests = [one for one in EVERY if one.name.startswith("public_")]
    away = {"sec-fetch-site": from_where}

    answered = {one.name: Client().post(site.path(one), headers=away).status_code for one in guests}

    assert set(answered.values()) <= {404, 405}, answered


def test_a_cookie_opens_nothing_for_programs(site, client_of):
    programs = [
        one for one in EVERY if one.route.startswith("api/v1/") and one.name != "api_openapi"
    ]
    client = client_of(site.owner)

    answered = {
        str(one): {getattr(client, way)(site.path(one)).status_code for way in ("get", "post")}
        for one in programs
    }

    assert all(statuses <= {401, 404, 405} for statuses in answered.values()), answered
