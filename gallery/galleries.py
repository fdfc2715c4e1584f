"""Make a gallery, change what it says of itself, leave it, and take it apart."""

from django import forms
from django.db import transaction

from accounts.models import Person
from gallery import ordering, placing
from gallery.models import Gallery, Image, Membership, Placement
from gallery.models.gallery import LONGEST_DESCRIPTION, LONGEST_NAME, Order

NAMELESS = "Give it a name."


class GalleryForm(forms.ModelForm):  # type: ignore[type-arg]
    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={
            "required": NAMELESS,
            "max_length": f"Use at most {LONGEST_NAME} characters.",
        },
    )
    description = forms.CharField(
        required=False,
        max_length=LONGEST_DESCRIPTION,
        error_messages={"max_length": f"Use at most {LONGEST_DESCRIPTION:,} characters."},
    )

    class Meta:
        model = Gallery
        fields = ["name", "description"]


class EditForm(GalleryForm):
    order = forms.ChoiceField(
        choices=Order.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose an order."),
    )


def create(form: GalleryForm, *, by: Person) -> Gallery:
    form.instance.owner = by
    gallery: Gallery = form.save()
    return gallery


@transaction.atomic
def change(form: EditForm) -> None:
    gallery: Gallery = form.save()
    ordering.set_order(gallery, form.cleaned_data["order"])


def delete(gallery: Gallery) -> None:
    """Its members, links and comments go with it; the pictures stay with their owners."""
    gallery.delete()


def leave(gallery: Gallery, person: Person) -> bool:
    """Return whether the person had been invited; what the whole team sees can't be left."""
    gone, _ = Membership.objects.filter(gallery=gallery, person=person).delete()
    return bool(gone)


def remove(image: Image, gallery: Gallery) -> None:
    placing.remove_many([image], [gallery.pk])


@transaction.atomic
def set_cover(gallery: Gallery, image: Image) -> bool:
    """Return whether the picture is in it; what is not can't be its cover."""
    placing.lock(gallery)
    if not Placement.objects.filter(gallery=gallery, image=image).exists():
        return False
    Gallery.objects.filter(pk=gallery.pk).update(cover=image)
    return True
