import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import AuditEvent, Token
from accounts.models.invitation import hash_of


def made(person, **fields):
    usual = {"name": "plugin", "may_read": True, "may_make": False, "days": 90}
    return tokens.make(person, **usual | fields)


def shown(page):
    return re.search(r'id="new-token">(flux_[\w-]{43})<', page.text)


def test_a_token_is_shown_once_and_kept_as_a_hash(client_of, alice):
    client = client_of(alice)

    first = client.post("/settings/tokens/", {"name": "plugin", "days": "90", "may_read": "on"})
    token = shown(first)[1]

    row = Token.objects.get()
    assert row.token_hash == hash_of(token) and row.tail == token[-4:]
    assert token not in str(Token.objects.values())
    assert tokens.find(token) == row
    assert not shown(client.get("/settings/tokens/"))
    assert first["Cache-Control"].count("no-store")
    assert "Made the API token “plugin”" in AuditEvent.objects.values_list("text", flat=True)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"days": "90", "may_read": "on"}, "This field is required."),
        ({"name": "x", "days": "9999", "may_read": "on"}, ""),
        ({"name": "x", "days": "90"}, "Choose at least one thing that it may do."),
        ({"name": "x" * 61, "days": "90", "may_read": "on"}, "60 characters"),
    ],
)
def test_what_does_not_fit_is_told_at_the_field(client_of, alice, sent, words):
    answer = client_of(alice).post("/settings/tokens/", sent)

    assert answer.status_code == 422
    assert words in answer.text
    assert not Token.objects.exists()


def test_a_token_ends(alice, time_machine):
    token = made(alice, days=30)
    time_machine.move_to(timezone.now() + timedelta(days=29), tick=False)
    assert tokens.find(token)
    time_machine.move_to(timezone.now() + timedelta(days=2), tick=False)

    assert tokens.find(token) is None


def test_a_revoked_token_ends_at_once_and_leaves_the_list(client_of, alice):
    token = made(alice)
    client = client_of(alice)

    answer = client.post(f"/settings/tokens/{Token.objects.get().pk}/revoke/", follow=True)

    assert tokens.find(token) is None
    assert "The token “plugin” is revoked." in answer.text
    assert "…" + token[-4:] not in answer.text
    assert "Revoked the API token “plugin”" in AuditEvent.objects.values_list("text", flat=True)


def test_nobody_revokes_the_token_of_somebody_else(client_of, alice, charlie, admin):
    token = made(alice)

    for person in (charlie, admin):
        answer = client_of(person).post(f"/settings/tokens/{Token.objects.get().pk}/revoke/")
        assert answer.status_code == 404
    assert tokens.find(token)


def test_who_is_locked_out_has_no_usable_token(alice):
    token = made(alice)
    alice.is_active = False
    alice.save()

    assert tokens.find(token) is None


def test_its_use_is_noted_once_a_minute(alice, django_assert_num_queries, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    token = tokens.find(made(alice))
    tokens.note_use(token)
    token.refresh_from_db()
    assert token.last_used_at == timezone.now()

    with django_assert_num_queries(0):
        tokens.note_use(token)


def test_there_is_an_end_to_making_tokens(client_of, alice, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 1)
    made(alice)

    answer = client_of(alice).post(
        "/settings/tokens/", {"name": "one more", "days": "90", "may_read": "on"}
    )

    assert answer.status_code == 422
    assert Token.objects.count() == 1
