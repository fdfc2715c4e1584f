"""What people think of pictures: each person's own, seen by nobody else."""

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
