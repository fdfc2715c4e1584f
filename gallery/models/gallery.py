"""Named collections of images that can be shared."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Person


class GalleryRole(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    CONTRIBUTOR = "contributor", "Contributor"
    MANAGER = "manager", "Manager"


class GalleryQuerySet(models.QuerySet["Gallery"]):
    def visible_to(self, person: Person) -> "GalleryQuerySet":
        joined = Membership.objects.filter(gallery=models.OuterRef("pk"), person=person)
        return self.filter(
            models.Q(owner=person) | models.Q(is_for_team=True) | models.Exists(joined)
        )


class Gallery(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="galleries"
    )
    name = models.CharField(max_length=120)
    is_for_team = models.BooleanField("for the whole team", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = GalleryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "galleries"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=GalleryRole.choices, default=GalleryRole.VIEWER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gallery", "person"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} as {self.get_role_display()}"


class Placement(models.Model):
    """One image in one gallery."""

    gallery = models.ForeignKey(Gallery, on_delete=models.CASCADE, related_name="placements")
    image = models.ForeignKey("gallery.Image", on_delete=models.CASCADE, related_name="placements")
    placed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gallery", "image"], name="placement_once")]
        indexes = [models.Index(fields=["gallery", "-placed_at"], name="placement_gallery_time")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.gallery_id}"
