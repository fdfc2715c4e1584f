"""From one picture to the next, through the very list that it was opened from."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from accounts.models import Person
from gallery import listings, shelves
from gallery.addresses import address
from gallery.listings import TRASH, Listing
from gallery.models import Generation, Image
from gallery.models.image import ImageQuerySet

FEED = "feed"
CARD = "generation__place_in_batch", "position"  # how the pictures stand on a card
NEWEST = "-generation__created_at", "-generation_id"
OLDEST = "generation__created_at", "generation_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    page: str
    large: str  # its picture, to be fetched beforehand


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a picture stands in a list; the list's first picture comes first."""

    back: str
    back_to: str  # in words
    previous: Step | None
    next: Step | None


def walk(image: Image, person: Person, asked: Mapping[str, str]) -> Walk:
    """`asked` is the query of the picture's address: which list it was opened from."""
    if image.trashed_at:
        return _in(listings.trash(person), image)  # what is in the trash is looked at there
    if asked.get("in") == FEED:
        return _in_feed(image, person)
    listing = listings.find(person, asked)
    return _in(listings.library(person) if listing.name == TRASH else listing, image)


def _in(listing: Listing, image: Image) -> Walk:
    mark = shelves.mark_of(image, listing)
    before = shelves.newer(listing, mark, most=1) if mark else []
    after = shelves.older(listing, mark, most=1) if mark else []
    return Walk(
        back=listing.page,
        back_to=listing.words,
        previous=_step(before[0] if before else None, listing.query),
        next=_step(after[0] if after else None, listing.query),
    )


def _step(image: Image | None, query: str) -> Step | None:
    if image is None:
        return None
    key = str(image.pk)
    page = address("image_detail", key) + query
    return Step(page=page, large=address("image_rendition", key, "large"))


def _in_feed(image: Image, person: Person) -> Walk:
    """Cards from new to old, and the pictures of each as they stand on it."""
    job, query = image.generation, f"?in={FEED}"
    pictures = Image.objects.owned_by(person).filter(
        generation__owner=person, generation__hidden_at=None
    )
    if job.owner_id != person.pk or job.hidden_at:
        pictures = pictures.none()
    return Walk(
        back=reverse("studio"),
        back_to="the studio",
        previous=_step(_before_in_feed(image, job, pictures), query),
        next=_step(_after_in_feed(image, job, pictures), query),
    )


def _before_in_feed(image: Image, job: Generation, pictures: ImageQuerySet) -> Image | None:
    beside = Q(generation__place_in_batch__lt=job.place_in_batch) if job.batch_id else Q()
    beside = _on_card(job) & (beside | Q(generation=job.pk, position__lt=image.position))
    if found := pictures.filter(beside).order_by(*CARD).last():
        return found
    at = job.created_at
    newer = Q(generation__created_at__gt=at) | Q(generation__gt=job.pk)
    others = pictures.exclude(_on_card(job)).filter(newer, generation__created_at__gte=at)
    nearest = others.select_related("generation").order_by(*OLDEST).first()
    return nearest and pictures.filter(_on_card(nearest.generation)).order_by(*CARD).last()


def _after_in_feed(image: Image, job: Generation, pictures: ImageQuerySet) -> Image | None:
    beside = Q(generation__place_in_batch__gt=job.place_in_batch) if job.batch_id else Q()
    beside = _on_card(job) & (beside | Q(generation=job.pk, position__gt=image.position))
    if found := pictures.filter(beside).order_by(*CARD).first():
        return found
    at = job.created_at
    older = Q(generation__created_at__lt=at) | Q(generation__lt=job.pk)
    others = pictures.exclude(_on_card(job)).filter(older, generation__created_at__lte=at)
    nearest = others.select_related("generation").order_by(*NEWEST).first()
    return nearest and pictures.filter(_on_card(nearest.generation)).order_by(*CARD).first()


def _on_card(job: Generation) -> Q:
    """A batch is one card, whichever of its jobs a picture is of."""
    return Q(generation__batch=job.batch_id) if job.batch_id else Q(generation=job.pk)
