"""A generation as its card shows it. Everything is prepared here: cards are many."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse

from gallery import words
from gallery.addresses import address
from gallery.flux import catalog
from gallery.models import Generation, Image
from gallery.models.generation import ResultState, Status
from gallery.notes import Note, note_on, returned
from gallery.sources import Source, source_of
from gallery.tiles import Tile, shape_of, tile_of

# As the stylesheet names them.
LOOKS = {
    Status.QUEUED: "queued",
    Status.SUBMITTING: "running",
    Status.UNCONFIRMED: "running",
    Status.RUNNING: "running",
    Status.STORING: "saving",
    Status.SUCCEEDED: "done",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}
AT_WORK = (Status.SUBMITTING, Status.UNCONFIRMED, Status.RUNNING)
# How wide a picture will be, by the number beside each other; the browser chooses a file by it.
WIDTHS = {
    1: "(width < 48rem) 100vw, 46rem",
    2: "(width < 48rem) 50vw, 32rem",
    3: "(width < 48rem) 50vw, 22rem",
    4: "(width < 48rem) 50vw, 16rem",
}
LATE = 30 * 60  # seconds; a result that comes after this had been given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the queued ones wait for: their places, or the end of a pause."""

    places: dict[uuid.UUID, int]
    pause: str  # in words; empty when the line moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When it was asked for; `order` tells the script where the card belongs."""

    at: str
    ago: str
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Seconds for the script and the bar, and the same in words for people."""

    elapsed: str
    expected: str
    bar: str  # full only when it is there
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The place of a picture that was thrown away."""

    shape: str
    page: str  # in the trash; empty once it is deleted for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where its buttons lead; the token makes a double click on Retry ask once."""

    again: str
    cancel: str
    hide: str
    retry: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    id: str
    look: str
    status: str
    place: str  # beside the status
    hint: str  # a sentence below it
    progress: Progress | None
    prompt: str
    facts: tuple[str, ...]
    asked: Asked
    tiles: tuple[Tile, ...]
    gone: tuple[Gone, ...]
    slots: tuple[str, ...]
    note: Note | None
    returned: str
    doors: Doors
    source: Source | None = None  # of an edit, while it may be seen

    @property
    def columns(self) -> int:
        return max(1, min(4, len(self.tiles) + len(self.gone) + len(self.slots)))

    @property
    def widths(self) -> str:
        return WIDTHS[self.columns]

    @property
    def only_tile(self) -> Tile | None:
        return self.tiles[0] if len(self.tiles) == 1 else None

    @property
    def is_queued(self) -> bool:
        return self.look == "queued"

    @property
    def is_at_work(self) -> bool:
        return self.look in ("running", "saving")


def card_of(generation: Generation, line: Line, now: datetime) -> Card:
    """Needs what it shows of other rows at hand; asks the database for nothing."""
    images = list(generation.images.all())
    slots = _slots(generation, len(images))
    place, hint = _waiting_for(generation, line, len(images))
    return Card(
        id=str(generation.pk),
        look=LOOKS[Status(generation.status)],
        status=Status(generation.status).label,
        place=place,
        hint=hint,
        progress=_progress(generation, now),
        prompt=generation.prompt,
        facts=tuple(_facts(generation)),
        asked=asked_at(generation.created_at, now),
        tiles=tuple(tile_of(image, "?in=feed") for image in images if not image.trashed_at),
        gone=tuple(_gone(image) for image in images if image.trashed_at),
        slots=slots,
        note=note_on(generation),
        returned=returned(generation),
        doors=_doors(generation),
        source=_source(generation),
    )


def _gone(image: Image) -> Gone:
    page = "" if image.doomed_at else address("image_detail", str(image.pk))
    return Gone(shape=shape_of(image.width, image.height), page=page)


def asked_at(at: datetime, now: datetime) -> Asked:
    order = str(int(at.timestamp() * 1_000_000))
    return Asked(at=at.isoformat(), ago=words.ago(at, now), order=order)


