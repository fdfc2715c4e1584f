from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from accounts import people
from accounts.models import Person
from accounts.models.person import Role


class NewPersonForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """A person with a first password, or with none until they ask for one."""

    class Meta:
        model = Person
        fields = ["email", "name", "role", "monthly_allowance", "daily_cap"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["usable_password"]
        choice.label = "First password"
        choice.help_text = "Disabled: the person gets one by “Forgot it?” on the sign-in page."

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class PersonForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = Person
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        stays_admin = fields.get("role") == Role.ADMIN and fields.get("is_active")
        if not stays_admin and people.is_only_admin(self.instance):
            raise forms.ValidationError(
                "This is the only active admin. Make somebody else an admin first.", "only_admin"
            )
        return fields
