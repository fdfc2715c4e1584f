"""Which pictures are in a gallery, in which order, and which of them is its cover."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.requests import TeamRequest
from gallery import galleries, listings, ordering, placing, shelves, words
from gallery.models import Gallery, Image
from gallery.models.gallery import Order
from gallery.ordering import NotMoved
from gallery.placing import NotOpen
from gallery.views.galleries import read_mark

MOST_ADDED = 200  # with one form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gallery_add(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose among one's own pictures."""
    mine = Gallery.objects.open_to_contributions_of(request.user)
    gallery = get_object_or_404(mine, pk=pk)
    if request.method == "POST":
        return _added(request, gallery)
    listing = listings.library(request.user)
    after = read_mark(request)
    shelf = shelves.shelf(listing, after=after)
    shown = [uuid.UUID(tile.id) for day in shelf.days for tile in day.tiles]
    there = gallery.placements.filter(image__in=shown).values_list("image", flat=True)
    context = {"gallery": gallery, "shelf": shelf, "there": set(map(str, there))}
    return render(request, "gallery/gallery_add.html", context)


def _added(request: TeamRequest, gallery: Gallery) -> HttpResponse:
    wanted = [key for key in map(_uuid, request.POST.getlist("image")[:MOST_ADDED]) if key]
    chosen = Image.objects.owned_by(request.user).in_bulk(wanted)
    own = [chosen[key] for key in wanted if key in chosen]
    try:
        number = placing.place_many(own, gallery, by=request.user)
    except NotOpen as error:
        raise Http404 from error
    messages.success(request, f"{words.pictures(number)} added.")
    return redirect(gallery)


@never_cache
@require_safe
def gallery_arrange(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.managed_by(request.user), pk=pk)
    listing = listings.in_gallery(gallery, request.user)
    after = read_mark(request, is_timed=listing.is_timed)
    context = {
        "gallery": gallery,
        "shelf": shelves.shelf(listing, after=after),
        "cover": str(gallery.cover_id or ""),
        "orders": Order.choices,
    }
    return render(request, "gallery/gallery_arrange.html", context)


@require_POST
def gallery_order(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.managed_by(request.user), pk=pk)
    order = request.POST.get("order", "")
    if order not in Order.values:
        raise Http404
    ordering.set_order(gallery, order)
    return redirect("gallery_arrange", pk)


@require_POST
def placement_move(request: TeamRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.managed_by(request.user), pk=pk)
    before = request.POST.get("before")
    try:
        if before is None:
            moved = ordering.move(gallery, image, way=_way(request))
        else:
            moved = ordering.move_before(gallery, image, _uuid(before))
    except (NotMoved, NotOpen) as error:
        raise Http404 from error
    if not request.htmx:
        return redirect(f"{reverse('gallery_arrange', args=[pk])}#placed-{image}")
    told = {"id": str(image), "before": str(moved.before or "")}
    return trigger_client_event(HttpResponse(status=204), "picture-moved", told)


@require_POST
def placement_cover(request: TeamRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.managed_by(request.user), pk=pk)
    picture = get_object_or_404(Image.objects.visible_to(request.user), pk=image)
    if not galleries.set_cover(gallery, picture):
        raise Http404
    return _told(request, gallery, image, "It is the cover now.", "picture-covers")


@require_POST
def placement_remove(request: TeamRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    """By a manager, or by the picture's owner."""
    gallery = get_object_or_404(Gallery.objects.visible_to(request.user), pk=pk)
    pictures = listings.rows_of(gallery)
    if not Gallery.objects.managed_by(request.user).filter(pk=pk).exists():
        pictures = pictures.filter(owner=request.user)
    galleries.remove(get_object_or_404(pictures, pk=image), gallery)
    text = f"Taken out of “{gallery}”."
    return _told(request, gallery, image, text, "picture-removed")


def _told(
    request: TeamRequest, gallery: Gallery, image: uuid.UUID, text: str, event: str
) -> HttpResponse:
    """htmx gets a toast and an event; any other browser is led back, and the toast waits there."""
    messages.success(request, text)
    if not request.htmx:
        is_manager = Gallery.objects.managed_by(request.user).filter(pk=gallery.pk).exists()
        return redirect("gallery_arrange" if is_manager else "gallery_detail", gallery.pk)
    answer = render(request, "gallery/_messages.html")
    return trigger_client_event(answer, event, {"id": str(image), "gallery": str(gallery.pk)})


def _way(request: TeamRequest) -> str:
    way = request.POST.get("way", "")
    if way not in ordering.WAYS:
        raise Http404
    return way


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
