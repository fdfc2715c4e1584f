"""Personal tokens: made, found by what a program sends, revoked."""

import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Person, Token
from accounts.models.invitation import hash_of
from accounts.models.token import USED_AT_MOST_EVERY

PREFIX = "flux_"  # by which scanners for lost secrets know it
MOST = 50  # of one person, still usable


class TooManyTokens(Exception):
    """More than anybody keeps an eye on."""


def make(person: Person, *, name: str, may_read: bool, may_make: bool, days: int) -> str:
    """Make a token and return it whole; nobody can ever see it again."""
    if Token.objects.usable().filter(person=person).count() >= MOST:
        raise TooManyTokens
    token = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(
        person=person,
        name=name,
        token_hash=hash_of(token),
        tail=token[-4:],
        may_read=may_read,
        may_make=may_make,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def find(token: str) -> Token | None:
    """The usable token that this is; None for any other, and for that of somebody locked out."""
    usable = Token.objects.usable().select_related("person")
    return usable.filter(token_hash=hash_of(token)).first()


def note_use(token: Token) -> None:
    """A write a minute at most, however often a program calls."""
    now = timezone.now()
    is_old = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_AT_MOST_EVERY)
    if token.last_used_at is None or token.last_used_at < now - USED_AT_MOST_EVERY:
        Token.objects.filter(is_old, pk=token.pk).update(last_used_at=now)


def is_still_usable(token: Token) -> bool:
    """Asked in the middle of a call, with the row locked: revoking waits, or has come first."""
    row = Token.objects.usable().filter(pk=token.pk)
    return row.select_for_update(no_key=True, of=("self",)).first() is not None


def revoke(token: Token) -> bool:
    """End it at once. Return whether it was not ended before."""
    return bool(
        Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    )
