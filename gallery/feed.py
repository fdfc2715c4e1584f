"""What a person's feed shows: a page of it, and what has changed since a page was made."""

import sys
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from gallery import stamps, words
from gallery.cards import Card, Line, card_of
from gallery.engine import picking
from gallery.groups import Group, groups_of
from gallery.models import Batch, Conductor, Generation, Image
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
    def pace(self) -> int:
        return self.stamp.pace(timezone.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    cards: tuple[Card | Group, ...]
    older: uuid.UUID | None  # the card after which the next page begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    tags: str
    text: str
    took: int  # seconds, from the wish to its end
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    cards: tuple[Card | Group, ...]
    gone: tuple[uuid.UUID, ...]  # hidden since
    gone_batches: tuple[uuid.UUID, ...]
    toasts: tuple[Toast, ...]


def standing(person: Person) -> Standing:
    """Read it before the cards: what changes in between is then sent once more, not missed."""
    now = timezone.now()
    version, line = stamps.current(person.pk)
    rows = list(Generation.objects.open().shown().filter(owner=person).select_related("model"))
    statuses = Counter(row.status for row in rows)
    is_in_line = any(row.status == Status.QUEUED and row.batch_id is None for row in rows)
    seen = line if is_in_line else stamps.pause_alone(line) if statuses[Status.QUEUED] else ""
    stamp = Stamp(
        person_id=person.pk,
        version=version,
        line=seen,
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
    shown = Generation.objects.filter(owner=person).shown().leading()
    rows = _with_all(person, shown.before(before) if before else shown, PAGE + 1)
    older = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return Page(cards=_cards(person, rows[:PAGE]), older=older)


def whole_batch(person: Person, batch: Batch) -> Group:
    pause = _line(person).pause
    return groups_of(person, [batch.pk], pause=pause, most=sys.maxsize)[batch.pk]


def changes(person: Person, since: Stamp) -> Changes:
    """What a page with this stamp has not seen, newest first."""
    changed = Generation.objects.filter(_news(person, since), owner=person)
    batches = changed.filter(batch__isnull=False).order_by().values("batch").distinct()
    leaders = Generation.objects.filter(owner=person, batch__in=batches, place_in_batch=0)
    rows = _with_all(person, changed.single(), MOST_CHANGES)
    rows += list(leaders.order_by("-created_at", "-pk")[:PAGE])
    shown = [row for row in rows if row.hidden_at is None]
    cards = _cards(person, shown)
    return Changes(
        cards=cards,
        gone=tuple(row.pk for row in rows if row.hidden_at and not row.batch_id),
        gone_batches=tuple(row.batch_id for row in rows if row.hidden_at and row.batch_id),
        toasts=tuple(_toasts(shown, cards, since.at)),
    )


def _news(person: Person, since: Stamp) -> Q:
    news = Q(version__gt=since.version)
    if not since.line:
        return news
    _, line = stamps.current(person.pk)
    if stamps.pause_alone(line) != stamps.pause_alone(since.line):
        return news | Q(status=Status.QUEUED)  # why they wait is another matter now
    return news | Q(status=Status.QUEUED, batch=None)  # the line has moved, and with it places


def _with_all(person: Person, generations: GenerationQuerySet, most: int) -> list[Generation]:
    """The newest of them, with what their cards show of other rows."""
    ordered = generations.order_by("-created_at", "-pk").select_related("model", "reference_upload")
    images = Prefetch("images", Image.objects.marked_for(person).order_by("position"))
    rows = list(ordered.prefetch_related(images, "results")[:most])
    if edits := [row for row in rows if row.reference_image_id]:
        # Of a picture that may not be seen any more, the card shows nothing.
        references = Prefetch("reference_image", Image.objects.visible_to(person))
        prefetch_related_objects(edits, references)
    return rows


def _cards(person: Person, rows: Iterable[Generation]) -> tuple[Card | Group, ...]:
    """Single ones, and batches in the place of their first."""
    rows, now = list(rows), timezone.now()
    batches = [row.batch_id for row in rows if row.batch_id]
    is_in_line = bool(batches) or any(row.status == Status.QUEUED for row in rows)
    line = _line(person) if is_in_line else NO_LINE
    groups = groups_of(person, batches, pause=line.pause)
    return tuple(groups[row.batch_id] if row.batch_id else card_of(row, line, now) for row in rows)


NO_LINE = Line(places={}, pause="")


def _line(person: Person) -> Line:
    conductor = Conductor.objects.get(pk=1)
    return Line(
        places=picking.places(person),
        pause=waiting(conductor, is_admin=person.is_admin),
    )


def _in_words(statuses: Counter[str]) -> str:
    groups: Counter[str] = Counter()
    for status, group in GROUPS.items():
        groups[group] += statuses[status]
    return ", ".join(f"{number} {group}" for group, number in groups.items() if number)


def _toasts(rows: list[Generation], cards: Iterable[Card | Group], since: datetime) -> list[Toast]:
    """Of single jobs, and of batches as a whole."""
    ended = [row for row in rows if row.finished_at and row.finished_at >= since]
    ended = [row for row in ended if row.status in FINAL and row.status != Status.CANCELLED]
    ended = [row for row in ended if row.batch_id is None]
    groups = [card for card in cards if isinstance(card, Group) and card.look != "cancelled"]
    whole = [group for group in groups if group.ended_at and group.ended_at >= since]
    if len(ended) > MOST_TOASTS:
        text = f"{len(ended)} jobs have ended."
        singles = [Toast(tags="success", text=text, took=max(map(_took, ended)))]
    else:
        singles = [_toast(row) for row in ended]
    return singles + [_toast_of(group) for group in whole[:MOST_TOASTS]]


def _toast_of(group: Group) -> Toast:
    return Toast(
        tags="error" if group.look == "failed" else "success",
        text=f"{group.counts}: {words.shortened(group.prompt, 60)}",
        took=group.took,
        address=f"{reverse('studio')}#batch-{group.id}",
    )


def _toast(generation: Generation) -> Toast:
    prompt = words.shortened(generation.prompt, 60)
    address, took = f"{reverse('studio')}#job-{generation.pk}", _took(generation)
    if generation.status == Status.SUCCEEDED:
        return Toast(tags="success", text=f"Done: {prompt}", address=address, took=took)
    heading = problem_of(generation.problem).heading
    return Toast(tags="error", text=f"{heading}: {prompt}", address=address, took=took)


def _took(generation: Generation) -> int:
    ended = generation.finished_at or generation.created_at
    return int((ended - generation.created_at).total_seconds())
