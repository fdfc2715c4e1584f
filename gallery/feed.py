"""What a person's feed shows: a page of it, and what has changed since a page was made."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Person
from gallery import stamps, words
from gallery.cards import Card, Line, card_of
from gallery.engine import picking
from gallery.models import Conductor, Generation, Image
from gallery.models.generation import FINAL, GenerationQuerySet, Status
from gallery.problems import problem_of, waiting
from gallery.stamps import Stamp

PAGE = 20
MOST_CHANGES = 60  # cards sent at once to a page that has been away
MOST_TOASTS = 3
EARLY = 0.7  # of the expected time
GROUPS = {
    Status.SUBMITTING: "running",
    Status.RUNNING: "running",
    Status.UNCONFIRMED: "being checked",
    Status.STORING: "being saved",
    Status.QUEUED: "queued",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How all of a person's open jobs stand together."""

    stamp: Stamp
    open: int
    words: str

    @property
    def signed(self) -> str:
        return self.stamp.signed()

    @property
    def pace(self) -> int | None:
        return self.stamp.pace(timezone.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    cards: tuple[Card, ...]
    older: uuid.UUID | None  # the card after which the next page begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    tags: str
    text: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    cards: tuple[Card, ...]
    gone: tuple[uuid.UUID, ...]  # hidden since
    toasts: tuple[Toast, ...]


def standing(person: Person) -> Standing:
    """Read it before the cards: what changes in between is then sent once more, not missed."""
    now = timezone.now()
    version, line = stamps.current(person.pk)
    rows = list(Generation.objects.open().shown().filter(owner=person).select_related("model"))
    statuses = Counter(row.status for row in rows)
    stamp = Stamp(
        person_id=person.pk,
        version=version,
        line=line if statuses[Status.QUEUED] else "",
        youngest=max((row.created_at for row in rows), default=None),
        due=min(filter(None, (_due(row, now) for row in rows)), default=None),
        at=now,
    )
    return Standing(stamp=stamp, open=len(rows), words=_in_words(statuses))


def _due(row: Generation, now: datetime) -> datetime | None:
    """When its picture may come: a little earlier than is usual for its model."""
    if row.status == Status.STORING:
        return now
    if row.status != Status.RUNNING or not (row.submitted_at and row.model):
        return None
    return row.submitted_at + timedelta(seconds=EARLY * row.model.seconds)


def page(person: Person, *, before: Generation | None = None) -> Page:
    """The newest cards, or those that follow one (keyset)."""
    shown = _with_all(person, Generation.objects.filter(owner=person).shown())
    rows = list((shown.before(before) if before else shown)[: PAGE + 1])
    older = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return Page(cards=_cards(person, rows[:PAGE]), older=older)


def changes(person: Person, since: Stamp) -> Changes:
    """What a page with this stamp has not seen, newest first."""
    news = Q(version__gt=since.version)
    if since.line:
        news |= Q(status=Status.QUEUED)  # the line has moved, so their places may have
    rows = list(_with_all(person, Generation.objects.filter(news, owner=person))[:MOST_CHANGES])
    shown = [row for row in rows if row.hidden_at is None]
    return Changes(
        cards=_cards(person, shown),
        gone=tuple(row.pk for row in rows if row.hidden_at),
        toasts=tuple(_toasts(shown, since.at)),
    )


def _with_all(person: Person, generations: GenerationQuerySet) -> GenerationQuerySet:
    ordered = generations.select_related("model", "reference_upload")
    images = Prefetch("images", Image.objects.marked_for(person).order_by("position"))
    # Of a picture that may not be seen any more, the card shows nothing.
    references = Prefetch("reference_image", Image.objects.visible_to(person))
    rows = ordered.order_by("-created_at", "-pk")
    return rows.prefetch_related(images, "results", references)


def _cards(person: Person, rows: Iterable[Generation]) -> tuple[Card, ...]:
    rows, now = list(rows), timezone.now()
    line = _line(person) if any(row.status == Status.QUEUED for row in rows) else NO_LINE
    return tuple(card_of(row, line, now) for row in rows)


NO_LINE = Line(places={}, pause="")


def _line(person: Person) -> Line:
    conductor = Conductor.objects.get(pk=1)
    return Line(
        places=picking.places(person),
        pause=waiting(conductor.pause, is_admin=person.is_admin),
    )


def _in_words(statuses: Counter[str]) -> str:
    groups: Counter[str] = Counter()
    for status, group in GROUPS.items():
        groups[group] += statuses[status]
    return ", ".join(f"{number} {group}" for group, number in groups.items() if number)


def _toasts(rows: list[Generation], since: datetime) -> list[Toast]:
    ended = [row for row in rows if row.finished_at and row.finished_at >= since]
    ended = [row for row in ended if row.status in FINAL and row.status != Status.CANCELLED]
    if len(ended) > MOST_TOASTS:
        return [Toast(tags="success", text=f"{len(ended)} jobs have ended.")]
    return [_toast(row) for row in ended]


def _toast(generation: Generation) -> Toast:
    prompt = words.shortened(generation.prompt, 60)
    address = f"#job-{generation.pk}"
    if generation.status == Status.SUCCEEDED:
        return Toast(tags="success", text=f"Done: {prompt}", address=address)
    heading = problem_of(generation.problem).heading
    return Toast(tags="error", text=f"{heading}: {prompt}", address=address)
