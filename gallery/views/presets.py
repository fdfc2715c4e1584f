"""Presets: choose one, keep one, rename it, share it with the team, delete it."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import TeamRequest
from gallery import presets
from gallery.forms import LONGEST_PROMPT
from gallery.models import Preset
from gallery.plans import without_nul
from gallery.presets import PresetForm
from gallery.views.answers import only_looks, post_or_studio


@never_cache
@vary_on_headers("HX-Request")
@require_safe
def preset_list(request: TeamRequest) -> HttpResponse:
    template = "gallery/_presets.html" if request.htmx else "gallery/presets.html"
    return render(request, template, {"presets": presets.rows_of(request.user)})


@post_or_studio
def preset_new(request: TeamRequest) -> HttpResponse:
    """First with the composer's fields, to be named; then with the name."""
    prompt = without_nul(request.POST.get("prompt", "")).replace("\r\n", "\n")[:LONGEST_PROMPT]
    if not request.user.is_maker:
        return only_looks(request, prompt=prompt)
    preset = Preset(owner=request.user, prompt=prompt, choices=presets.choices_in(request.POST))
    is_named = "name" in request.POST
    form = PresetForm(request.POST if is_named else None, instance=preset)
    if is_named and form.is_valid() and presets.save(form):
        return _led_to(request, f"{reverse('studio')}?preset={preset.pk}")
    return _form(request, form, status=422 if is_named else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preset_edit(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    preset = _editable(request, pk)
    form = PresetForm(request.POST or None, instance=preset)
    if request.method == "POST" and form.is_valid() and presets.save(form):
        return redirect("preset_list")
    return _form(request, form, status=422 if form.is_bound else 200)


@require_POST
def preset_delete(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    _editable(request, pk).delete()
    return redirect("preset_list")


def _editable(request: TeamRequest, pk: uuid.UUID) -> Preset:
    return get_object_or_404(Preset.objects.editable_by(request.user), pk=pk)


def _form(request: TeamRequest, form: PresetForm, *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "facts": presets.facts_of(form.instance),
        "fields": presets.fields_in(request.POST) if form.instance._state.adding else (),
    }
    template = "gallery/_preset_form.html" if request.htmx else "gallery/preset_edit.html"
    return render(request, template, context, status=status)


def _led_to(request: TeamRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
