import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth import password_validation

from accounts.models import Invitation, Person
from accounts.models.token import LIFETIMES


class FirstAdminForm(forms.Form):
    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        fields = self.cleaned_data
        if "password" in fields:
            person = Person(email=fields.get("email", ""), name=fields.get("name", ""))
            try:
                password_validation.validate_password(fields["password"], person)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return fields


class JoinForm(FirstAdminForm):
    """An address that the invitation names stays as it is, whatever is sent."""

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = invitation.name
        if invitation.email:
            self.fields["email"].initial = invitation.email
            self.fields["email"].disabled = True


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Person
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class ThemeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Person
        fields = ["theme"]
        widgets = {"theme": forms.RadioSelect}


class LettersForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Person
        fields = ["wants_digest"]


class AdjustmentForm(forms.Form):
    """The token makes a form that is sent twice, as by a double click, one adjustment."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    amount = forms.DecimalField(
        max_digits=14,
        decimal_places=4,
        help_text="Credits for this month. A negative amount takes some away.",
    )
    note = forms.CharField(
        label="Reason",
        max_length=300,
        widget=forms.TextInput(attrs={"size": 80}),
        help_text="It is kept in the ledger, with your name.",
    )

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Give an amount other than 0.")
        return amount


class TokenForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    days = forms.TypedChoiceField(
        label="Ends after", choices=list(LIFETIMES.items()), coerce=int, initial=90
    )
    may_read = forms.BooleanField(required=False, initial=True)
    may_make = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        fields = self.cleaned_data
        if not fields.get("may_read") and not fields.get("may_make"):
            self.add_error("may_read", "Choose at least one thing that it may do.")
        return fields
