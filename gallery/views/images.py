"""One picture: its page, the original file, and its renditions."""

import uuid

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import TeamRequest
from gallery import comparing, facts, files, shelves, words
from gallery.lineage import lineage_of
from gallery.models import Image
from gallery.models.image import RENDITION_TYPE
from gallery.tiles import tile_of


@never_cache
@require_safe
def image_detail(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    images = Image.objects.visible_to(request.user)
    image = get_object_or_404(images.select_related("owner", "generation__model"), pk=pk)
    is_own = image.owner_id == request.user.pk
    newer, older = shelves.neighbours(image) if is_own else (None, None)
    context = {
        "tile": tile_of(image),
        "heading": words.shortened(image.prompt, 60),
        "facts": facts.facts_of(image),
        "families": facts.families_of(image, images),
        "compare": comparing.address_for(image),
        "lineage": lineage_of(image, request.user),
        "again": image.generation_id if is_own and request.user.is_maker else None,
        "is_edit": image.generation.is_edit,
        "sha256": image.sha256,
        "newer": newer,
        "older": older,
    }
    return render(request, "gallery/image_detail.html", context)


@require_safe
def image_file(request: TeamRequest, pk: uuid.UUID) -> HttpResponseBase:
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
    return files.send(
        request,
        storage=default_storage,
        name=image.original,
        content_type=image.content_type,
        etag=image.sha256,
        last_modified=image.created_at,
        download_as=facts.download_name(image) if "download" in request.GET else "",
        accel=settings.ACCEL_REDIRECT,
    )


@require_safe
def image_rendition(request: TeamRequest, pk: uuid.UUID, size: str) -> HttpResponseBase:
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
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
