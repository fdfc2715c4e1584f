"""What was done on the site that somebody may have to answer for; lines are only ever added."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditKind(models.TextChoices):
    SIGN_IN = "sign_in", "Sign-ins"
    PEOPLE = "people", "People and roles"
    CREDITS = "credits", "Allowances and credits"
    SHARING = "sharing", "Sharing"
    DELETION = "deletion", "Deletions"
    SETTINGS = "settings", "Settings"


class AuditIsAppendOnly(TypeError):
    """A line of the audit log was to be changed or deleted."""


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **fields: Any) -> NoReturn:
        raise AuditIsAppendOnly("Add a line instead of changing one.")

    def delete(self) -> NoReturn:
        raise AuditIsAppendOnly("Add a line instead of deleting one.")


class AuditEvent(models.Model):
    """One sentence, without its subject: “Raised the allowance of Daniel Okafor to 750”."""

    kind = models.CharField(max_length=10, choices=AuditKind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="audit_events",
        help_text="Who did it; nobody when the site did, or a stranger.",
    )
    text = models.CharField(max_length=500)
    address = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="audit_event_time"),
            models.Index(fields=["kind", "-created_at", "-id"], name="audit_event_kind_time"),
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AuditIsAppendOnly("Add a line instead of changing one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AuditIsAppendOnly("Add a line instead of deleting one.")
