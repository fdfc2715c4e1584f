"""How each person signs in: password, passkeys, authenticator app, recovery codes."""

from dataclasses import dataclass

from allauth.account.forms import ChangePasswordForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.models import Person
from accounts.requests import TeamRequest


@dataclass(frozen=True, slots=True)
class Factors:
    passkeys: list[Authenticator]
    app: Authenticator | None
    codes_left: int | None  # None: there were never any

    @property
    def is_on(self) -> bool:
        return bool(self.passkeys or self.app)


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Form) -> HttpResponse:
        """As allauth does it, but for the last factor of somebody who must have one."""
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect(self.get_success_url())
        answer: HttpResponse = super().form_valid(form)
        return answer


@require_safe
@never_cache
def security(request: TeamRequest) -> HttpResponse:
    person = request.user
    has_password = settings.LOCAL_PASSWORDS and person.has_usable_password()
    context = {
        "factors": _factors(person),
        "is_missing": second_factor.is_missing_for(person),
        "form": ChangePasswordForm(user=person) if has_password else None,
    }
    return render(request, "accounts/security.html", context)


def _factors(person: Person) -> Factors:
    kinds = Authenticator.Type
    every = list(Authenticator.objects.filter(user_id=person.pk).order_by("pk"))
    first = {one.type: one for one in reversed(every)}
    codes = first.get(kinds.RECOVERY_CODES)
    return Factors(
        passkeys=[one for one in every if one.type == kinds.WEBAUTHN],
        app=first.get(kinds.TOTP),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
    )
