"""The page on which pictures are culled, each decision, and what becomes of those rejected."""

import uuid
from datetime import UTC

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import TeamRequest
from gallery import culling, selections, shelves
from gallery.culling import Decision
from gallery.models import Image
from gallery.shelves import Mark
from gallery.views.answers import page_of_ours
from gallery.views.bulk import MOMENT
from gallery.views.rating import stars_of

FLAG = {"1": True, "0": False}


@never_cache
@require_safe
def cull(request: TeamRequest) -> HttpResponse:
    asked = request.GET.dict()
    after, at = _mark(request, asked.get("after", "")), asked.get("at", "")
    context = {"cull": culling.cull_of(request.user, asked, after=after, at=at)}
    return render(request, "gallery/cull.html", context)


@require_POST
def image_cull(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    decision = Decision(
        is_favourite=FLAG.get(request.POST.get("is_favourite", "")),
        is_rejected=FLAG.get(request.POST.get("is_rejected", "")),
        stars=stars_of(request) if "stars" in request.POST else None,
    )
    # Only ones own may be thrown away.
    seen = Image.objects.visible_to(request.user)
    images = Image.objects.owned_by(request.user) if decision.is_rejected else seen
    culling.decide(get_object_or_404(images, pk=pk), decision, by=request.user)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(page_of_ours(request, request.POST.get("next", "")))


@require_POST
def cull_finish(request: TeamRequest) -> HttpResponse:
    listing = selections.listing_of(request.user, request.POST.get("list", ""))
    if "keep" in request.POST:
        culling.keep_rejected(by=request.user)
        return HttpResponseRedirect(listing.page, status=303)
    outcome, at = culling.throw_away_rejected(by=request.user)
    if outcome.done:
        moment = at.astimezone(UTC).strftime(MOMENT)
        context = {"text": outcome.told("moved to the trash"), "moment": moment}
        messages.success(request, render_to_string("gallery/_undo_many.html", context, request))
    return HttpResponseRedirect(listing.page, status=303)


def _mark(request: TeamRequest, text: str) -> Mark | None:
    listing = selections.listing_of(request.user, request.GET.urlencode())
    try:
        return shelves.mark(text, listing) if text else None
    except ValueError as error:
        raise Http404 from error
