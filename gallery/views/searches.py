"""Saved searches: keep, rename, delete."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import TeamRequest
from gallery import narrowing, saving
from gallery.models import SavedSearch
from gallery.saving import SavedSearchForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search_list(request: TeamRequest) -> HttpResponse:
    """The list; a POST adds to it."""
    if request.method != "POST":
        return render(request, "gallery/searches.html", {"saved": narrowing.saved(request.user)})
    form = SavedSearchForm(request.POST, owner=request.user)
    query = request.POST.get("query", "")
    if not form.is_valid():
        context = {"form": form, "query": saving.canonical(query, request.user)}
        return render(request, "gallery/search_edit.html", context, status=422)
    kept = saving.save(form, query)
    messages.success(request, f"Saved as “{kept.name}”.")
    return redirect(narrowing.address_of(kept))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def search_edit(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    one = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    form = SavedSearchForm(request.POST or None, owner=request.user, saved=one)
    if request.method == "POST" and form.is_valid():
        saving.rename(one, form.cleaned_data["name"])
        messages.success(request, "Renamed.")
        return redirect("search_list")
    context = {"form": form, "one": one, "address": narrowing.address_of(one)}
    status = 422 if request.method == "POST" else 200
    return render(request, "gallery/search_edit.html", context, status=status)


@require_POST
def search_delete(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    one = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    one.delete()
    messages.success(request, f"Deleted “{one.name}”. Its pictures are where they were.")
    return redirect("search_list")
