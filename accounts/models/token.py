"""A personal token, by which a program acts for one person."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

LIFETIMES = {
    30: "30 days",
    90: "90 days",
    365: "1 year",
}
USED_AT_MOST_EVERY = timedelta(minutes=1)


class TokenQuerySet(models.QuerySet["Token"]):
    def usable(self) -> "TokenQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), person__is_active=True)

    def listed(self) -> "TokenQuerySet":
        """What its owner still has to know of: the revoked ones are gone."""
        return self.filter(revoked_at=None).order_by("-created_at", "-pk")


class Token(models.Model):
    """Only its hash is kept, and its last signs for telling tokens apart."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    tail = models.CharField(max_length=4, editable=False)
    may_read = models.BooleanField(default=True)
    may_make = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def scopes(self) -> tuple[str, ...]:
        given = {"read": self.may_read, "make": self.may_make}
        return tuple(name for name, may in given.items() if may)
