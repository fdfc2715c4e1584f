"""How signing in behaves where allauth asks: closed to strangers, in this site's own words."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from accounts import notices
from accounts.models import Person

WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The email or the password is not right.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody opens an account by themselves; admins invite."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        # A letter is read elsewhere, so its link must not depend on where it was asked for.
        address = super().get_reset_password_from_key_url(key)
        return f"{settings.SITE_URL}{urlsplit(address).path}"

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """By the outbox, in the site's own words: see templates/mail/security.txt."""
        what = notices.TOLD.get(template_prefix, notices.OTHERWISE)
        notices.tell(user, what, request=self.request, to=email or "")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, str]]:
        ways: list[dict[str, str]] = super().get_reauthentication_methods(user)
        return [
            way | {"description": WAYS[way["id"]]}
            for way in ways
            if way["id"] != "reauthenticate" or settings.LOCAL_PASSWORDS
        ]

    def is_reauthentication_required(self, app: str) -> bool:
        # Who came by single sign-on and has nothing else cannot be asked for anything here.
        ways = self.get_reauthentication_methods(self.request.user)
        return bool(ways) and bool(super().is_reauthentication_required(app=app))


class LocalPasswords(AuthenticationBackend):  # type: ignore[misc]
    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """As allauth does it; nobody, where passwords are turned off."""
        if not settings.LOCAL_PASSWORDS:
            return None
        person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return person