def _source(generation: Generation) -> Source | None:
    picture = generation.reference_upload or generation.reference_image
    return source_of(picture) if picture else None


def _doors(generation: Generation) -> Doors:
    key = str(generation.pk)
    return Doors(
        again=f"{reverse('edit' if generation.is_edit else 'studio')}?again={key}",
        cancel=address("generation_cancel", key),
        hide=address("generation_hide", key),
        retry=address("generation_retry", key),
        token=str(uuid.uuid4()),
    )


def _progress(generation: Generation, now: datetime) -> Progress | None:
    """How long it has been at the API, beside how long its model usually takes."""
    if generation.status not in AT_WORK:
        return None
    elapsed = int(_seconds(generation.submitted_at, now) or 0)
    expected = max(1, generation.model.seconds if generation.model else 20)
    usual = f"of about {expected} s" if elapsed <= expected else f"(usually {expected} s)"
    return Progress(
        elapsed=str(elapsed),
        expected=str(expected),
        bar=f"{min(elapsed, expected * 0.95):.1f}",
        words=f"{words.clock(elapsed)} {usual}",
    )


def shape_of_size(size: str) -> str:
    try:
        return shape_of(*catalog.shape(size))
    except ValueError:
        return "ar-1x1"


def _slots(generation: Generation, arrived: int) -> tuple[str, ...]:
    """One empty frame for each picture that may still come, so that nothing jumps."""
    if not generation.is_open:
        return ()
    expected = generation.count
    if generation.status == Status.STORING:
        expected = sum(result.state != ResultState.REFUSED for result in generation.results.all())
    return (shape_of_size(generation.size),) * max(0, expected - arrived)


def _waiting_for(generation: Generation, line: Line, arrived: int) -> tuple[str, str]:
    match generation.status:
        case Status.QUEUED:
            return _in_line(generation, line)
        case Status.UNCONFIRMED:
            return "", "The connection broke. We look whether the API has it; it is not sent twice."
        case Status.STORING:
            return _being_saved(generation, arrived), _trouble_with_saving(generation)
        case Status.SUCCEEDED:
            return "", _shortfall(generation, arrived)
    return "", ""


def _being_saved(generation: Generation, arrived: int) -> str:
    coming = len(generation.results.all())
    return f"{arrived} of {words.pictures(coming)}" if arrived else words.pictures(max(1, coming))


def _trouble_with_saving(generation: Generation) -> str:
    results = generation.results.all()
    if not any(row.state == ResultState.WAITING and row.problem_detail for row in results):
        return ""
    return "It could not be fetched yet. We try again for a day; what is paid for is not lost."


def _in_line(generation: Generation, line: Line) -> tuple[str, str]:
    place = line.places.get(generation.pk)
    if place is None:  # it has left the line since the page was read
        return "", line.pause
    where = "next in line" if place == 1 else f"{words.ordinal(place)} in line"
    return where, line.pause or _wait(generation, place)


def _wait(generation: Generation, place: int) -> str:
    each = generation.model.seconds if generation.model else 20
    seconds = round(each * place / settings.FLUX_MAX_IN_FLIGHT)
    return f"Starts in about {words.clock(max(5, seconds))}." if seconds > 2 else ""


def _shortfall(generation: Generation, arrived: int) -> str:
    if arrived >= generation.count:
        return ""
    paid = words.in_credits(generation.cost or Decimal(0))
    return f"{arrived} of {words.pictures(generation.count)} arrived. You paid {paid}."


def _facts(generation: Generation) -> Iterator[str]:
    yield generation.model.label if generation.model else generation.model_name
    image = next(iter(generation.images.all()), None)
    yield f"{image.width} × {image.height}" if image else words.size(generation.size)
    took = _seconds(generation.submitted_at, generation.done_at)
    if took is not None:
        yield words.duration(took)
    if generation.status == Status.SUCCEEDED:
        yield words.in_credits(generation.cost or Decimal(0))
        if (took or 0) > LATE:
            yield "came late"
    elif generation.is_open:
        yield words.in_credits(generation.total_price)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start and end else None
