"""A whole gallery as a zip, for guests of a link that lets them download."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from gallery import public
from gallery.guests import Visit
from gallery.reviewing import NameForm
from gallery.views.links import for_guests, page
from gallery.views.zipping import BUSY, streamed
from gallery.zipping import Busy


@for_guests
@require_POST
def public_zip(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    if not visit.link.allows_downloads:
        raise Http404
    entries = public.entries_of(visit)
    if not entries:
        raise Http404
    try:
        name = public.zip_name(visit, len(entries))
        return streamed(request, entries, name, public.zip_terms(visit))
    except Busy:
        return _busy(request, visit)


def _busy(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    shown = public.gallery_of(visit, None)
    context = {"visit": visit, "shown": shown, "form": NameForm(), "problem": BUSY}
    answer = page(request, "public_gallery", context, 503)
    answer["Retry-After"] = "60"
    return answer
