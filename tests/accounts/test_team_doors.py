"""Who may open what of the team's side."""

import pytest

from tests.test_access import ALL

TEAM = [path for _, path in ALL if path.startswith("/team/")]


def test_there_are_doors_to_be_tried():
    assert {"/team/", "/team/invitations/", "/team/audit/", "/team/budget/"} <= set(TEAM)


@pytest.mark.parametrize("path", TEAM)
@pytest.mark.parametrize("method", ["get", "post"])
def test_for_members_and_viewers_there_is_nothing(alice, victor, client_of, path, method):
    for person in (alice, victor):
        assert getattr(client_of(person), method)(path).status_code in (404, 405)


@pytest.mark.parametrize(
    "path", ["/team/", "/team/invitations/", "/team/audit/", "/team/audit/export/", "/team/budget/"]
)
def test_an_admin_comes_in(admin, client_of, path):
    assert client_of(admin).get(path).status_code == 200


def test_the_rail_leads_admins_to_the_team_and_nobody_else(admin, alice, client_of):
    assert client_of(admin).get("/settings/").text.count('href="/team/"') == 2
    assert 'href="/team/"' not in client_of(alice).get("/settings/").text


def test_somebody_who_is_no_admin_any_more_is_out_at_once(admin, client_of):
    client = client_of(admin)
    type(admin).objects.update(role="member")

    assert client.get("/team/").status_code == 404
