"""Settings of the composer that are kept under a name, for oneself or for the team."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse

from accounts.models import Person
from gallery import blanks, words
from gallery.flux import catalog
from gallery.forms import CUSTOM, LONGEST_PROMPT
from gallery.models import FluxModel, Preset
from gallery.plans import BLANK, COUNTS, LONGEST_VALUES, without_nul

LONGEST_NAME = 80
MOST = 200  # on one page
FIELDS = {"prompt", "model", "also_model", "size", "also_size", "width", "height", "count"}
NAME = "Give it a name of at most 80 characters."
TAKEN = "You have a preset of this name already. Choose another name."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    use: str
    edit: str  # empty for who may not
    whose: str
    facts: str
    prompt: str


class PresetForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(
        max_length=LONGEST_NAME, error_messages=dict.fromkeys(("required", "max_length"), NAME)
    )

    class Meta:
        model = Preset
        fields = ["name", "is_for_team"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = Preset.objects.filter(owner=self.instance.owner, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(TAKEN)
        return name


def save(form: PresetForm) -> bool:
    """False when the name was taken in the same moment, which the form then tells."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error("name", TAKEN)
        return False
    return True


def rows_of(person: Person) -> tuple[Row, ...]:
    """One's own and the team's, by name."""
    labels = dict(FluxModel.objects.values_list("name", "label"))
    rows = Preset.objects.visible_to(person).select_related("owner")[:MOST]
    return tuple(_row(row, person, labels) for row in rows)


def facts_of(preset: Preset) -> str:
    return _facts(preset.choices, dict(FluxModel.objects.values_list("name", "label")))


def _row(preset: Preset, person: Person, labels: Mapping[str, str]) -> Row:
    is_own = preset.owner_id == person.pk
    may_edit = is_own or person.is_admin
    whose = "Team" if is_own else f"Team, by {preset.owner}"
    return Row(
        name=preset.name,
        use=f"{reverse('studio')}?preset={preset.pk}",
        edit=reverse("preset_edit", args=[preset.pk]) if may_edit else "",
        whose=whose if preset.is_for_team else "",
        facts=_facts(preset.choices, labels),
        prompt=words.shortened(preset.prompt, 120),
    )


def _facts(choices: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    models = [labels.get(name, name) for name in choices.get("models", ())]
    sizes = [words.size(str(size)) for size in choices.get("sizes", ())]
    count = words.pictures(int(choices.get("count", 1)))
    return " · ".join(filter(None, [", ".join(models), ", ".join(sizes), count]))


def fields_in(data: QueryDict) -> tuple[tuple[str, str], ...]:
    """The composer's fields, to be carried through the form that asks for a name."""
    names = [name for name in data if name in FIELDS or name.startswith(BLANK)]
    return tuple((name, str(value)) for name in names for value in data.getlist(name))


def choices_in(data: QueryDict) -> dict[str, object]:
    """What the composer's fields say, as far as it can be kept; nothing is refused."""
    names = [without_nul(name) for name in (data.get("model", ""), *data.getlist("also_model"))]
    known = set(FluxModel.objects.filter(name__in=names).values_list("name", flat=True))
    count = data.get("count", "")
    template = blanks.parse(without_nul(data.get("prompt", ""))[:LONGEST_PROMPT])
    return {
        "models": [name for name in dict.fromkeys(names) if name in known],
        "sizes": [size for size in dict.fromkeys(_sizes(data)) if _is_size(size)],
        "count": int(count) if count in COUNTS else 1,
        "blanks": {
            name: without_nul(data.get(BLANK + name, ""))[:LONGEST_VALUES]
            for name in template.names
        },
    }


def _sizes(data: QueryDict) -> Iterator[str]:
    size = data.get("size", "")
    yield f"{data.get('width', '')}x{data.get('height', '')}" if size == CUSTOM else size
    yield from data.getlist("also_size")


def _is_size(text: str) -> bool:
    try:
        return bool(catalog.shape(text))
    except ValueError:
        return False
