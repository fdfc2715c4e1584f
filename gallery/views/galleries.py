"""Galleries: the list of them, one of them, and what its people do with it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from gallery import covers, galleries, listings, narrowing, search, shelves
from gallery.galleries import EditForm, GalleryForm
from gallery.listings import Listing
from gallery.models import Gallery
from gallery.shelves import Mark

TABS = ((covers.ALL, "All"), (covers.MINE, "Mine"), (covers.SHARED, "Shared with me"))
ONLY_LOOKS = "As a viewer you look at pictures and make no galleries. An admin can change that."


@never_cache
@require_safe
def gallery_list(request: TeamRequest) -> HttpResponse:
    show = request.GET.get("show", covers.ALL)
    if show not in dict(TABS):
        raise Http404
    wall = covers.wall(request.user, show=show, after=read_mark(request))
    context = {"wall": wall, "tabs": TABS, "show": show, "form": GalleryForm()}
    return render(request, "gallery/gallery_list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gallery_create(request: TeamRequest) -> HttpResponse:
    if not request.user.is_maker:
        return render(request, "403.html", {"exception": ONLY_LOOKS}, status=403)
    form = GalleryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(galleries.create(form, by=request.user))
    status = 422 if form.is_bound else 200
    return render(request, "gallery/gallery_create.html", {"form": form}, status=status)


@never_cache
@require_safe
def gallery_detail(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.visible_to(request.user), pk=pk)
    order = search.read(search.asked(request.GET)).order
    listing = listings.in_gallery(gallery, request.user, order)
    after = _mark(request, listing)
    context = {
        "gallery": gallery,
        "listing": listing,
        "orders": narrowing.orders_in(gallery, listing),
        "more": f"{listing.page}{'&' if '?' in listing.page else '?'}after=",
        "head": covers.head_of(gallery, request.user),
        "shelf": shelves.shelf(listing, after=after),
        "is_first": after is None,
        "query": listing.query,
    }
    return render(request, "gallery/gallery_detail.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gallery_edit(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.managed_by(request.user), pk=pk)
    initial = {"order": gallery.order}
    form = EditForm(request.POST or None, instance=gallery, initial=initial)
    if form.is_valid():
        galleries.change(form)
        messages.success(request, "Saved.")
        return redirect(gallery)
    context = {"form": form, "gallery": Gallery.objects.get(pk=pk)}
    return render(
        request, "gallery/gallery_edit.html", context, status=422 if form.is_bound else 200
    )


@require_POST
def gallery_delete(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.filter(owner=request.user), pk=pk)
    sign = gallery.sign
    galleries.delete(gallery)
    audit.record(AuditKind.DELETION, f"Deleted {sign}", request=request)
    messages.success(request, f"“{gallery}” is deleted. Its pictures are where they were.")
    return redirect("gallery_list")


@require_POST
def gallery_leave(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = get_object_or_404(Gallery.objects.visible_to(request.user), pk=pk)
    if not galleries.leave(gallery, request.user):
        raise Http404
    audit.record(AuditKind.SHARING, f"Left {gallery.sign}", request=request)
    messages.success(request, f"You have left “{gallery}”.")
    return redirect("gallery_list")


def _mark(request: TeamRequest, listing: Listing) -> Mark | None:
    text = request.GET.get("after", "")
    try:
        return shelves.mark(text, listing) if text else None
    except ValueError as error:
        raise Http404 from error


def read_mark(request: TeamRequest, *, is_timed: bool = True) -> Mark | None:
    """The place at which a page begins, as its address tells."""
    text = request.GET.get("after", "")
    try:
        return Mark.read(text, is_timed=is_timed) if text else None
    except ValueError as error:
        raise Http404 from error
