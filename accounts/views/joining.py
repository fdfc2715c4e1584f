"""The link of an invitation: a name, a password, and one is in."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import audit, invitations, people
from accounts.access import with_a_key_for_address, with_few_tries
from accounts.forms import JoinForm
from accounts.models import Invitation
from accounts.models.audit import AuditKind

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@login_not_required
@with_a_key_for_address
@with_few_tries("invitation")
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = invitations.find(token)
    if found is None:
        return _ended(request)
    form = JoinForm(request.POST if request.method == "POST" else None, invitation=found)
    return _join(request, found, form) if form.is_valid() else _form(request, found, form)


def _join(request: HttpRequest, found: Invitation, form: JoinForm) -> HttpResponse:
    try:
        person = people.accept(found, **form.cleaned_data)
    except people.InvitationEnded:
        return _ended(request)
    except people.AddressTaken:
        form.add_error("email", "Somebody has an account with this address. Sign in instead.")
        return _form(request, found, form)
    login(request, person, backend=BACKEND)
    audit.record(
        AuditKind.PEOPLE, f"Joined by an invitation of {found.invited_by}", request=request
    )
    return redirect("studio")


def _form(request: HttpRequest, found: Invitation, form: JoinForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "invitation": found}
    return render(request, "accounts/invitation.html", context, status=status)


def _ended(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invitation_ended.html", status=410)
