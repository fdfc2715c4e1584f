"""What a person has made already, so that nobody pays twice without wishing to."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import Person
from gallery import words
from gallery.addresses import address
from gallery.generations import Wish
from gallery.models import Generation, Image
from gallery.models.generation import Status

WITHIN = timedelta(hours=24)
MOST_LINKS = 4
Key = tuple[str, str, str, uuid.UUID | None, uuid.UUID | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    text: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    text: str
    links: tuple[Link, ...]


def earlier(person: Person, wishes: Sequence[Wish]) -> Earlier | None:
    """What was made of the same wishes within a day; None when there is nothing to tell."""
    made = _made(person, wishes)
    if not made:
        return None
    same = {_key_of(row) for row in made}
    return Earlier(
        text=_in_words(sum(_key(wish) in same for wish in wishes), len(wishes)),
        links=tuple(_links(made)),
    )


def _made(person: Person, wishes: Sequence[Wish]) -> list[Generation]:
    pictures = Prefetch("images", Image.objects.visible_to(person).order_by("position"))
    rows = Generation.objects.filter(
        owner=person,
        created_at__gte=timezone.now() - WITHIN,
        action__in={wish.action for wish in wishes},
        prompt__in={wish.prompt for wish in wishes},
        model_name__in={wish.model.name for wish in wishes},
        size__in={wish.size for wish in wishes},
    ).exclude(status__in=[Status.FAILED, Status.CANCELLED])
    wanted = {_key(wish) for wish in wishes}
    found = rows.prefetch_related(pictures).order_by("-created_at", "-pk")
    return [row for row in found if _key_of(row) in wanted and (row.is_open or row.images.all())]


def _key(wish: Wish) -> Key:
    image, upload = wish.reference_image, wish.reference_upload
    references = (image.pk if image else None, upload.pk if upload else None)
    return (wish.prompt, wish.model.name, wish.size, *references)


def _key_of(row: Generation) -> Key:
    references = (row.reference_image_id, row.reference_upload_id)
    return (row.prompt, row.model_name, row.size, *references)


def _in_words(number: int, of: int) -> str:
    if of == 1:
        return "You made this already, within the last day."
    return f"You made {number} of these {of} already, within the last day."


def _links(rows: Iterable[Generation]) -> Iterable[Link]:
    now = timezone.now()
    for row in list(rows)[:MOST_LINKS]:
        image = next(iter(row.images.all()), None)
        if image:
            place = address("image_detail", str(image.pk))
        elif row.hidden_at is None:
            place = f"#batch-{row.batch_id}" if row.batch_id else f"#job-{row.pk}"
        else:
            continue
        what = words.shortened(row.prompt, 50)
        yield Link(text=f"{what}, {words.ago(row.created_at, now)}", address=place)
