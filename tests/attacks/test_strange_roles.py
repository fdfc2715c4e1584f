"""What is for admins alone, tried on things that are there: a guard that is missing must show."""

import pytest
from django.core import serializers
from everything import EVERY, OURS

from accounts.models import Invitation, Person, Token
from gallery.models import FluxModel, Gallery, Image

TEAM = [one for one in OURS if one.route.startswith("team/")]
BACK_OFFICE = [one for one in EVERY if one.route.startswith("admin/")]
LETS_EVERYBODY_IN = {"login", "logout"}


def what_is_there():
    kinds = (Person, Invitation, Token, FluxModel, Gallery, Image)
    rows = [row for kind in kinds for row in kind.objects.order_by("pk")]
    return serializers.serialize("json", rows)


def test_there_are_addresses_to_be_tried():
    assert {"team_model_up", "team_person", "team_invitation_revoke"} & {one.name for one in TEAM}
    assert len(BACK_OFFICE) > 20


@pytest.mark.parametrize("address", TEAM, ids=str)
def test_for_members_and_viewers_there_is_nothing_although_it_is_there(
    site, alice, victor, client_of, address
):
    clients, before = [client_of(alice), client_of(victor)], what_is_there()

    for client in clients:
        for method in ("get", "post"):
            assert getattr(client, method)(site.path(address)).status_code in (404, 405)

    assert what_is_there() == before


def test_the_back_office_sends_everybody_else_away(site, alice, victor, client_of):
    let_in = set()
    for client in (client_of(alice), client_of(victor)):
        for address in BACK_OFFICE:
            for method in ("get", "post"):
                status = getattr(client, method)(site.path(address)).status_code
                if status not in (302, 403, 404, 405):
                    let_in.add((address.name, method, status))

    assert {name for name, *_ in let_in} <= LETS_EVERYBODY_IN, let_in
