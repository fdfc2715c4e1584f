"""A person's tokens for programs: listed, made (and shown once), revoked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, tokens
from accounts.forms import TokenForm
from accounts.models import Token
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest

FULL = f"You have {tokens.MOST} tokens. Revoke one that you do not need."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: TeamRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    try:
        made = tokens.make(request.user, **form.cleaned_data)
    except tokens.TooManyTokens:
        form.add_error(None, FULL)
        return _page(request, form, status=422)
    name = form.cleaned_data["name"]
    audit.record(AuditKind.SETTINGS, f"Made the API token “{name}”", request=request)
    # Shown in this answer alone: kept for a redirect, it would lie in the session.
    return _page(request, TokenForm(), made=made)


@require_POST
def token_revoke(request: TeamRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(Token.objects.listed().filter(person=request.user), pk=pk)
    if tokens.revoke(token):
        audit.record(AuditKind.SETTINGS, f"Revoked the API token “{token}”", request=request)
        messages.success(request, f"The token “{token}” is revoked.")
    return redirect("settings_tokens")


def _page(
    request: TeamRequest, form: TokenForm, *, made: str = "", status: int = 200
) -> HttpResponse:
    listed = Token.objects.listed().filter(person=request.user)
    context = {"form": form, "tokens": listed, "made": made}
    return render(request, "accounts/tokens.html", context, status=status)
