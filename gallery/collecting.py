"""Which gallery many pictures go to: one that takes them, or a new one."""

from typing import Any

from django import forms
from django.db import transaction

from accounts.models import Person
from gallery import bulk
from gallery.bulk import Keys, Outcome
from gallery.models import Gallery
from gallery.models.gallery import LONGEST_NAME
from gallery.placing import NotOpen

GONE = "This gallery takes nothing from you any more. Choose another one."


class CollectingForm(forms.Form):
    gallery = forms.ModelChoiceField(
        Gallery.objects.none(), required=False, error_messages={"invalid_choice": GONE}
    )
    name = forms.CharField(
        required=False,
        max_length=LONGEST_NAME,
        error_messages={"max_length": f"Use at most {LONGEST_NAME} characters."},
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = Gallery.objects.open_to_contributions_of(person).order_by("name", "pk")
        chosen: forms.ModelChoiceField[Gallery] = self.fields["gallery"]  # type: ignore[assignment]
        chosen.queryset = self.offered

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["gallery"] and not cleaned["name"].strip():
            self.add_error("name", "Choose a gallery, or name a new one.")
        return cleaned


@transaction.atomic
def collect(keys: Keys, form: CollectingForm, *, by: Person) -> tuple[Outcome, Gallery] | None:
    """A name makes a new gallery, or finds one's own of this name. Nothing when it is closed."""
    gallery = form.cleaned_data["gallery"]
    if name := form.cleaned_data["name"].strip():
        namesake = Gallery.objects.filter(owner=by, name=name).first()
        gallery = namesake or Gallery.objects.create(owner=by, name=name)
    try:
        return bulk.place(keys, gallery, by=by), gallery
    except NotOpen:
        form.add_error("gallery", GONE)
        return None
