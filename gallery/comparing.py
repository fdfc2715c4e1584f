"""Pictures laid one over the other, or side by side."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Person
from gallery.changes import Piece, changed
from gallery.models import Image, Upload
from gallery.sources import Source, source_of

MOST = 4  # side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    source: Source
    letter: str
    model: str
    words: tuple[Piece, ...]  # marked where they differ from those of the first
    without: str  # the same page without this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    sides: tuple[Side, ...]
    is_over: bool  # one over the other, with a slider
    over: str
    swapped: str
    beside: str
    back: str  # the page of the last picture that has one
    add: str  # empty when there is no room for more


class NotThere(LookupError):
    """One of the pictures does not exist, or may not be seen."""


def over(person: Person, first: uuid.UUID, second: uuid.UUID) -> Comparison:
    """Raises NotThere."""
    return _comparison(_pictures(person, [first, second]), is_over=True)


def beside(person: Person, keys: Sequence[uuid.UUID]) -> Comparison:
    """Raises NotThere."""
    return _comparison(_pictures(person, list(dict.fromkeys(keys))[:MOST]), is_over=False)


def address_for(image: Image, person: Person) -> str:
    """With what it was edited from, else alone, for others to be laid beside it."""
    if image.parent_id and Image.objects.visible_to(person).filter(pk=image.parent_id).exists():
        return _over_address(str(image.parent_id), str(image.pk))
    return _beside_address([str(image.pk)])


def _pictures(person: Person, keys: Sequence[uuid.UUID]) -> list[Image | Upload]:
    found: dict[uuid.UUID, Image | Upload] = {}
    found |= Image.objects.visible_to(person).in_bulk(keys)
    if missing := set(keys) - set(found):
        found |= Upload.objects.visible_to(person).in_bulk(missing)
    if set(keys) - set(found):
        raise NotThere
    return [found[key] for key in keys]


def _comparison(pictures: Sequence[Image | Upload], *, is_over: bool) -> Comparison:
    keys = [str(picture.pk) for picture in pictures]
    sides = tuple(_side(pictures, number) for number in range(len(pictures)))
    a, b = (keys[0], keys[1]) if len(keys) == 2 else ("", "")
    return Comparison(
        sides=sides,
        is_over=is_over,
        over=_over_address(a, b) if a else "",
        swapped=_over_address(b, a) if a else "",
        beside=_beside_address(keys),
        back=next((s.source.page for s in reversed(sides) if s.source.page), reverse("library")),
        add=_add_address(keys) if len(keys) < MOST else "",
    )


def _side(pictures: Sequence[Image | Upload], number: int) -> Side:
    picture, first = pictures[number], pictures[0]
    others = [str(other.pk) for other in pictures if other is not picture]
    return Side(
        source=source_of(picture),
        letter="ABCD"[number],
        model=picture.model_name if isinstance(picture, Image) else "",
        words=changed("" if picture is first else _words(first), _words(picture)),
        without=_beside_address(others),
    )


def _words(picture: Image | Upload) -> str:
    return picture.prompt if isinstance(picture, Image) else ""


def _over_address(first: str, second: str) -> str:
    return f"{reverse('compare')}?{urlencode({'a': first, 'b': second})}"


def _beside_address(keys: Sequence[str]) -> str:
    return f"{reverse('compare')}?{urlencode({'i': keys}, doseq=True)}"


def _add_address(keys: Sequence[str]) -> str:
    return f"{reverse('pick')}?{urlencode({'for': 'compare', 'i': keys}, doseq=True)}"
