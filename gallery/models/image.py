"""Pictures kept in our own storage."""

import uuid

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from gallery.models.gallery import Gallery, Placement
from gallery.models.review import Favourite, Rating, Tag, tag_name

RENDITION_TYPE = "image/webp"


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, person: Person) -> "ImageQuerySet":
        """The one rule for pages, files, thumbnails, zip and search alike: nothing in the trash."""
        # From the picture to its few galleries: by `IN`, SQLite tries every gallery there is.
        opened = Gallery.objects.visible_to(person).filter(pk=models.OuterRef("gallery_id"))
        shared = Placement.objects.filter(models.Exists(opened), image=models.OuterRef("pk"))
        return self.kept().filter(models.Q(owner=person) | models.Exists(shared))

    def kept(self) -> "ImageQuerySet":
        return self.filter(trashed_at=None)

    def owned_by(self, person: Person) -> "ImageQuerySet":
        return self.kept().filter(owner=person)

    def in_trash_of(self, person: Person) -> "ImageQuerySet":
        """What its owner may still have back."""
        return self.filter(owner=person, trashed_at__isnull=False, doomed_at=None)

    def doomed(self) -> "ImageQuerySet":
        """Not to be had back any more, although its files are not gone yet."""
        return self.filter(doomed_at__isnull=False, purged_at=None)

    def marked_for(self, person: Person) -> "ImageQuerySet":
        """Each with `is_favourite`."""
        favourites = Favourite.objects.filter(image=models.OuterRef("pk"), person=person)
        return self.annotate(is_favourite=models.Exists(favourites))

    def rated_by(self, person: Person, at_least: int) -> "ImageQuerySet":
        """Those to which this person gave so many stars or more."""
        rated = Rating.objects.filter(person=person, stars__gte=at_least)
        return self.filter(pk__in=rated.values("image"))

    def tagged(self, name: str) -> "ImageQuerySet":
        return self.filter(pk__in=Tag.objects.filter(name=tag_name(name)).values("image"))

    def taggable_by(self, person: Person) -> "ImageQuerySet":
        """One's own, and what is in a gallery that one manages."""
        managed = Placement.objects.filter(
            image=models.OuterRef("pk"),
            gallery__in=Gallery.objects.managed_by(person).values("pk"),
        )
        return self.kept().filter(models.Q(owner=person) | models.Exists(managed))


class Image(models.Model):
    """One picture: the original file as it arrived, and its renditions.

    The facts of the wish are copied here, because a picture outlives its model and its
    generation's row may be hidden.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="images"
    )
    generation = models.ForeignKey(
        "gallery.Generation", on_delete=models.PROTECT, related_name="images"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="edits"
    )
    position = models.PositiveSmallIntegerField(default=0)
    prompt = models.TextField()
    model_name = models.CharField(max_length=60)
    seed = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=40)
    colour = models.CharField(max_length=7, help_text="Average colour, as #rrggbb")
    original = models.CharField(max_length=200, help_text="Name in storage")
    renditions = models.JSONField(default=dict, help_text="Name in storage by size")
    source_url = models.TextField(blank=True)  # where the provider keeps it, for 30 days
    created_at = models.DateTimeField(default=timezone.now)
    team_rating = models.PositiveIntegerField(
        null=True, blank=True, help_text="Everybody's stars on average, in thousandths"
    )

    # The way out. A purged row has no files and no words; lineage and its job still count it.
    trashed_at = models.DateTimeField(null=True, blank=True)
    doomed_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="image_owner_time"),
            models.Index(
                fields=["owner", "-team_rating", "-id"],
                name="image_owner_rating",
                condition=models.Q(team_rating__isnull=False),
            ),
            models.Index(
                fields=["-team_rating", "-id"],
                name="image_rating",
                condition=models.Q(team_rating__isnull=False),
            ),
            models.Index(
                fields=["owner", "-trashed_at", "-id"],
                name="image_owner_trash",
                condition=models.Q(trashed_at__isnull=False),
            ),
            models.Index(
                fields=["trashed_at"],
                name="image_trash_time",
                condition=models.Q(trashed_at__isnull=False, doomed_at__isnull=True),
            ),
            models.Index(
                fields=["doomed_at"],
                name="image_doomed",
                condition=models.Q(doomed_at__isnull=False, purged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.prompt[:60]

    def get_absolute_url(self) -> str:
        return reverse("image_detail", args=[self.pk])

    @property
    def is_in_storage(self) -> bool:
        return default_storage.exists(self.original)


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, person: Person) -> "UploadQuerySet":
        return self.filter(owner=person)


class Upload(models.Model):
    """A picture that somebody brought as a reference; decoded, upright, without GPS."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads"
    )
    name = models.CharField(max_length=200, help_text="Name in storage")
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    renditions = models.JSONField(default=dict, help_text="Name in storage by size")
    created_at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)
