"""What people send: the wish of the composer, checked, with each mend in words."""

import unicodedata
import uuid
from typing import Any, TypeVar

from django import forms
from django.db.models import QuerySet

from accounts.models import Person
from gallery.flux import catalog
from gallery.generations import Wish
from gallery.models import FluxModel, Image, Upload
from gallery.models.flux_model import FluxModelQuerySet
from gallery.models.generation import Action

LONGEST_PROMPT = 4000
CUSTOM = "custom"
BLANK = "Describe the picture that you want."
SIDE = "Give the {} in whole pixels, or choose one of the sizes."
SAME = "same"  # the shape of the picture that an edit starts from
COUNT = f"Choose a count from 1 to {catalog.MAX_COUNT}."
NO_SOURCE = "Choose a picture to start from."
GONE = "This picture is no longer there. Choose another one; your instruction is kept."
MODEL_ERRORS = {
    "required": "Choose a model.",
    "invalid_choice": "This model is no longer on offer. Choose another one.",
}
STALE = "This form was out of date. It has been renewed: generate again."


Row = TypeVar("Row", Image, Upload)


class WishForm(forms.Form):
    prompt = forms.CharField(error_messages={"required": BLANK})
    model = forms.ModelChoiceField(
        FluxModel.objects.for_generating(),
        to_field_name="name",
        error_messages=MODEL_ERRORS,
    )
    size = forms.CharField(
        max_length=20,
        error_messages=dict.fromkeys(("required", "max_length"), "Choose a size."),
    )
    width = forms.IntegerField(required=False, error_messages={"invalid": SIDE.format("width")})
    height = forms.IntegerField(required=False, error_messages={"invalid": SIDE.format("height")})
    count = forms.IntegerField(
        min_value=1,
        max_value=catalog.MAX_COUNT,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), COUNT),
    )
    form_token = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        """With a person, only what they may use is offered and taken."""
        super().__init__(*args, **kwargs)
        self.person = person
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = self.offered()

    def clean_prompt(self) -> str:
        # Browsers send each new line as two characters.
        prompt = str(self.cleaned_data["prompt"]).replace("\r\n", "\n")
        if not any(map(_is_seen, prompt)):
            raise forms.ValidationError(
                self.fields["prompt"].error_messages["required"], "required"
            )
        excess = len(prompt) - LONGEST_PROMPT
        if excess > 0:
            raise forms.ValidationError(
                f"The prompt has {len(prompt):,} characters, {excess:,} too many. "
                f"Shorten it to {LONGEST_PROMPT:,}."
            )
        return prompt

    def clean(self) -> None:
        """Put a size of one's own together, and ask the model whether it takes the size."""
        size, model = self.cleaned_data.get("size"), self.cleaned_data.get("model")
        if size == CUSTOM:
            size = self.cleaned_data["size"] = self._own_size()
        if size and model and (problem := model.size_problem(size)):
            self.add_error("size", problem)

    def _own_size(self) -> str:
        width, height = self.cleaned_data.get("width"), self.cleaned_data.get("height")
        if width is not None and height is not None:
            return f"{width}x{height}"
        self.add_error("size", "Give a width and a height in pixels.")
        return ""

    def wish(self) -> Wish:
        wanted = ("prompt", "model", "size", "count")
        return Wish(**{name: self.cleaned_data[name] for name in wanted})

    def offered(self) -> FluxModelQuerySet:
        models = FluxModel.objects.for_generating()
        return models.usable_by(self.person) if self.person else models

    @property
    def token(self) -> uuid.UUID:
        token: uuid.UUID = self.cleaned_data["form_token"]
        return token


def _is_seen(character: str) -> bool:
    """Spaces and marks without a shape of their own, alone, are no description of anything."""
    return unicodedata.category(character)[0] not in "CZ"


class EditForm(WishForm):
    """What should change in one picture: in one that this person may see, or in an upload."""

    model = forms.ModelChoiceField(
        FluxModel.objects.for_editing(), to_field_name="name", error_messages=MODEL_ERRORS
    )
    image = forms.UUIDField(required=False, error_messages={"invalid": GONE})
    upload = forms.UUIDField(required=False, error_messages={"invalid": GONE})

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.person: Person = person
        super().__init__(*args, person=person, **kwargs)
        self.fields["prompt"].error_messages["required"] = "Say what should change."

    def clean_image(self) -> Image | None:
        return self._among(Image.objects.visible_to(self.person), "image")

    def clean_upload(self) -> Upload | None:
        return self._among(Upload.objects.visible_to(self.person), "upload")

    def clean(self) -> None:
        if not self.source and not self.source_problem:
            self.add_error("image", NO_SOURCE)
        if self.cleaned_data.get("size") == SAME:
            source = self.source
            ratio = catalog.nearest_ratio(source.width, source.height) if source else "1:1"
            self.cleaned_data["size"] = ratio
        super().clean()

    def offered(self) -> FluxModelQuerySet:
        return FluxModel.objects.for_editing().usable_by(self.person)

    def wish(self) -> Wish:
        """One of them; how many is in `count`."""
        values = self.cleaned_data
        return Wish(
            action=Action.EDIT,
            **{name: values[name] for name in ("prompt", "model", "size")},
            reference_image=None if values["upload"] else values["image"],
            reference_upload=values["upload"],
        )

    @property
    def source(self) -> Image | Upload | None:
        values = self.cleaned_data if self.is_bound else self.initial
        return values.get("upload") or values.get("image")

    @property
    def source_problem(self) -> str:
        found = [*self.errors.get("upload", ()), *self.errors.get("image", ())]
        return str(found[0]) if found else ""

    def _among(self, visible: QuerySet[Row], name: str) -> Row | None:
        key = self.cleaned_data[name]
        found = visible.filter(pk=key).first() if key else None
        if key and not found:
            raise forms.ValidationError(GONE)
        return found


class WebhookForm(forms.Form):
    address = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.URLInput,
        error_messages={"required": "Give the address that should hear of your jobs."},
    )
