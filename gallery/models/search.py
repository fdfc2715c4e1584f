"""What the search goes by, and the searches that people keep."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Person


class Entry(models.Model):
    """One picture in the index of words and facets, which stands beside it in the database.

    The database writes it (see `gallery.indexing`); nothing of ours does.
    """

    # The moment of the picture in nanoseconds since 1970, made unique: the newest has the highest.
    place = models.BigIntegerField(primary_key=True)
    image = models.OneToOneField("gallery.Image", on_delete=models.CASCADE, related_name="entry")

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return str(self.place)


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def visible_to(self, person: Person) -> "SavedSearchQuerySet":
        return self.filter(owner=person)


class SavedSearch(models.Model):
    """A query of the library's address under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=80)
    query = models.TextField(help_text="As it stands in the address, without the question mark")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved searches"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_search_name_once")
        ]

    def __str__(self) -> str:
        return self.name
