"""A batch as its card in the feed shows it: one progress, one grid, each reason of failure once."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Person
from gallery import words
from gallery.addresses import address
from gallery.cards import LOOKS, Asked, Doors, asked_at, shape_of_size
from gallery.models import Batch, Generation, Image
from gallery.models.generation import Status
from gallery.problems import problem_of
from gallery.tiles import Tile, tile_of

MOST_CELLS = 48  # on a card; the batch's own page shows all
COMPARED = range(2, 5)
NAMED = 6  # labels beside a reason
STATES = {
    "queued": "Queued",
    "running": "Running",
    "saving": "Saving",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
WITHOUT_PICTURE = {
    "missing": "Did not arrive",
    "trashed": "In the trash",
    "deleted": "Deleted for good",
}
COUNTED = {
    "running": "running",
    "saving": "being saved",
    "queued": "waiting",
    "failed": "failed",
    "cancelled": "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The place of one picture, from the beginning to the end."""

    key: str  # as long as it is the same, the cell looks the same
    shape: str
    look: str
    label: str
    word: str  # where there is no picture
    tile: Tile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    heading: str
    advice: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: str
    look: str
    status: str
    counts: str
    hint: str
    done: str
    total: str
    prompt: str
    facts: tuple[str, ...]
    asked: Asked
    cells: tuple[Cell, ...]
    left_out: int
    failures: tuple[Failure, ...]
    returned: str
    waiting: int
    failed: int
    compare: str
    ended_at: datetime | None  # when the last of it ended; None while anything is open
    took: int  # seconds until then
    doors: Doors
    page: str

    @property
    def is_open(self) -> bool:
        return self.look in ("queued", "running", "saving")


def groups_of(
    person: Person, keys: Iterable[uuid.UUID], *, pause: str, most: int = MOST_CELLS
) -> dict[uuid.UUID, Group]:
    """Any number of batches in a constant number of queries."""
    members: dict[uuid.UUID, list[Generation]] = defaultdict(list)
    wanted = set(keys)
    for row in _members(person, wanted) if wanted else ():
        members[row.batch_id].append(row)  # type: ignore[index]
    return {key: group_of(rows, pause=pause, most=most) for key, rows in members.items()}


def _members(person: Person, keys: Iterable[uuid.UUID]) -> Iterable[Generation]:
    pictures = Prefetch("images", Image.objects.order_by("position"))
    rows = Generation.objects.filter(owner=person, batch__in=keys)
    ordered = rows.order_by("batch", "place_in_batch").defer("problem_detail")
    # Fetched once and shared: a batch's row is long, and its jobs are many.
    return ordered.prefetch_related("model", "batch", pictures)


def group_of(rows: Sequence[Generation], *, pause: str, most: int = MOST_CELLS) -> Group:
    """Of all jobs of one batch, in their order."""
    batch, looks = rows[0].batch, Counter(LOOKS[Status(row.status)] for row in rows)
    if batch is None:
        raise ValueError("These jobs are no batch.")
    look, ended_at = _look(looks), _ended_at(rows)
    cells = list(chain.from_iterable(_cells(row, _label(batch, row)) for row in rows))
    return Group(
        id=str(batch.pk),
        look=look,
        status=STATES[look],
        counts=_counts(looks, len(rows)),
        hint=pause if looks["queued"] else "",
        done=str(len(rows) - sum(looks[open] for open in ("queued", "running", "saving"))),
        total=str(len(rows)),
        prompt=batch.template,
        facts=tuple(_facts(rows)),
        asked=asked_at(rows[0].created_at, timezone.now()),
        cells=tuple(cells[:most]),
        left_out=max(0, len(cells) - most),
        failures=tuple(_failures(batch, rows)),
        returned=_returned(rows),
        waiting=looks["queued"],
        failed=looks["failed"],
        compare=_compare(cells),
        ended_at=ended_at,
        took=int((ended_at - rows[0].created_at).total_seconds()) if ended_at else 0,
        doors=_doors(str(batch.pk)),
        page=address("batch_detail", str(batch.pk)),
    )


