"""How the engine is, and what an admin does about it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import admins_only
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from gallery import health, vitals
from gallery.models import Generation
from gallery.views.answers import uuid_or_404

LONGEST = 300


class PauseForm(forms.Form):
    message = forms.CharField(
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": f"Shorten the message to {LONGEST} characters."},
    )


@admins_only
@never_cache
@require_safe
def team_health(request: TeamRequest) -> HttpResponse:
    if request.htmx:
        return render(request, "team/_health.html", {"vitals": vitals.vitals()})
    return _page(request, PauseForm())


@admins_only
@require_POST
def team_pause(request: TeamRequest) -> HttpResponse:
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    message = form.cleaned_data["message"]
    health.pause(message)
    told = f" with the message “{message}”" if message else ""
    audit.record(AuditKind.SETTINGS, f"Paused new jobs{told}", request=request)
    messages.success(request, "New jobs are paused. What the provider has runs on.")
    return redirect("team_health")


@admins_only
@require_POST
def team_resume(request: TeamRequest) -> HttpResponse:
    if health.resume():
        audit.record(AuditKind.SETTINGS, "Resumed new jobs", request=request)
    messages.success(request, "New jobs start again.")
    return redirect("team_health")


@admins_only
@require_POST
def team_test_call(request: TeamRequest) -> HttpResponse:
    health.make_test_call()
    return redirect("team_health")


@admins_only
@require_POST
def team_look_again(request: TeamRequest) -> HttpResponse:
    generation = get_object_or_404(Generation, pk=uuid_or_404(request.POST.get("job", "")))
    if health.look_again(generation):
        audit.record(
            AuditKind.SETTINGS, f"Had job {str(generation.pk)[:8]} looked at again", request=request
        )
        messages.success(request, "The provider is asked after this job. It is not sent again.")
    else:
        messages.info(request, "There is nothing to look for: this job has moved on.")
    return redirect("team_health")


def _page(request: TeamRequest, form: PauseForm, *, status: int = 200) -> HttpResponse:
    context = {"vitals": vitals.vitals(), "form": form, "longest": LONGEST}
    return render(request, "team/health.html", context, status=status)
