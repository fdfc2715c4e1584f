"""Favourites: each person's own, of any picture that they may see."""

from accounts.models import Person
from gallery.models import Favourite, Image


def mark(image: Image, *, by: Person, is_favourite: bool) -> None:
    """The same twice is the same once."""
    if is_favourite:
        Favourite.objects.get_or_create(person=by, image=image)
    else:
        Favourite.objects.filter(person=by, image=image).delete()
