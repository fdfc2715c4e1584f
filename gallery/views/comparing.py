"""Two pictures under a slider, or up to four side by side."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import TeamRequest
from gallery import comparing
from gallery.comparing import Comparison, NotThere
from gallery.views.answers import uuid_or_404


@never_cache
@require_safe
def compare(request: TeamRequest) -> HttpResponse:
    try:
        context = {"comparison": _comparison(request)}
    except NotThere as error:
        raise Http404 from error
    return render(request, "gallery/compare.html", context)


def _comparison(request: TeamRequest) -> Comparison:
    asked = request.GET
    if "a" in asked or "b" in asked:
        first, second = uuid_or_404(asked.get("a", "")), uuid_or_404(asked.get("b", ""))
        if first != second:
            return comparing.over(request.user, first, second)
        return comparing.beside(request.user, [first])
    keys = [uuid_or_404(key) for key in asked.getlist("i")]
    return comparing.beside(request.user, keys)
