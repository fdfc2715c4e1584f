"""Put pictures of one's own into galleries: one's own, and those that take contributions."""

import uuid
from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Person
from gallery.models import Gallery, Image, Placement
from gallery.models.gallery import LONGEST_NAME, GalleryQuerySet

GAP = 2**20  # between ranks, so that there is room for what is moved in between
AT_ONCE = 500
MICROSECOND = timedelta(microseconds=1)


class NotOpen(Exception):
    """The gallery is gone, or takes nothing from this person any more."""


class PlacingForm(forms.Form):
    """`was` names the galleries that were ticked when the form was shown: what others have
    changed meanwhile stays as it is."""

    galleries = forms.ModelMultipleChoiceField(Gallery.objects.none(), required=False)
    name = forms.CharField(
        required=False,
        max_length=LONGEST_NAME,
        error_messages={"max_length": f"Use at most {LONGEST_NAME} characters."},
    )

    def __init__(self, *args: Any, image: Image, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = list(_offered(image, person).order_by("name", "pk"))
        keys = [gallery.pk for gallery in self.offered]
        chosen: forms.ModelMultipleChoiceField[Gallery] = self.fields["galleries"]  # type: ignore[assignment]
        chosen.queryset = Gallery.objects.filter(pk__in=keys)
        self.fields["was"] = _Known(choices=[(str(key), "") for key in keys], required=False)

    @property
    def choices(self) -> list[tuple[Gallery, bool]]:
        """Each gallery, and whether it is chosen."""
        chosen = _keys(self["galleries"].value())
        return [(gallery, str(gallery.pk) in chosen) for gallery in self.offered]

    @property
    def shown(self) -> list[str]:
        """The keys of those that were ticked when the form was shown."""
        return sorted(_keys(self["was"].value()))


class _Known(forms.MultipleChoiceField):
    """Whatever is not among its choices has gone meanwhile, and is no mistake."""

    def to_python(self, value: Any) -> list[str]:
        return [key for key in super().to_python(value) if self.valid_value(key)]


def _keys(value: Any) -> set[str]:
    return {str(getattr(one, "pk", one)) for one in value or []}


def _offered(image: Image, person: Person) -> GalleryQuerySet:
    """Also where it is already: an owner may always take a picture back."""
    own = Gallery.objects.filter(placements__image=image).values("pk")
    return Gallery.objects.open_to_contributions_of(person) | Gallery.objects.filter(pk__in=own)


def form_for(image: Image, person: Person) -> PlacingForm:
    """With those chosen that it is in already."""
    chosen = list(Gallery.objects.filter(placements__image=image).values_list("pk", flat=True))
    return PlacingForm(initial={"galleries": chosen, "was": chosen}, image=image, person=person)


@transaction.atomic
def place(image: Image, form: PlacingForm, *, by: Person) -> list[Gallery]:
    """Into those ticked anew and a new one, if it has a name; out of those unticked.

    Return where it is.
    """
    chosen = {gallery.pk for gallery in form.cleaned_data["galleries"]}
    was = set(map(uuid.UUID, form.cleaned_data["was"]))
    remove_many([image], was - chosen)
    for gallery in Gallery.objects.open_to_contributions_of(by).filter(pk__in=chosen - was):
        _put_on_top([image], gallery, by)
    if name := form.cleaned_data["name"].strip():
        namesake = Gallery.objects.filter(owner=by, name=name).first()
        _put_on_top([image], namesake or Gallery.objects.create(owner=by, name=name), by)
    return list(Gallery.objects.filter(placements__image=image).order_by("name", "pk"))


def place_many(images: Iterable[Image], gallery: Gallery, *, by: Person) -> int:
    """Those of them that are this person's own, on top, the first one first.

    Return how many were not there before. Raises NotOpen.
    """
    if not Gallery.objects.open_to_contributions_of(by).filter(pk=gallery.pk).exists():
        raise NotOpen
    own = (image for image in images if image.owner_id == by.pk and not image.trashed_at)
    with transaction.atomic():
        return _put_on_top(own, gallery, by)


def remove_many(images: Iterable[Image], galleries: Collection[uuid.UUID]) -> None:
    """Out of these galleries; the pictures stay with their owners."""
    keys = [image.pk for image in images]
    Gallery.objects.filter(pk__in=galleries, cover__in=keys).update(cover=None)
    Placement.objects.filter(gallery__in=galleries, image__in=keys).delete()


def lock(gallery: Gallery) -> Gallery:
    """Whoever puts something into order waits here for the other, inside a transaction."""
    try:
        return Gallery.objects.select_for_update().get(pk=gallery.pk)
    except Gallery.DoesNotExist as error:
        raise NotOpen from error


def highest_rank(gallery: Gallery) -> int:
    found = Placement.objects.filter(gallery=gallery).aggregate(most=Max("rank"))
    return int(found["most"] or 0)


def _put_on_top(images: Iterable[Image], gallery: Gallery, by: Person) -> int:
    gallery, now, placed = lock(gallery), timezone.now(), 0
    images, new = iter(images), []
    while part := list(islice(images, AT_ONCE)):
        there = set(
            Placement.objects.filter(gallery=gallery, image__in=part).values_list(
                "image", flat=True
            )
        )
        new += [image.pk for image in dict.fromkeys(part) if image.pk not in there]
    top = highest_rank(gallery) + GAP * len(new)
    for first in range(0, len(new), AT_ONCE):
        rows = [
            Placement(
                gallery=gallery,
                image_id=key,
                placed_by=by,
                placed_at=now - place * MICROSECOND,
                rank=top - place * GAP,
            )
            for place, key in enumerate(new[first : first + AT_ONCE], start=first)
        ]
        placed += len(Placement.objects.bulk_create(rows, ignore_conflicts=True))
    return placed
