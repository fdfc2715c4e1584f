"""The library: one's own pictures, newest first."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import TeamRequest
from gallery import shelves
from gallery.shelves import Mark


@never_cache
@require_safe
def library(request: TeamRequest) -> HttpResponse:
    after = _mark(request.GET.get("after", ""))
    context = {"shelf": shelves.own(request.user, after=after), "is_first": after is None}
    return render(request, "gallery/library.html", context)


def _mark(text: str) -> Mark | None:
    try:
        return Mark.read(text) if text else None
    except ValueError as error:
        raise Http404 from error
