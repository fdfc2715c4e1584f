"""What becomes of a picture: a favourite, in a gallery, in the trash, back again, or gone."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.requests import TeamRequest
from gallery import favourites, placing, trash, words
from gallery.models import Image
from gallery.tiles import tile_of
from gallery.views.answers import note_deletion, page_of_ours


@require_POST
def image_favourite(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
    wanted = request.POST.get("is_favourite") != "0"
    favourites.mark(image, by=request.user, is_favourite=wanted)
    if not request.htmx:
        return redirect(_where_from(request))
    answer = HttpResponse(status=204)
    # Its heart may be on the page twice: on the tile, and in the viewer above it.
    return trigger_client_event(answer, "picture-marked", {"id": str(pk), "is": wanted})


@require_POST
def image_trash(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.owned_by(request.user), pk=pk)
    trash.throw_away(image)
    undo = render_to_string("gallery/_undo.html", {"tile": tile_of(image)}, request)
    messages.success(request, undo)
    return _told(request, "picture-trashed", pk, _list(request))


@require_POST
def image_restore(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    images = Image.objects.owned_by(request.user) | Image.objects.in_trash_of(request.user)
    image = get_object_or_404(images, pk=pk)
    trash.restore(image, by=request.user)
    messages.success(request, "Back where it was.")
    return _told(request, "picture-restored", pk, image.get_absolute_url())


@require_POST
def image_purge(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.in_trash_of(request.user), pk=pk)
    trash.purge(image, by=request.user)
    note_deletion(request, 1)
    messages.success(request, "Deleted for good.")
    return _told(request, "picture-purged", pk, reverse("trash"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def image_galleries(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.owned_by(request.user), pk=pk)
    if request.method != "POST":
        return _galleries(request, image, placing.form_for(image, request.user))
    form = placing.PlacingForm(request.POST, image=image, person=request.user)
    if not form.is_valid():
        return _galleries(request, image, form, status=422)
    try:
        names = [str(gallery) for gallery in placing.place(image, form, by=request.user)]
    except placing.NotOpen as error:  # deleted in the same moment
        raise Http404 from error
    messages.success(request, words.placed(names))
    return _told(request, "picture-placed", pk, image.get_absolute_url())


def _galleries(
    request: TeamRequest, image: Image, form: placing.PlacingForm, *, status: int = 200
) -> HttpResponse:
    template = "gallery/_galleries_form.html" if request.htmx else "gallery/image_galleries.html"
    context = {"tile": tile_of(image), "form": form}
    return render(request, template, context, status=status)


def _told(request: TeamRequest, event: str, pk: uuid.UUID, address: str) -> HttpResponse:
    """htmx gets a toast and an event; any other browser is led on, and the toast waits there."""
    if not request.htmx:
        return redirect(address)
    answer = render(request, "gallery/_messages.html")
    trigger_client_event(answer, event, {"id": str(pk)})
    return trigger_client_event(answer, "feed-changed")


def _list(request: TeamRequest) -> str:
    return page_of_ours(request, request.GET.get("back", ""))


def _where_from(request: TeamRequest) -> str:
    return page_of_ours(request, request.headers.get("Referer", ""))
