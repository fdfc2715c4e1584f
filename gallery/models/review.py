"""What people think of pictures, each person's own and seen by nobody else; and their tags."""

import unicodedata

from django.conf import settings
from django.db import models
from django.utils import timezone


class Favourite(models.Model):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites"
    )
    image = models.ForeignKey("gallery.Image", on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "image"], name="favourite_once")]
        indexes = [
            models.Index(fields=["person", "-created_at", "-image"], name="favourite_person_time")
        ]

    def __str__(self) -> str:
        return f"{self.image_id} of {self.person_id}"


MOST_STARS = 5


class Rating(models.Model):
    """`Image.team_rating` is the average of them; `gallery.rating` keeps it true."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ratings", db_index=False
    )
    image = models.ForeignKey("gallery.Image", on_delete=models.CASCADE, related_name="ratings")
    stars = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "image"], name="rating_once"),
            models.CheckConstraint(
                condition=models.Q(stars__range=(1, MOST_STARS)), name="rating_in_stars"
            ),
        ]
        indexes = [models.Index(fields=["person", "stars", "image"], name="rating_person_stars")]

    def __str__(self) -> str:
        return f"{self.stars} of {self.person_id} for {self.image_id}"


class Rejection(models.Model):
    """Collected while culling, until all of them go to the trash or are kept after all."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    image = models.ForeignKey("gallery.Image", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "image"], name="rejection_once")]

    def __str__(self) -> str:
        return f"{self.image_id} by {self.person_id}"


LONGEST_TAG = 40
MOST_TAGS = 20  # of one picture


def tag_name(text: str) -> str:
    """As tags are kept and searched for: small letters, single spaces, no # in front, no NUL."""
    line = " ".join(text.replace("\0", "").split()).lstrip("# ").lower()
    return unicodedata.normalize("NFC", line)


class Tag(models.Model):
    """What a picture is called; whoever sees the picture sees it."""

    image = models.ForeignKey(
        "gallery.Image", on_delete=models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(max_length=LONGEST_TAG)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["image", "name"], name="tag_once")]
        indexes = [
            models.Index(fields=["name", "image"], name="tag_name_image"),
            models.Index(fields=["by", "name"], name="tag_by_name"),
        ]

    def __str__(self) -> str:
        return self.name
