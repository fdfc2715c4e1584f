"""The one-time link that makes the first admin."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import audit, people
from accounts.access import with_a_key_for_address, with_few_tries
from accounts.forms import FirstAdminForm
from accounts.models.audit import AuditKind


@login_not_required
@with_a_key_for_address
@with_few_tries("invitation")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def first_admin(request: HttpRequest, token: str) -> HttpResponse:
    invitation = people.first_admin_invitation(token)
    if invitation is None:
        return _ended(request)
    form = FirstAdminForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "accounts/first_admin.html", {"form": form}, status=status)
    try:
        person = people.accept(invitation, **form.cleaned_data)
    except people.InvitationEnded:
        return _ended(request)
    login(request, person)
    audit.record(AuditKind.PEOPLE, "Became the first admin", request=request)
    return redirect("studio")


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/first_admin_ended.html", status=410)
