"""A link that lets one person in."""

import hashlib
import secrets
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.models.person import Role

LIFETIME = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        return self.open().filter(expires_at__gt=timezone.now())

    def open(self) -> "InvitationQuerySet":
        """Neither used nor taken back; it may have expired, and may then be sent again."""
        return self.filter(used_at=None, revoked_at=None)

    def with_token(self, token: str) -> "InvitationQuerySet":
        return self.filter(token_hash=hash_of(token))


class Invitation(models.Model):
    """Only the token's hash is kept; the link is shown once, when it is made."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    email = models.EmailField(blank=True, help_text="Empty: the person gives their own.")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    monthly_allowance = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    daily_cap = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    name = models.CharField(max_length=120, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Invitation as {self.get_role_display()}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @classmethod
    def issue(cls, *, role: str, email: str = "", **preset: Any) -> str:
        """Make an invitation and return its token, which is kept nowhere."""
        invitation = cls(role=role, email=email, **preset)
        return invitation.renew()

    def renew(self) -> str:
        """A new token from today on; the one before lets nobody in any more."""
        token = secrets.token_urlsafe(32)
        self.token_hash, self.expires_at = hash_of(token), timezone.now() + LIFETIME
        # Of a row that is there nothing else is written: somebody may use it at this moment.
        self.save(update_fields=None if self._state.adding else ["token_hash", "expires_at"])
        return token


def hash_of(token: str) -> str:
    # The token has 256 random bits, so a fast hash without a salt is enough.
    return hashlib.sha256(token.encode()).hexdigest()
