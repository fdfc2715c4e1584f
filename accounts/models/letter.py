"""Letters on their way out."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.models.invitation import Invitation

GIVEN_UP_AFTER = timedelta(days=3)


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> "LetterQuerySet":
        return self.filter(sent_at=None, created_at__gt=timezone.now() - GIVEN_UP_AFTER)

    def due(self) -> "LetterQuerySet":
        return self.waiting().filter(next_try_at__lte=timezone.now())


class Letter(models.Model):
    """What a template says with these facts; it is written anew at each try.

    So no secret is kept here: an invitation's letter gets a new link each time it is tried.
    """

    to = models.EmailField()
    template = models.CharField(max_length=40, help_text="Of templates/mail, without its ending")
    facts = models.JSONField(default=dict)
    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, null=True, blank=True, related_name="letters"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_try_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], name="letter_waiting", condition=models.Q(sent_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"
