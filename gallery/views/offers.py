"""The models on offer: order, price, and who may use which."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import admins_only
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from gallery import offers
from gallery.models import FluxModel
from gallery.offers import ModelForm


@admins_only
@never_cache
@require_safe
def team_models(request: TeamRequest) -> HttpResponse:
    return render(
        request, "team/models.html", {"models": FluxModel.objects.prefetch_related("groups")}
    )


@admins_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team_model(request: TeamRequest, name: str) -> HttpResponse:
    model = get_object_or_404(FluxModel, name=name)
    if request.method != "POST":
        return _page(request, model, ModelForm(instance=model))
    form, changed = offers.change(model, request.POST)
    if not form.is_valid():
        model.refresh_from_db()
        return _page(request, model, form, status=422)
    if changed:
        audit.record(AuditKind.SETTINGS, f"Changed the model {name}: {changed}", request=request)
    messages.success(request, f"{form.instance.label} is saved.")
    return redirect("team_models")


@admins_only
@require_POST
def team_model_up(request: TeamRequest, name: str) -> HttpResponse:
    if offers.move_up(get_object_or_404(FluxModel, name=name)):
        audit.record(AuditKind.SETTINGS, f"Moved the model {name} up", request=request)
    return redirect("team_models")


@admins_only
@require_POST
def team_model_clear(request: TeamRequest, name: str) -> HttpResponse:
    if offers.clear_refusal(get_object_or_404(FluxModel, name=name)):
        text = f"Took the mark of a refusal from the model {name}"
        audit.record(AuditKind.SETTINGS, text, request=request)
    return redirect("team_models")


def _page(
    request: TeamRequest, model: FluxModel, form: ModelForm, *, status: int = 200
) -> HttpResponse:
    context = {"model": model, "form": form, "seen": offers.fingerprint(model)}
    return render(request, "team/model.html", context, status=status)