def _look(looks: Counter[str]) -> str:
    if looks["running"] or (looks["queued"] and looks.keys() - {"queued"}):
        return "running"
    order = ("saving", "queued", "done", "failed", "cancelled")
    return next(look for look in order if looks[look])


def _counts(looks: Counter[str], total: int) -> str:
    parts = [f"{looks['done']} of {total} done"]
    parts += [f"{looks[look]} {word}" for look, word in COUNTED.items() if looks[look]]
    return " · ".join(parts)


def _label(batch: Batch, row: Generation) -> str:
    place = row.place_in_batch or 0
    return str(batch.labels[place]) if place < len(batch.labels) else ""


def _cells(row: Generation, label: str) -> Iterator[Cell]:
    """As many as were asked for, whatever comes: so nothing below is ever moved."""
    shape, look = shape_of_size(row.size), LOOKS[Status(row.status)]
    images = {image.position: image for image in row.images.all()}
    for place in range(row.count):
        image = images.get(place)
        now = _look_of(image, look)
        yield Cell(
            key=f"{row.pk}-{place}-{now}",
            shape=shape,
            look=now,
            label=label,
            word=WITHOUT_PICTURE.get(now) or STATES[look],
            tile=tile_of(image, "?in=feed") if image and now == "done" else None,
        )


def _look_of(image: Image | None, look: str) -> str:
    if image:
        return "deleted" if image.doomed_at else "trashed" if image.trashed_at else "done"
    return "missing" if look == "done" else look


def _facts(rows: Sequence[Generation]) -> Iterator[str]:
    labels = [row.model.label if row.model else row.model_name for row in rows]
    yield ", ".join(dict.fromkeys(labels))
    yield ", ".join(dict.fromkeys(words.size(row.size) for row in rows))
    yield words.pictures(sum(row.count for row in rows))
    ended = sum((row.cost or Decimal(0) for row in rows), Decimal(0))
    held = sum((row.total_price for row in rows if row.is_open), Decimal(0))
    if ended + held:
        yield words.in_credits(ended + held)


def _failures(batch: Batch, rows: Sequence[Generation]) -> Iterator[Failure]:
    by_problem: dict[str, list[Generation]] = defaultdict(list)
    for row in rows:
        if row.status == Status.FAILED:
            by_problem[row.problem].append(row)
    for key, failed in by_problem.items():
        problem = problem_of(key)
        names = [_label(batch, row).replace("\n", " · ") or "1 job" for row in failed[:NAMED]]
        names += [f"and {len(failed) - NAMED} more"] if len(failed) > NAMED else []
        yield Failure(heading=problem.heading, advice=problem.advice, who="; ".join(names))


def _returned(rows: Sequence[Generation]) -> str:
    back = [row for row in rows if row.status in (Status.FAILED, Status.CANCELLED)]
    amount = sum((row.total_price for row in back), Decimal(0))
    return f"{words.in_credits(amount)} returned" if back else ""


def _ended_at(rows: Sequence[Generation]) -> datetime | None:
    if any(row.is_open for row in rows):
        return None
    return max((row.finished_at for row in rows if row.finished_at), default=None)


def _compare(cells: Sequence[Cell]) -> str:
    """Two to four pictures side by side."""
    keys = [cell.tile.id for cell in cells if cell.tile]
    if len(cells) not in COMPARED or len(keys) != len(cells):
        return ""
    return f"{reverse('compare')}?{urlencode({'i': keys}, doseq=True)}"


def _doors(key: str) -> Doors:
    return Doors(
        again=f"{reverse('studio')}?batch={key}",
        cancel=address("batch_cancel", key),
        hide=address("batch_hide", key),
        retry=address("batch_retry", key),
        token=str(uuid.uuid4()),
    )
