"""Choose a picture out of one's library."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import TeamRequest
from gallery import choosing
from gallery.comparing import MOST
from gallery.shelves import Mark
from gallery.views.answers import uuid_or_404


@never_cache
@vary_on_headers("HX-Request")
@require_safe
def pick(request: TeamRequest) -> HttpResponse:
    beside = [str(uuid_or_404(key)) for key in request.GET.getlist("i")[: MOST - 1]]
    choices = choosing.choices_of(
        request.user,
        purpose=_purpose(request.GET.get("for", choosing.EDIT)),
        beside=beside,
        after=_mark(request.GET.get("after", "")),
    )
    template = "gallery/_picker.html" if request.htmx else "gallery/picker.html"
    return render(request, template, {"picker": choices})


def _purpose(text: str) -> str:
    if text not in (choosing.EDIT, choosing.COMPARE):
        raise Http404
    return text


def _mark(text: str) -> Mark | None:
    try:
        return Mark.read(text) if text else None
    except ValueError as error:
        raise Http404 from error
