"""Many wishes that were asked for together."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Person


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, person: Person) -> "BatchQuerySet":
        return self.filter(owner=person)


class Batch(models.Model):
    """What was typed and chosen; its jobs point at it, each with its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batches"
    )
    form_token = models.UUIDField(editable=False)
    template = models.TextField(help_text="As it was typed, with its blanks")
    choices = models.JSONField(default=dict, help_text="Models, sizes, count, values of the blanks")
    labels = models.JSONField(default=list, help_text="What sets each job apart, by its place")
    told_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its end was told, or was seen anyway"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "form_token"], name="batch_one_per_form")
        ]

    def __str__(self) -> str:
        return self.template[:60]
