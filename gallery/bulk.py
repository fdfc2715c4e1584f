"""One thing done to many pictures at once; what a person may not change stays as it is."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Person
from gallery import placing, rating, trash, words
from gallery.models import Favourite, Gallery, Image
from gallery.models.image import ImageQuerySet
from gallery.models.review import MOST_TAGS

AT_ONCE = 500  # rows in one statement

Keys = Sequence[uuid.UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    done: tuple[uuid.UUID, ...]
    asked: int
    others: int = 0  # somebody else's, and seen by this person
    full: int = 0  # they have as many tags as a picture may have

    def told(self, what: str) -> str:
        """`what` became of those that it was done to, and why not to the rest."""
        number = len(self.done)
        sentences = [f"{words.pictures(number).capitalize()} {what}."] if number else []
        if self.others:
            belong = "belongs" if self.others == 1 else "belong"
            stay = "stays" if self.others == 1 else "stay"
            sentences.append(f"{self.others:,} of {self.asked:,} {belong} to others and {stay}.")
        if self.full:
            has = "has" if self.full == 1 else "have"
            sentences.append(f"{self.full:,} {has} {MOST_TAGS} tags already.")
        if gone := self.asked - number - self.others - self.full:
            sentences.append(f"{gone:,} {'was' if gone == 1 else 'were'} no longer there.")
        return " ".join(sentences)


def mark(keys: Keys, *, by: Person, is_favourite: bool) -> Outcome:
    """The same twice is the same once."""
    done: list[uuid.UUID] = []
    for part in parts(keys):
        seen = list(_pick(part, Image.objects.visible_to(by)))
        if is_favourite:
            rows = [Favourite(person=by, image_id=key) for key in seen]
            Favourite.objects.bulk_create(rows, ignore_conflicts=True)
        else:
            Favourite.objects.filter(person=by, image__in=seen).delete()
        done += seen
    return Outcome(done=tuple(done), asked=len(keys))


def throw_away(keys: Keys, *, by: Person) -> tuple[Outcome, datetime]:
    """The moment is what all that was moved has in common, and nothing else has."""
    moved, at = trash.throw_away_many(keys, by=by)
    return _of_ones_own(keys, moved, by), at


def restore(keys: Keys, *, by: Person) -> Outcome:
    return Outcome(done=tuple(trash.restore_many(keys, by=by)), asked=len(keys))


def doom(keys: Keys, *, by: Person) -> Outcome:
    """From here on nobody can have them back; the sweep deletes their files."""
    return Outcome(done=tuple(trash.doom_many(keys, by=by)), asked=len(keys))


def rate(keys: Keys, *, by: Person, stars: int) -> Outcome:
    return Outcome(done=tuple(rating.rate(keys, by=by, stars=stars)), asked=len(keys))


def tag(keys: Keys, names: Sequence[str], *, by: Person) -> Outcome:
    tagged = rating.tag(keys, names, by=by)
    outcome = _of_ones_own(keys, (*tagged.done, *tagged.full), by)
    return replace(outcome, done=tagged.done, full=len(tagged.full))


def place(keys: Keys, gallery: Gallery, *, by: Person) -> Outcome:
    """The first one on top. Raises NotOpen."""
    own: dict[uuid.UUID, Image] = {}
    for part in parts(keys):
        own |= {image.pk: image for image in Image.objects.owned_by(by).filter(pk__in=part)}
    there = [own[key] for key in keys if key in own]
    placing.place_many(there, gallery, by=by)
    return _of_ones_own(keys, [image.pk for image in there], by)


def parts(keys: Keys) -> Iterator[Keys]:
    for first in range(0, len(keys), AT_ONCE):
        yield keys[first : first + AT_ONCE]


def _of_ones_own(keys: Keys, done: Sequence[uuid.UUID], by: Person) -> Outcome:
    left = sorted(set(keys) - set(done))
    others = sum(
        Image.objects.visible_to(by).exclude(owner=by).filter(pk__in=part).count()
        for part in parts(left)
    )
    return Outcome(done=tuple(done), asked=len(keys), others=others)


def _pick(part: Keys, images: ImageQuerySet) -> Iterator[uuid.UUID]:
    """In the order in which they were asked for."""
    there = set(images.filter(pk__in=part).values_list("pk", flat=True))
    return (key for key in part if key in there)
