"""The history of prompts: look through it, search it, take one out."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import TeamRequest
from gallery import prompts
from gallery.models import PromptUse
from gallery.plans import without_nul
from gallery.views.answers import uuid_or_404

LONGEST_QUERY = 200


@never_cache
@vary_on_headers("HX-Request")
@require_safe
def prompt_list(request: TeamRequest) -> HttpResponse:
    own = PromptUse.objects.visible_to(request.user)
    key = request.GET.get("before", "")
    before = get_object_or_404(own, pk=uuid_or_404(key)) if key else None
    query = without_nul(request.GET.get("q", ""))[:LONGEST_QUERY]
    context = {"history": prompts.history(request.user, query=query, before=before)}
    template = "gallery/_prompts.html" if request.htmx else "gallery/prompts.html"
    return render(request, template, context)


@require_POST
def prompt_remove(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    get_object_or_404(PromptUse.objects.visible_to(request.user), pk=pk).delete()
    return HttpResponse() if request.htmx else redirect("prompt_list")
