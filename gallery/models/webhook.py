"""Addresses that hear of finished jobs, and what was sent to each."""

import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Person
from gallery.models.generation import Generation


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, person: Person) -> "WebhookQuerySet":
        return self.filter(owner=person)

    def hearing(self) -> "WebhookQuerySet":
        return self.filter(is_on=True, owner__is_active=True)


class Webhook(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks"
    )
    address = models.CharField(max_length=500)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.address

    @property
    def host(self) -> str:
        """What others may read of it: the rest of an address is often a key."""
        return urlsplit(self.address).netloc

    @property
    def secret(self) -> str:
        """What its messages are signed with: made of the site's own, so it is kept nowhere."""
        return salted_hmac("gallery.webhook", str(self.pk), algorithm="sha256").hexdigest()


class DeliveryManager(models.Manager["Delivery"]):
    def note(self, generations: Iterable[Generation]) -> None:
        """In the transaction that ends them, so that none is forgotten."""
        ended = list(generations)
        owners = {generation.owner_id for generation in ended}
        hearing = list(Webhook.objects.hearing().filter(owner__in=owners))
        self.bulk_create(
            Delivery(webhook=webhook, generation=generation, event=generation.status)
            for generation in ended
            for webhook in hearing
            if webhook.owner_id == generation.owner_id
        )


class Delivery(models.Model):
    """One message to one address, sent until it is taken or given up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=12)  # the state in which the job has ended
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last answer
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DeliveryManager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["webhook", "-created_at", "-id"], name="delivery_webhook_time"),
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"

    @property
    def is_taken(self) -> bool:
        return self.ended_at is not None and not self.problem
