"""Many pictures as a zip: first how its files are to be called, then the zip itself."""

from collections.abc import Sequence

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.requests import TeamRequest
from gallery import files, naming, words, zipping
from gallery.naming import BadTemplate
from gallery.places import who_asks
from gallery.selections import Selection, Unusable
from gallery.views.bulk import Ask, asked, on_selection
from gallery.zipping import EVERYTHING, Busy, Entry, Terms, Zip

ASK = Ask(
    title="Download", verb="Download zip", part="zip", address="selection_zip", is_download=True
)
BUSY = "Other zips are being made at this moment. Try again in a minute."


@on_selection
def selection_zip(request: TeamRequest, selection: Selection) -> HttpResponseBase:
    template = request.POST.get("names", naming.USUAL)
    if "names" not in request.POST:
        return _asked(request, selection, template)
    try:
        naming.check(template)
        return _zip(request, selection, template)
    except BadTemplate as refusal:
        return _asked(request, selection, template, status=422, problem=str(refusal))
    except Busy:
        answer = _asked(request, selection, template, status=503, problem=BUSY)
        answer["Retry-After"] = "60"
        return answer


def _asked(
    request: TeamRequest, selection: Selection, names: str, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    offer = naming.offer()
    return asked(request, selection, ASK, status=status, names=names, offer=offer, problem=problem)


def _zip(request: TeamRequest, selection: Selection, template: str) -> HttpResponseBase:
    entries = zipping.entries_of(selection.keys, request.user, template)
    if not entries:
        raise Unusable("These pictures are no longer there.", selection.listing)
    day = f"{timezone.localdate():%Y-%m-%d}"
    return streamed(request, entries, f"fluxsite {day}, {words.pictures(len(entries))}.zip")


def streamed(
    request: HttpRequest, entries: Sequence[Entry], name: str, terms: Terms = EVERYTHING
) -> StreamingHttpResponse:
    """Raises Busy."""
    content = Zip(entries, default_storage, terms, who=who_asks(request))
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": files.attachment(name),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        **({"Content-Length": str(content.size)} if content.size is not None else {}),
    }
    return StreamingHttpResponse(content, headers=headers)
