"""Put a picture of one's own into galleries of one's own."""

from typing import Any

from django import forms
from django.db import transaction

from accounts.models import Person
from gallery.models import Gallery, Image, Placement

LONGEST_NAME = 120


class PlacingForm(forms.Form):
    galleries = forms.ModelMultipleChoiceField(Gallery.objects.none(), required=False)
    name = forms.CharField(
        required=False,
        max_length=LONGEST_NAME,
        error_messages={"max_length": f"Use at most {LONGEST_NAME} characters."},
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: forms.ModelMultipleChoiceField[Gallery] = self.fields["galleries"]  # type: ignore[assignment]
        chosen.queryset = Gallery.objects.filter(owner=person).order_by("name", "pk")

    @property
    def choices(self) -> list[tuple[Gallery, bool]]:
        """Each gallery, and whether it is chosen."""
        field, value = self.fields["galleries"], self["galleries"].value() or []
        chosen = {str(getattr(one, "pk", one)) for one in value}
        galleries = field.queryset  # type: ignore[attr-defined]
        return [(gallery, str(gallery.pk) in chosen) for gallery in galleries]


def form_for(image: Image, person: Person) -> PlacingForm:
    """With those chosen that it is in already."""
    chosen = Gallery.objects.filter(owner=person, placements__image=image)
    return PlacingForm(initial={"galleries": list(chosen)}, person=person)


@transaction.atomic
def place(image: Image, form: PlacingForm, *, by: Person) -> list[Gallery]:
    """Into those chosen and a new one, if it has a name; out of the others. Return where it is."""
    chosen = list(form.cleaned_data["galleries"])
    if name := form.cleaned_data["name"].strip():
        namesake = Gallery.objects.filter(owner=by, name=name).first()
        chosen.append(namesake or Gallery.objects.create(owner=by, name=name))
    own = Placement.objects.filter(image=image, gallery__owner=by)
    own.exclude(gallery__in=chosen).delete()
    for gallery in chosen:
        Placement.objects.get_or_create(gallery=gallery, image=image)
    return chosen
