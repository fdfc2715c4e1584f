"""What each person sets for themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import months
from accounts.forms import LettersForm, ProfileForm, ThemeForm
from accounts.requests import TeamRequest


@require_safe
def settings(request: TeamRequest) -> HttpResponse:
    return _page(request, ProfileForm(instance=request.user), ThemeForm(instance=request.user))


@require_POST
def profile(request: TeamRequest) -> HttpResponse:
    form = ProfileForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db()
        return _page(request, form, ThemeForm(instance=request.user), status=422)
    form.save()
    messages.success(request, "Your profile is saved.")
    return redirect("settings")


@require_POST
def theme(request: TeamRequest) -> HttpResponse:
    form = ThemeForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db()
        return _page(request, ProfileForm(instance=request.user), form, status=422)
    form.save()
    messages.success(request, "Your theme is saved.")
    return redirect("settings")


@require_POST
def letters(request: TeamRequest) -> HttpResponse:
    form = LettersForm(request.POST, instance=request.user)
    form.save()  # a box has no wrong value
    messages.success(request, "Your letters are saved.")
    return redirect("settings")


def _page(
    request: TeamRequest, profile: ProfileForm, theme: ThemeForm, *, status: int = 200
) -> HttpResponse:
    wishes = request.user.allowance_requests.order_by("-created_at")
    ended = months.before(months.this_month())
    context = {"profile": profile, "theme": theme, "wish": wishes.first(), "ended": ended}
    return render(request, "accounts/settings.html", context, status=status)
