"""What admins change about the models on offer. What is held keeps its price: a job has its own."""

import hashlib
import json
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone

from gallery import words
from gallery.models import FluxModel
from gallery.models.flux_model import OpenTo

FIELDS = ["label", "good_at", "credits", "is_on", "is_default", "open_to", "groups"]
TEXTS = ("label", "good_at", "credits")
STALE = (
    "Somebody else has changed this model since you opened the page. What you typed is kept; "
    "save again to put it in the place of this: {}."
)
LAST = "This is the last model that everyone can make pictures with. Switch on another one first."
NO_GROUP = "Choose at least one group, or say who else may use it."
CLOSED_DEFAULT = "The default must be on and open to everyone who makes pictures."
PRICE = "Give the credits a picture as a number from 0, with at most four decimals."


class GroupsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def clean(self, value: Any) -> Any:
        """SQLite breaks at a number that no column holds, instead of finding no such group."""
        try:
            return super().clean(value)
        except OverflowError as error:
            raise forms.ValidationError("Choose among the groups that there are.") from error


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """`seen` is how the model stood when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = FluxModel
        fields = FIELDS
        field_classes = {"groups": GroupsField}
        widgets = {
            "open_to": forms.RadioSelect,
            "groups": forms.CheckboxSelectMultiple,
            **{name: forms.TextInput({"autocomplete": "off"}) for name in TEXTS},
        }
        error_messages = {
            "label": {"required": "Give the model a name for people."},
            "credits": dict.fromkeys(
                (
                    *("required", "invalid", "min_value", "max_digits"),
                    *("max_decimal_places", "max_whole_digits"),
                ),
                PRICE,
            ),
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("open_to") == OpenTo.GROUPS and not values.get("groups"):
            self.add_error("groups", NO_GROUP)
        is_open = values.get("is_on") and values.get("open_to") == OpenTo.MAKERS
        if values.get("is_default") and not is_open:
            self.add_error("is_default", CLOSED_DEFAULT)
        others = FluxModel.objects.for_generating().filter(open_to=OpenTo.MAKERS)
        if (
            self.instance.can_generate
            and not is_open
            and not others.exclude(pk=self.instance.pk).exists()
        ):
            self.add_error("is_on", LAST)
        return values


def fingerprint(model: FluxModel) -> str:
    """Of what a form changes; the seconds that are learnt don't make a form stale."""
    values = {name: str(getattr(model, name)) for name in FIELDS}
    values["credits"] = words.credits(model.credits)
    values["groups"] = _groups(model)
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


@transaction.atomic
def change(model: FluxModel, data: Any) -> tuple[ModelForm, str]:
    """Save what was sent. Return the form and what was changed in words; "" when nothing was.

    A form that is stale, or not valid, changes nothing and says so.
    """
    now = FluxModel.objects.select_for_update().get(pk=model.pk)
    before = describe(now)
    seen = fingerprint(now)
    if "is_default" in data:
        FluxModel.objects.exclude(pk=now.pk).update(is_default=False)
    form = ModelForm(data, instance=now)
    if form.is_valid() and form.cleaned_data["seen"] != seen:
        form.add_error(None, STALE.format(", ".join(before)))
    if not form.is_valid():
        transaction.set_rollback(True)  # the former default stays
        return form, ""
    form.save()
    changed = [part for part in describe(now) if part not in before]
    return form, ", ".join(changed)


def describe(model: FluxModel) -> list[str]:
    return [
        f"name “{model.label}”",
        f"good at “{model.good_at}”",
        f"{words.in_credits(model.credits)} a picture",
        "on" if model.is_on else "off",
        "the default" if model.is_default else "not the default",
        f"for {model.get_open_to_display().lower()}",
        f"groups: {_groups(model)}",
    ]


def _groups(model: FluxModel) -> str:
    return ", ".join(map(str, model.groups.all())) or "none"


@transaction.atomic
def move_up(model: FluxModel) -> bool:
    """Change places with the one before. Return whether there is one."""
    rows = list(FluxModel.objects.select_for_update().order_by("position", "name"))
    place = next(number for number, row in enumerate(rows) if row.pk == model.pk)
    if place == 0:
        return False
    rows[place - 1], rows[place] = rows[place], rows[place - 1]
    for number, row in enumerate(rows, start=1):
        row.position = number * 10
    FluxModel.objects.bulk_update(rows, ["position"])
    return True


def clear_refusal(model: FluxModel) -> bool:
    """An admin has seen to it. Return whether the model was flagged."""
    flagged = FluxModel.objects.filter(
        pk=model.pk, refused_at__isnull=False, refused_at__lte=timezone.now()
    )
    return bool(flagged.update(refused_at=None, refused_detail=""))
