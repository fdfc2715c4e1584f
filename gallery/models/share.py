"""Public links to galleries, and what people and guests say of the pictures in them."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.gallery import LONGEST_GUEST_NAME, Gallery

LIFETIME = timedelta(days=30)
HINT = 4  # characters
LONGEST_COMMENT = 2000
WHOLE = 1000  # a spot is told in per mille of the picture's width and height


def in_30_days() -> datetime:
    return timezone.now() + LIFETIME


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def with_token(self, token: str) -> "ShareLinkQuerySet":
        return self.filter(token_hash=hash_of(token))

    def live(self) -> "ShareLinkQuerySet":
        """Neither expired nor revoked, and made by somebody who is still there."""
        alive = self.filter(revoked_at=None, created_by__is_active=True)
        return alive.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class ShareLink(models.Model):
    """Only the token's hash is kept; the address is shown once, when it is made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    token_hint = models.CharField(max_length=HINT, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="share_links"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, default=in_30_days)
    revoked_at = models.DateTimeField(null=True, blank=True)
    password = models.CharField(max_length=128, blank=True, help_text="Hashed; empty: none")
    allows_downloads = models.BooleanField(default=False)
    shows_prompts = models.BooleanField(default=False)
    takes_responses = models.BooleanField(default=False)
    views = models.PositiveIntegerField(default=0)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"…{self.token_hint}"

    @property
    def is_live(self) -> bool:
        """Needs whoever made it at hand."""
        is_in_time = self.expires_at is None or self.expires_at > timezone.now()
        return not self.revoked_at and is_in_time and self.created_by.is_active


def new_token() -> str:
    return secrets.token_urlsafe(24)


def hash_of(token: str) -> str:
    # The token has 192 random bits, so a fast hash without a salt is enough.
    return hashlib.sha256(token.encode()).hexdigest()


class Guest(models.Model):
    """Somebody who came by a link and gave a name; the browser alone knows the id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="guests")
    name = models.CharField(max_length=LONGEST_GUEST_NAME)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class GuestHeart(models.Model):
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="hearts")
    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="guest_hearts")
    image = models.ForeignKey(
        "gallery.Image", on_delete=models.CASCADE, related_name="guest_hearts"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guest", "image"], name="guest_heart_once")]
        indexes = [models.Index(fields=["gallery", "image"], name="guest_heart_gallery")]

    def __str__(self) -> str:
        return f"{self.image_id} of {self.guest_id}"


class Comment(models.Model):
    """What a person or a guest says of a picture in one gallery, perhaps of one spot in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="comments")
    image = models.ForeignKey("gallery.Image", on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="comments"
    )
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, null=True, related_name="comments")
    text = models.TextField(max_length=LONGEST_COMMENT)
    x = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(WHOLE)])
    y = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(WHOLE)])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, guest=None) | Q(person=None, guest__isnull=False),
                name="comment_of_one",
            )
        ]
        indexes = [
            models.Index(fields=["gallery", "image", "created_at"], name="comment_of_picture")
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def author(self) -> str:
        return str(self.person or self.guest)
