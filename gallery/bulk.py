"""One thing done to many pictures at once; what a person may not change stays as it is."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Person
from gallery import trash, words
from gallery.models import Favourite, Image
from gallery.models.image import ImageQuerySet

AT_ONCE = 500  # rows in one statement

Keys = Sequence[uuid.UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    done: tuple[uuid.UUID, ...]
    asked: int
    others: int = 0  # somebody else's, and seen by this person

    def told(self, what: str) -> str:
        """`what` became of those that it was done to, and why not to the rest."""
        number = len(self.done)
        sentences = [f"{words.pictures(number).capitalize()} {what}."] if number else []
        if self.others:
            belong = "belongs" if self.others == 1 else "belong"
            stay = "stays" if self.others == 1 else "stay"
            sentences.append(f"{self.others:,} of {self.asked:,} {belong} to others and {stay}.")
        if gone := self.asked - number - self.others:
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
