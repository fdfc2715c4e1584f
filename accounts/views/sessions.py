"""Signing one device out; the list of them is allauth's."""

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from accounts.templatetags.people import device


@require_POST
def session_end(request: TeamRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user_id=request.user.pk)
    name = device(session.user_agent)
    get_adapter().end_sessions([session])
    audit.record(AuditKind.SIGN_IN, f"Signed out {name}", request=request)
    messages.success(request, f"{name} is signed out.")
    return redirect("usersessions_list")
