"""What the provider calls: results pushed to us, and reference pictures fetched from us."""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from gallery import files
from gallery.engine import callbacks, references

MOST_BYTES = 256 * 1024


@csrf_exempt
@login_not_required
@require_POST
def flux_callback(request: HttpRequest, signed: str) -> HttpResponse:
    """Answer 2xx fast, whatever the body says; only a forged address is turned away."""
    try:
        callbacks.record(signed, _body(request))
    except callbacks.ForgedCallback as error:
        raise Http404 from error
    return HttpResponse(status=204)


@login_not_required
@require_safe
def flux_reference(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A reference picture, for whoever holds the signed address while it lives."""
    picture = references.signed_picture(signed)
    if picture is None:
        raise Http404
    return files.send(
        request,
        storage=default_storage,
        name=references.file_of(picture),
        content_type=picture.content_type,
        etag=str(picture.pk),
        accel=settings.ACCEL_REDIRECT,
        who=f"reference {picture.pk}",  # the provider fetches all of them from one address
    )


def _body(request: HttpRequest) -> object:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None
