"""One picture: its page, which is the viewer's content, too, and its files."""

import uuid

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Person
from accounts.requests import TeamRequest
from gallery import downloads, facts, files
from gallery.models import Image
from gallery.models.image import RENDITION_TYPE, ImageQuerySet
from gallery.viewing import view_of


@never_cache
@vary_on_headers("HX-Request", "HX-Target")
@require_safe
def image_detail(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    images = _with_trash(request.user).marked_for(request.user)
    image = get_object_or_404(images.select_related("owner", "generation__model"), pk=pk)
    view = view_of(image, request.user, request.GET.dict())
    is_part = request.htmx and request.htmx.target == "viewer-body"
    template = "gallery/_viewer.html" if is_part else "gallery/image_detail.html"
    return render(request, template, {"view": view, "tile": view.tile})


@require_safe
def image_file(request: TeamRequest, pk: uuid.UUID) -> HttpResponseBase:
    image = get_object_or_404(_with_trash(request.user), pk=pk)
    return _original(request, image, is_download="download" in request.GET)


@require_safe
def image_rendition(request: TeamRequest, pk: uuid.UUID, size: str) -> HttpResponseBase:
    image = get_object_or_404(_with_trash(request.user), pk=pk)
    if size not in image.renditions:
        raise Http404
    return files.send(
        request,
        storage=default_storage,
        name=image.renditions[size],
        content_type=RENDITION_TYPE,
        etag=f"{image.sha256}-{size}",
        last_modified=image.created_at,
        accel=settings.ACCEL_REDIRECT,
    )


@never_cache
@require_safe
def image_download(request: TeamRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The original as it arrived, or another kind of file, with or without what is known of it."""
    images = Image.objects.visible_to(request.user).select_related("generation__model")
    image = get_object_or_404(images, pk=pk)
    asked = request.GET.get("as", "original")
    if asked == "original":
        return _original(request, image, is_download=True)
    kind = downloads.AS.get(asked)
    if kind is None:
        raise Http404
    try:
        data = downloads.converted(image, kind, with_facts="facts" in request.GET)
    except downloads.Gone as error:
        raise Http404 from error
    name = facts.download_name(image, kind.extension)
    return files.as_download(data, name=name, content_type=kind.content_type)


def _original(request: TeamRequest, image: Image, *, is_download: bool) -> HttpResponseBase:
    return files.send(
        request,
        storage=default_storage,
        name=image.original,
        content_type=image.content_type,
        etag=image.sha256,
        last_modified=image.created_at,
        download_as=facts.download_name(image) if is_download else "",
        accel=settings.ACCEL_REDIRECT,
    )


def _with_trash(person: Person) -> ImageQuerySet:
    """What the person sees, and what they may still have back out of the trash."""
    return Image.objects.visible_to(person) | Image.objects.in_trash_of(person)
