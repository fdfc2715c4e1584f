"""Who signed in, who failed to, and who chose a new password, for the audit log."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, user_logged_in
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from accounts import audit
from accounts.models import Person
from accounts.models.audit import AuditKind


def listen() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.sign_ins")
    password_changed.connect(_new_password, dispatch_uid="accounts.sign_ins")
    password_reset.connect(_new_password, dispatch_uid="accounts.sign_ins")
    user_login_failed.connect(_failed, dispatch_uid="accounts.sign_ins")


def _signed_in(*, request: HttpRequest, **said: Any) -> None:
    audit.record(AuditKind.SIGN_IN, "Signed in", request=request)


def _new_password(*, request: HttpRequest, user: Person, **said: Any) -> None:
    audit.record(AuditKind.SIGN_IN, f"Got a new password: {user.email}", request=request)


def _failed(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **said: Any
) -> None:
    address = credentials.get("email") or credentials.get("username") or "nobody"
    audit.record(AuditKind.SIGN_IN, f"Failed to sign in as {address}", request=request)
