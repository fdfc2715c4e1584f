"""allauth's forms for a code, which forget that it was used before it stops being right."""

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as theirs
from allauth.mfa.models import Authenticator
from django.core.cache import cache


class _Once:
    """Typed slowly, a code of an app is right for three of its periods; it opens one door."""

    user: object
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        is_of_app = self.authenticator.type == Authenticator.Type.TOTP
        digits = "".join(filter(str.isdecimal, code))
        key = f"fluxsite.code_used.{self.authenticator.user_id}.{digits}"
        lasts = (2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD
        if is_of_app and not cache.add(key, "used", timeout=lasts):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepCodeForm(_Once, theirs.AuthenticateForm):  # type: ignore[misc]
    pass


class ConfirmCodeForm(_Once, theirs.ReauthenticateForm):  # type: ignore[misc]
    pass
