"""The forms with which admins look after people."""

from decimal import Decimal
from typing import Any

from django import forms

from accounts import credits, months
from accounts.models import Group, Person, TeamBudget
from accounts.models.person import Role

LARGEST_FILE = 256 * 1024  # bytes
HOW = (("letter", "Send a letter to each"), ("link", "Show me the links to hand on"))


class CreditsField(forms.DecimalField):
    def prepare_value(self, value: Any) -> Any:
        """Without the zeros that say nothing; what was typed stays as it was typed."""
        return credits.plain(value) if isinstance(value, Decimal) else value


def amount_field(label: str, hint: str) -> CreditsField:
    return CreditsField(
        label=label,
        help_text=hint,
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": "Write a number of credits, such as 250 or 12.5."},
    )


class InviteForm(forms.Form):
    guests = forms.CharField(
        label="Email addresses",
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    # Django's usual widget takes a field “file-clear” for the wish to take a file away.
    file = forms.FileField(label="Or a CSV file", required=False, widget=forms.FileInput)
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER)
    allowance = amount_field("Credits a month", "Empty: the team's usual allowance.")
    daily_cap = amount_field("Credits a day", "Empty: no cap a day.")
    how = forms.ChoiceField(choices=HOW, initial="letter", widget=forms.RadioSelect)

    def clean_file(self) -> str:
        """What the file says; it takes the place of what was typed."""
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("This file is larger than 256 kB. Split the list.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError("This is no CSV file in UTF-8. Export it anew.") from error

    def clean(self) -> dict[str, Any]:
        fields = self.cleaned_data
        if "file" in fields and "guests" in fields:
            fields["guests"] = (fields["file"] or fields["guests"]).strip()
            if not fields["guests"] and fields.get("how") == "letter":
                self.add_error("guests", "Give at least one address.")
        return fields


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class AllowanceForm(forms.Form):
    monthly_allowance = amount_field("Credits a month", "Empty: the team's usual allowance.")
    daily_cap = amount_field("Credits a day", "Empty: no cap a day.")


class ManyAllowancesForm(forms.Form):
    """For many people at once: what is left empty stays as it is."""

    monthly_allowance = amount_field("Credits a month", "Empty: stays as it is for each.")
    is_usual = forms.BooleanField(label="Back to the usual allowance", required=False)
    daily_cap = amount_field("Credits a day", "Empty: stays as it is for each.")
    is_uncapped = forms.BooleanField(label="No cap a day", required=False)

    def clean(self) -> dict[str, Any]:
        fields = self.cleaned_data
        pairs = (("monthly_allowance", "is_usual"), ("daily_cap", "is_uncapped"))
        for amount, switch in pairs:
            if fields.get(amount) is not None and fields.get(switch):
                self.add_error(amount, "Give an amount, or tick the box below; not both.")
        if not self.errors and not self.changes:
            raise forms.ValidationError("Say what to change: credits a month, credits a day.")
        return fields

    @property
    def changes(self) -> dict[str, Decimal | None]:
        fields, changes = self.cleaned_data, {}
        for amount, switch in (("monthly_allowance", "is_usual"), ("daily_cap", "is_uncapped")):
            if fields.get(switch) or fields.get(amount) is not None:
                changes[amount] = None if fields.get(switch) else fields[amount]
        return changes


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]
    usual_allowance = amount_field("Usual credits a month", "For everybody without their own.")
    admin_allowance = amount_field("Credits a month for admins", "Empty: as for everybody.")
    monthly_cap = amount_field("Credits a month for the whole team", "Empty: no cap.")
    provider_budget = amount_field(
        "Budget at the provider, in credits a month",
        "Admins get a letter when the provider has charged 80 % and 100 % of it; nothing stops. "
        "Empty: no letters.",
    )
    carries_over = forms.BooleanField(required=False)

    class Meta:
        model = TeamBudget
        fields = ["usual_allowance", "admin_allowance", "monthly_cap", "provider_budget"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usual_allowance"].required = True
        self.initial["carries_over"] = self.instance.carries_from is not None

    def save(self, commit: bool = True) -> TeamBudget:
        """Switched on, it begins with this month; what is left of earlier ones is gone."""
        wanted, row = self.cleaned_data["carries_over"], self.instance
        row.carries_from = (row.carries_from or months.this_month()) if wanted else None
        saved: TeamBudget = super().save(commit=commit)
        return saved


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(
        max_length=60, widget=forms.TextInput({"autocomplete": "off", "maxlength": "60"})
    )
    monthly_allowance = amount_field(
        "Credits a month", "For each who has no allowance of their own. Empty: none by this group."
    )

    class Meta:
        model = Group
        fields = ["name", "monthly_allowance"]


class HeirForm(forms.Form):
    """To whom: anybody who may still make pictures."""

    def __init__(self, *args: Any, leaver: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        makers = Person.objects.filter(is_active=True).exclude(role=Role.VIEWER)
        self.fields["to"] = forms.ModelChoiceField(
            label="Give them to",
            queryset=makers.exclude(pk=leaver.pk),
            empty_label="Choose a person",
        )


class AnswerForm(forms.Form):
    """The button that was pressed says whether it is an approval."""

    amount = amount_field("Credits for this month", "On top of the allowance.")
    words = forms.CharField(
        label="Words to the person",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def is_approval(self) -> bool:
        return self.data.get("answer") != "decline"

    def clean(self) -> dict[str, Any]:
        fields = self.cleaned_data
        if self.is_approval and "amount" in fields and not fields["amount"]:
            self.add_error("amount", "Give an amount above 0, or decline.")
        if not self.is_approval and not fields.get("words"):
            self.add_error("words", "Say why in a few words.")
        return fields
