"""allauth's forms of passkeys; what nobody's browser sends is refused like any other nonsense."""

from typing import Any

from allauth.mfa.webauthn import forms as theirs
from django import forms
from django.forms.fields import InvalidJSONInput


class CredentialField(forms.JSONField):
    """Lists in lists in lists are refused: Python's reader of JSON gives up on a thousand."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": ""}
            ) from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)


class AddPasskeyForm(theirs.AddWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class SignInPasskeyForm(theirs.LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class SecondStepPasskeyForm(theirs.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class ConfirmPasskeyForm(theirs.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()
