"""A link that lets one person in."""

import hashlib
import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.models.person import Role

LIFETIME = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        return self.filter(used_at=None, expires_at__gt=timezone.now())

    def with_token(self, token: str) -> "InvitationQuerySet":
        return self.filter(token_hash=hash_of(token))


class Invitation(models.Model):
    """Only the token's hash is kept; the link is shown once, when it is made."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(blank=True, help_text="Empty: the person gives their own.")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Invitation as {self.get_role_display()}"

    @classmethod
    def issue(cls, *, role: str, email: str = "") -> str:
        """Make an invitation and return its token, which is kept nowhere."""
        token = secrets.token_urlsafe(32)
        cls.objects.create(
            token_hash=hash_of(token), role=role, email=email, expires_at=timezone.now() + LIFETIME
        )
        return token


def hash_of(token: str) -> str:
    # The token has 256 random bits, so a fast hash without a salt is enough.
    return hashlib.sha256(token.encode()).hexdigest()
