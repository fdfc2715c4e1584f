"""A gallery as guests see it: its pages and files say no more than the link allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Value
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import slugify

from gallery import (
    covers,
    downloads,
    listings,
    naming,
    reviewing,
    selections,
    shelves,
    words,
    zipping,
)
from gallery.facts import EXTENSIONS
from gallery.guests import Visit
from gallery.listings import Rows
from gallery.models import GuestHeart, Image
from gallery.pictures import RENDITIONS
from gallery.reviewing import Review
from gallery.shelves import Mark
from gallery.tiles import shape_of

PAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    id: str
    shape: str
    colour: str
    page: str
    medium: str
    large: str
    previews: str
    width: str
    height: str
    alt: str
    download: str  # empty when downloads are off
    heart: str  # empty when no responses are taken
    is_favourite: bool
    approval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The gallery's own page."""

    name: str
    description: str
    owner: str
    size: str
    until: str
    cover: Tile | None
    tiles: tuple[Tile, ...]
    older: str  # address of the next page
    zip: str  # empty when downloads are off, or there is nothing
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The page of one picture."""

    tile: Tile
    gallery: str
    back: str
    previous: str
    next: str
    prompt: str  # empty when it is hidden
    review: Review | None
    respond: str  # below which responses are sent; empty when none are taken


def pictures_of(visit: Visit) -> Rows:
    """What the link opens: for its pages and its files alike."""
    rows = listings.rows_of(visit.link.gallery)
    if visit.guest is None:
        return rows.annotate(is_favourite=Value(False, output_field=BooleanField()))
    own = GuestHeart.objects.filter(guest=visit.guest, image=OuterRef("pk"))
    return rows.annotate(is_favourite=Exists(own))


def gallery_of(visit: Visit, after: Mark | None) -> Shown:
    gallery, pictures = visit.link.gallery, pictures_of(visit)
    page = shelves.older_than(after, pictures) if after else pictures.order_by("-at", "-pk")
    rows = list(page[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    cover = pictures.filter(pk=gallery.cover_id).first() if gallery.cover_id else None
    address = reverse("public_gallery", args=[visit.token])
    size = pictures.order_by()[: covers.MOST_COUNTED + 1].count()
    return Shown(
        name=gallery.name,
        description=gallery.description,
        owner=str(gallery.owner),
        size=covers.size_in_words(size),
        until=formats.date_format(timezone.localtime(visit.link.expires_at), "j F Y"),
        cover=_tile(cover, visit) if cover and after is None else None,
        tiles=tuple(_tile(image, visit) for image in rows[:PAGE]),
        older=f"{address}?after={Mark(at=last.at, pk=last.pk)}" if last else "",
        zip=f"{address}zip/" if visit.link.allows_downloads and size else "",
        page=address,
    )


def picture_of(image: Any, visit: Visit) -> Picture:
    """Of one of `pictures_of` the visit."""
    pictures = pictures_of(visit)
    mark = Mark(at=image.at, pk=image.pk)
    respond = _address("public_image", visit, image) if visit.takes_responses else ""
    return Picture(
        tile=_tile(image, visit),
        gallery=visit.link.gallery.name,
        back=reverse("public_gallery", args=[visit.token]),
        previous=_step(shelves.newer_than(mark, pictures).first(), visit),
        next=_step(shelves.older_than(mark, pictures).first(), visit),
        prompt=image.prompt if visit.link.shows_prompts else "",
        review=_review(image, visit),
        respond=respond,
    )


def entries_of(visit: Visit) -> list[zipping.Entry]:
    """What a zip of the whole gallery holds, as it stands; no more at once than members get."""
    rows = pictures_of(visit).select_related("owner").order_by("-at", "-pk")
    images = list(rows[: selections.MOST])
    names = naming.unique(_names(images, visit))
    return [
        zipping.Entry(image=image, name=name, cost="")
        for image, name in zip(images, names, strict=True)
    ]


def _names(images: Sequence[Image], visit: Visit) -> Iterator[tuple[str, str]]:
    digits, link = len(str(len(images))), visit.link
    for number, image in enumerate(images, start=1):
        text = words.shortened(image.prompt, 50) if link.shows_prompts else link.gallery.name
        kind = EXTENSIONS.get(image.content_type, "bin")
        extension = kind if link.shows_prompts else downloads.bare_kind(image).extension
        yield f"{number:0{digits}}-{slugify(text)[:60] or 'picture'}", extension


def zip_name(visit: Visit, number: int) -> str:
    is_cut = number == selections.MOST
    name = naming.safe(visit.link.gallery.name)
    return f"{name}, {'first ' if is_cut else ''}{words.pictures(number)}.zip"


def zip_terms(visit: Visit) -> zipping.Terms:
    """Facts about people and costs stay in the house; words do where prompts are hidden."""
    if visit.link.shows_prompts:
        return zipping.Terms(columns=zipping.FOR_GUESTS)
    return zipping.Terms(columns=zipping.WITHOUT_PROMPTS, is_bare=True)


def download_name(image: Image, visit: Visit, extension: str = "") -> str:
    """The prompt is in it only where the page shows it."""
    link = visit.link
    text = words.shortened(image.prompt, 50) if link.shows_prompts else link.gallery.name
    extension = extension or EXTENSIONS.get(image.content_type, "bin")
    return f"{slugify(text)[:60] or 'picture'}-{image.pk.hex[:8]}.{extension}"


def _review(image: Image, visit: Visit) -> Review | None:
    if not visit.link.takes_responses:
        return None
    return reviewing.review_of(visit.link.gallery, image, visit.guest)


def _step(image: Image | None, visit: Visit) -> str:
    return _address("public_image", visit, image) if image else ""


def _address(view: str, visit: Visit, image: Image, *args: str) -> str:
    return reverse(view, args=[visit.token, image.pk, *args])


def _tile(image: Image, visit: Visit) -> Tile:
    link, page = visit.link, _address("public_image", visit, image)
    longest = max(image.width, image.height)
    previews = {
        name: f"{page}{name}.webp {round(image.width * min(1, side / longest))}w"
        for name, side in RENDITIONS.items()
    }
    return Tile(
        id=str(image.pk),
        shape=shape_of(image.width, image.height),
        colour=image.colour,
        page=page,
        medium=f"{page}medium.webp",
        large=f"{page}large.webp",
        previews=", ".join(previews.values()),
        width=str(image.width),
        height=str(image.height),
        alt=image.prompt if link.shows_prompts else f"Picture in “{link.gallery.name}”",
        download=f"{page}download/" if link.allows_downloads else "",
        heart=f"{page}heart/" if visit.takes_responses else "",
        is_favourite=bool(getattr(image, "is_favourite", False)),
        approval=getattr(image, "approval", "") if link.takes_responses else "",
    )
