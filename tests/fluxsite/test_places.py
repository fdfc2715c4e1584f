"""Each page marks one main place as the current one, in the rail and in the tab bar alike."""

import re

import pytest
from django.urls import reverse

PAGES = {
    "studio": "Studio",
    "edit": "Studio",
    "prompt_list": "Studio",
    "preset_list": "Studio",
    "library": "Library",
    "teams": "Library",
    "favourites": "Library",
    "search_list": "Library",
    "gallery_list": "Galleries",
    "gallery_create": "Galleries",
    "team": "Team",
    "team_usage": "Team",
    "team_health": "Team",
    "settings": "Settings",
    "settings_tokens": "Settings",
    "account_change_password": "Settings",
    "api_page": "Settings",
}
CURRENT = re.compile(r'<a [^>]*aria-current="page"[^>]*><svg[^>]*>.*?</svg>(\w+)</a>')


def navigation(page, start):
    """From where the rail or the tab bar begins to its end."""
    return page[page.index(start) :].split("</nav>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_marks_the_one_place_that_it_is_in(client, admin, name):
    client.force_login(admin)

    page = client.get(reverse(name)).content.decode()

    assert CURRENT.findall(navigation(page, '<nav class="rail"')) == [PAGES[name]]
    assert CURRENT.findall(navigation(page, '<nav class="tabbar"')) == [PAGES[name]]
