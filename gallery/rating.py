"""Stars and tags: what a person thinks of a picture, and what it is called."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery, Sum
from django.utils import timezone

from accounts.models import Person
from gallery import words
from gallery.addresses import address
from gallery.models import Image, Rating, Tag
from gallery.models.image import ImageQuerySet
from gallery.models.review import LONGEST_TAG, MOST_STARS, MOST_TAGS, tag_name

AT_ONCE = 500  # rows in one transaction
OFFERED = 20  # tags to choose from
THOUSAND = 1000

Keys = Sequence[uuid.UUID]


class NoTag(Exception):
    """In words for whoever typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Star:
    number: int
    is_on: bool
    is_mine: bool  # exactly so many
    value: int  # what its button sends: the same again takes the rating back
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    stars: tuple[Star, ...]
    average: str  # in words; empty while nobody has rated it
    tags: tuple[str, ...]
    may_tag: bool
    rate: str
    tag: str
    untag: str


def opinion_of(image: Image, person: Person) -> Opinion:
    given = dict(Rating.objects.filter(image=image).values_list("person", "stars"))
    key = str(image.pk)
    return Opinion(
        stars=tuple(_stars(given.get(person.pk, 0))),
        average=_average(list(given.values())),
        tags=tuple(Tag.objects.filter(image=image).values_list("name", flat=True)),
        may_tag=Image.objects.taggable_by(person).filter(pk=image.pk).exists(),
        rate=address("image_rate", key),
        tag=address("image_tag", key),
        untag=address("image_untag", key),
    )


def _stars(mine: int) -> Iterator[Star]:
    for number in range(1, MOST_STARS + 1):
        yield Star(
            number=number,
            is_on=number <= mine,
            is_mine=number == mine,
            value=0 if number == mine else number,
            label=words.stars(number),
        )


def _average(given: Sequence[int]) -> str:
    if not given:
        return ""
    people = "1 person" if len(given) == 1 else f"{len(given):,} people"
    return f"{sum(given) / len(given):.1f} from {people}"


# ── Stars ────────────────────────────────────────────────────────────────────────────────────────


def rate(keys: Keys, *, by: Person, stars: int) -> list[uuid.UUID]:
    """None take the rating back. Return which of them this person may see."""
    rated = []
    for first in range(0, len(keys), AT_ONCE):
        part = Image.objects.visible_to(by).filter(pk__in=keys[first : first + AT_ONCE])
        rated += _rate_in_one_go(part, by, stars)
    return rated


@transaction.atomic
def _rate_in_one_go(images: ImageQuerySet, by: Person, stars: int) -> list[uuid.UUID]:
    # Whoever rates one of them at the same time waits here: the average then counts both.
    keys = _locked(images)
    if stars:
        now = timezone.now()
        Rating.objects.bulk_create(
            [Rating(person=by, image_id=key, stars=stars, rated_at=now) for key in keys],
            update_conflicts=True,
            unique_fields=["person", "image"],
            update_fields=["stars", "rated_at"],
        )
    else:
        Rating.objects.filter(person=by, image__in=keys).delete()
    given = Rating.objects.filter(image=OuterRef("pk")).order_by().values("image")
    average = given.annotate(mean=Sum("stars") * THOUSAND / Count("pk")).values("mean")
    Image.objects.filter(pk__in=keys).update(team_rating=Subquery(average))
    return keys


def _locked(images: ImageQuerySet) -> list[uuid.UUID]:
    rows = images.order_by("pk").select_for_update(no_key=True, of=("self",))
    return list(rows.values_list("pk", flat=True))


# ── Tags ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    done: tuple[uuid.UUID, ...]
    full: tuple[uuid.UUID, ...]  # they would have too many


def names_in(text: str) -> tuple[str, ...]:
    """What was typed, split at commas, each once. Raises NoTag."""
    names = tuple(dict.fromkeys(filter(None, map(tag_name, text.split(",")))))
    if not names:
        raise NoTag("Type a tag.")
    if any(len(name) > LONGEST_TAG for name in names):
        raise NoTag(f"Use at most {LONGEST_TAG} characters a tag.")
    if len(names) > MOST_TAGS:
        raise NoTag(f"Use at most {MOST_TAGS} tags.")
    return names


def tag(keys: Keys, names: Sequence[str], *, by: Person) -> Tagged:
    """Those of them that this person may tag."""
    done: list[uuid.UUID] = []
    full: list[uuid.UUID] = []
    for first in range(0, len(keys), AT_ONCE):
        part = Image.objects.taggable_by(by).filter(pk__in=keys[first : first + AT_ONCE])
        _tag_in_one_go(part, names, by, done, full)
    return Tagged(done=tuple(done), full=tuple(full))


@transaction.atomic
def _tag_in_one_go(
    images: ImageQuerySet,
    names: Sequence[str],
    by: Person,
    done: list[uuid.UUID],
    full: list[uuid.UUID],
) -> None:
    there: dict[uuid.UUID, set[str]] = {key: set() for key in _locked(images)}
    for key, name in Tag.objects.filter(image__in=there).values_list("image", "name"):
        there[key].add(name)
    rows = []
    for key, old in there.items():
        new = [name for name in names if name not in old]
        if len(old) + len(new) > MOST_TAGS:
            full.append(key)
            continue
        done.append(key)
        rows += [Tag(image_id=key, name=name, by=by) for name in new]
    Tag.objects.bulk_create(rows, ignore_conflicts=True)


def untag(image: Image, names: Iterable[str], *, by: Person) -> None:
    may = Image.objects.taggable_by(by).filter(pk=image.pk)
    Tag.objects.filter(image__in=may.values("pk"), name__in=[*map(tag_name, names)]).delete()


def offered(person: Person, begun: str) -> list[str]:
    """Tags that this person has used: those of others might tell what is none of their business."""
    used = Tag.objects.filter(by=person, name__startswith=tag_name(begun))
    return list(used.order_by("name").values_list("name", flat=True).distinct()[:OFFERED])
