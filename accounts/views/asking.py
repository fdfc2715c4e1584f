"""A member asks for more credits."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import allowances, letters
from accounts.requests import TeamRequest

LONGEST = 300


@require_POST
def ask(request: TeamRequest) -> HttpResponse:
    reason = " ".join(request.POST.get("reason", "").replace("\0", "").split())[:LONGEST]
    if not request.user.is_maker:
        messages.warning(request, "As a viewer you look at pictures and make none.")
    elif not reason:
        messages.warning(request, "Say in a few words what you need the credits for.")
    else:
        _ask(request, reason)
    return redirect(reverse("settings") + "#credits")


def _ask(request: TeamRequest, reason: str) -> None:
    try:
        late = letters.deliver(allowances.ask(request.user, reason))
    except allowances.AskedAlready:
        messages.warning(request, "You have asked already. An admin will answer.")
        return
    more = " Their mail is late; they see it on their page." if late else ""
    messages.success(request, f"Your admins are asked.{more}")
