"""What one has besides a password: an authenticator app, passkeys, and codes for a bad day."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import audit, notices
from accounts.models import Person
from accounts.models.audit import AuditKind
from accounts.templatetags.people import device

TAKEN_AWAY = "Passkeys, authenticator app and recovery codes were removed from your account"
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Where one may go before the second factor is set up: only what leads to it, or out.
WAYS_TO_IT = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "account_logout",
    "usersessions_list",
}


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": (
            "This site asks for a second factor, and this is your only one. Add another one first."
        ),
        "incorrect_code": (
            "This code is not right. Codes change every 30 seconds: try the newest one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """A copy of the database alone must not be enough to make codes."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # SECRET_KEY was changed: a secret that nobody knows lets nobody in.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        person = authenticator.user
        others = _factors_of(person).exclude(pk=authenticator.pk)
        return not is_required_of(person) or others.exists()

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        adapter = get_adapter()
        return device(adapter.get_http_user_agent(adapter.request))


def _cipher() -> Fernet:
    key = hashlib.sha256(b"second factor " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _factors_of(person: Person) -> Any:
    return Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS)


def is_required_of(person: Person) -> bool:
    wanted = settings.REQUIRE_SECOND_FACTOR
    return wanted == "everybody" or (wanted == "admins" and person.is_admin)


def is_missing_for(person: Person) -> bool:
    return is_required_of(person) and not _factors_of(person).exists()


def take_away(person: Person, *, request: HttpRequest) -> bool:
    """For somebody who lost phone, passkeys and codes. Return whether there was anything."""
    found, _ = Authenticator.objects.filter(user_id=person.pk).delete()
    if found:
        audit.record(AuditKind.SIGN_IN, f"Took away the second factor of {person}", request=request)
        notices.tell(person, TAKEN_AWAY, request=request)
    return bool(found)


class RequiredSecondFactorMiddleware:
    """Leads who must have a second factor and has none to setting it up, and to nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *args: object
    ) -> HttpResponse | None:
        if settings.REQUIRE_SECOND_FACTOR == "off" or not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        if match and match.url_name in WAYS_TO_IT:
            return None
        if not isinstance(request.user, Person) or not is_missing_for(request.user):
            return None
        if "HX-Request" in request.headers:
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("mfa_index")})
        return redirect("mfa_index")


# ── The audit log, and letters ───────────────────────────────────────────────────────────────────


def connect() -> None:
    """allauth tells of what it did only in this way."""
    signals.authenticator_added.connect(_added)
    signals.authenticator_removed.connect(_removed)
    signals.authenticator_reset.connect(_reset)
    signals.authenticator_used.connect(_used)


def _added(request: HttpRequest, authenticator: Authenticator, **kwargs: object) -> None:
    audit.record(AuditKind.SIGN_IN, f"Added {_words(authenticator)}", request=request)


def _removed(request: HttpRequest, authenticator: Authenticator, **kwargs: object) -> None:
    audit.record(AuditKind.SIGN_IN, f"Removed {_words(authenticator)}", request=request)


def _reset(request: HttpRequest, authenticator: Authenticator, **kwargs: object) -> None:
    audit.record(AuditKind.SIGN_IN, "Made new recovery codes", request=request)


def _used(request: HttpRequest, authenticator: Authenticator, **kwargs: object) -> None:
    """A recovery code is for a bad day, so its use is news; passkeys and apps are used daily."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        # The one at hand was read before the code was used.
        fresh = Authenticator.objects.get(pk=authenticator.pk)
        person, left = fresh.user, len(fresh.wrap().get_unused_codes())
        audit.record(AuditKind.SIGN_IN, f"Used a recovery code of {person}", request=request)
        what = f"A recovery code of your account was used ({left} left)"
        notices.tell(person, what, request=request)


def _words(authenticator: Authenticator) -> str:
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        return f"the passkey “{authenticator.wrap().name}”"
    return "an authenticator app" if authenticator.type == "totp" else "recovery codes"
