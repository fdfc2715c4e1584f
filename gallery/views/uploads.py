"""Pictures that people bring to start an edit from."""

import uuid

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import TeamRequest
from gallery import files
from gallery.forms import EditForm
from gallery.models import Upload
from gallery.models.image import RENDITION_TYPE
from gallery.sources import source_of
from gallery.views.answers import only_looks
from gallery.views.bringing import bring


@require_POST
def upload_create(request: TeamRequest) -> HttpResponse:
    """The edit page's source: the upload, or the former source with what is wrong."""
    if not request.user.is_maker:
        return only_looks(request, prompt=request.POST.get("prompt", ""))
    brought = bring(request)
    former = EditForm(request.POST, person=request.user)
    former.full_clean()
    picture = brought.upload or former.source
    context = {
        "source": source_of(picture) if picture else None,
        "problem": brought.problem,
        "note": brought.note,
    }
    if brought.upload:
        return render(request, "gallery/_edit_chosen.html", context)
    return render(request, "gallery/_edit_source.html", context, status=422)


@require_safe
def upload_rendition(request: TeamRequest, pk: uuid.UUID, size: str) -> HttpResponseBase:
    upload = get_object_or_404(Upload.objects.visible_to(request.user), pk=pk)
    if size not in upload.renditions:
        raise Http404
    return files.send(
        request,
        storage=default_storage,
        name=upload.renditions[size],
        content_type=RENDITION_TYPE,
        etag=f"{upload.pk}-{size}",
        last_modified=upload.created_at,
        accel=settings.ACCEL_REDIRECT,
    )
