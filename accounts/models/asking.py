"""Asking for more credits, and the notes that an alert about a budget was sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AllowanceRequestQuerySet(models.QuerySet["AllowanceRequest"]):
    def open(self) -> "AllowanceRequestQuerySet":
        return self.filter(answered_at=None)


class AllowanceRequest(models.Model):
    """A member's wish for more this month; an admin approves an amount, or declines with words."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="allowance_requests"
    )
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    granted = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    objects = AllowanceRequestQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(answered_at=None),
                name="allowance_request_one_open",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class QuotaAlert(models.Model):
    """That admins were told, once a month, how much of a budget is used."""

    month = models.DateField(help_text="Its first day")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="Nobody: the whole team's budget.",
    )
    percent = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "person", "percent"], name="quota_alert_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["month", "percent"],
                condition=Q(person=None),
                name="quota_alert_once_for_the_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % in {self.month:%Y-%m}"


class ProviderAlert(models.Model):
    """That admins were told, once a month, how much of the budget at the provider is used."""

    month = models.DateField(help_text="Its first day")
    percent = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "percent"], name="provider_alert_once")
        ]

    def __str__(self) -> str:
        return f"{self.percent} % in {self.month:%Y-%m}"
