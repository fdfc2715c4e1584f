"""From one picture to the next, through the very list that it was opened from."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from accounts.models import Person
from gallery import shelves
from gallery.addresses import address
from gallery.models import Image
from gallery.shelves import FAVOURITES, LIBRARY, TRASH, Mark, Rows

FEED = "feed"
NAMES = {
    LIBRARY: ("library", "the library"),
    FAVOURITES: ("favourites", "your favourites"),
    TRASH: ("trash", "the trash"),
    FEED: ("studio", "the studio"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    page: str
    large: str  # its picture, to be fetched beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a picture stands in a list; the list's newest picture comes first."""

    name: str
    back: str
    back_to: str  # in words
    previous: Step | None
    next: Step | None


def list_of(image: Image, asked: str) -> str:
    """What is in the trash is looked at there; a list that is none is the library."""
    if image.trashed_at:
        return TRASH
    return asked if asked in NAMES and asked != TRASH else LIBRARY


def walk(image: Image, person: Person, name: str) -> Walk:
    previous, following = _in_feed(image, person) if name == FEED else _in(name, image, person)
    view, words = NAMES[name]
    return Walk(
        name=name,
        back=reverse(view),
        back_to=words,
        previous=_step(previous.first(), name),
        next=_step(following.first(), name),
    )


def _step(image: Image | None, name: str) -> Step | None:
    if image is None:
        return None
    key = str(image.pk)
    page = address("image_detail", key) + shelves.query_of(name)
    return Step(page=page, large=address("image_rendition", key, "large"))


def _in(name: str, image: Image, person: Person) -> tuple[Rows, Rows]:
    pictures = shelves.listed(name, person)
    here = pictures.filter(pk=image.pk).first()
    if here is None:
        return pictures.none(), pictures.none()
    mark = Mark(at=here.at, pk=here.pk)
    return shelves.newer_than(mark, pictures), shelves.older_than(mark, pictures)


def _in_feed(image: Image, person: Person) -> tuple[Rows, Rows]:
    """Jobs from new to old, and the pictures of each as they stand on its card."""
    job, place = image.generation, Q(generation=image.generation_id)
    pictures = Image.objects.owned_by(person).filter(
        generation__owner=person, generation__hidden_at=None
    )
    if job.owner_id != person.pk or job.hidden_at:
        return pictures.none(), pictures.none()
    at, beside = job.created_at, Q(generation__created_at=job.created_at)
    before = (place & Q(position__lt=image.position)) | Q(generation__created_at__gt=at)
    before |= beside & Q(generation__gt=job.pk)
    after = (place & Q(position__gt=image.position)) | Q(generation__created_at__lt=at)
    after |= beside & Q(generation__lt=job.pk)
    return (
        pictures.filter(Q(generation__created_at__gte=at) & before).order_by(
            "generation__created_at", "generation_id", "-position", "-pk"
        ),
        pictures.filter(Q(generation__created_at__lte=at) & after).order_by(
            "-generation__created_at", "-generation_id", "position", "pk"
        ),
    )
