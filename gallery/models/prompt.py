"""What people have typed, and the settings that they keep: neither hangs on a picture."""

import hashlib
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Person


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class PromptUseQuerySet(models.QuerySet["PromptUse"]):
    def visible_to(self, person: Person) -> "PromptUseQuerySet":
        return self.filter(owner=person)

    def with_words(self, words: str) -> "PromptUseQuerySet":
        """Those in which each of the words occurs, in any letter case."""
        found = self
        for word in words.casefold().split()[:10]:
            found = found.filter(folded__contains=word)
        return found

    def before(self, use: "PromptUse") -> "PromptUseQuerySet":
        """What comes after this one in the list, newest first (keyset paging)."""
        return self.filter(
            Q(last_used_at__lt=use.last_used_at) | Q(last_used_at=use.last_used_at, pk__lt=use.pk)
        )


class PromptUse(models.Model):
    """A prompt that one person has used, however often."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prompt_uses"
    )
    text = models.TextField()
    # SQLite compares only the letters of ASCII without regard to case.
    folded = models.TextField(help_text="The text in folded case, for the search")
    digest = models.CharField(max_length=64)
    times = models.PositiveIntegerField(default=1)
    last_used_at = models.DateTimeField(default=timezone.now)

    objects = PromptUseQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="prompt_use_once")]
        indexes = [
            models.Index(fields=["owner", "-last_used_at", "-id"], name="prompt_use_owner_time")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class PresetQuerySet(models.QuerySet["Preset"]):
    def visible_to(self, person: Person) -> "PresetQuerySet":
        return self.filter(Q(owner=person) | Q(is_for_team=True))

    def editable_by(self, person: Person) -> "PresetQuerySet":
        """One's own; those of the team also by an admin."""
        own = Q(owner=person)
        return self.filter(own | Q(is_for_team=True) if person.is_admin else own)


class Preset(models.Model):
    """Settings of the composer under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presets"
    )
    name = models.CharField(max_length=80)
    is_for_team = models.BooleanField("for the whole team", default=False)
    prompt = models.TextField(blank=True)
    choices = models.JSONField(default=dict, help_text="Models, sizes, count, values of the blanks")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="preset_name_once")]
        indexes = [
            models.Index(fields=["name"], name="preset_of_team", condition=Q(is_for_team=True))
        ]

    def __str__(self) -> str:
        return self.name
