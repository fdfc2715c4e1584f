"""A job's id, which is all the memory that the emulator has."""

import base64
import json
import math
import re
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gallery.flux import catalog
from gallery.flux.painting import FAMILIES, Edit, Scene, Work
from gallery.flux.painting.edits import ADDITIONS, GRADES
from gallery.flux.painting.words import number

MAX_LENGTH = 1500  # of an id
MAX_PROMPT, MAX_PROMPT_BYTES = 200, 600
MAX_EDITS = 12  # on top of each other; the oldest fade away
MAX_SIDE = 4096
UPLOAD = re.compile(r"[0-9a-f]{64}\.(png|jpg|webp|gif|bmp)")
# Words in the prompt that end a job badly: code and message.
FAILURES = {
    "fail": ("api_error", "upstream failed"),
    "moderated late": ("api_error", "Content Moderated"),
}
COUNTS = range(1, catalog.MAX_COUNT + 1)
OFFERS = {offer.name: offer for offer in catalog.OFFERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a picture is made from: a composition in some palettes, or a file that was uploaded."""

    family: str = ""
    palettes: tuple[int, ...] = ()
    seed: str = ""
    size: tuple[int, int] = (0, 0)
    upload: str = ""

    def variation(self, place: int) -> "Source":
        """The scene of one of several pictures; an upload has no others."""
        if self.upload:
            return self
        palette = self.palettes[place % len(self.palettes)]
        return Source(
            family=self.family, palettes=(palette,), seed=f"{self.seed}.{place}", size=self.size
        )

    def opened(self, keep: Path) -> Scene | Path:
        if self.upload:
            return keep / self.upload
        return Scene(family=self.family, palette=self.palettes[0], seed=self.seed, size=self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A source, and what has been done to it since."""

    source: Source
    edits: tuple[Edit, ...] = ()

    def variation(self, place: int) -> "Recipe":
        """The recipe of one of several pictures. An edit makes one picture only."""
        return self if self.edits else Recipe(source=self.source.variation(place))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    started: float
    seconds: float
    action: str
    model: str
    size: str
    count: int
    prompt: str
    words: tuple[str, ...]
    nonce: str
    recipe: Recipe

    @property
    def finished(self) -> float:
        return self.started + self.seconds

    @property
    def is_good(self) -> bool:
        """Whether it ends, and well."""
        return not {"never", *FAILURES} & set(self.words)

    def has_ended(self, now: float) -> bool:
        return "never" not in self.words and now >= self.finished

    @property
    def suffix(self) -> str:
        return "jpg" if self.model.startswith("flux-2-") else "png"

    def seed(self, place: int) -> int:
        return number(f"{self.nonce}.{place}") % 2**32

    def work(self, place: int, keep: Path) -> Work:
        recipe = self.recipe.variation(place)
        return Work(
            source=recipe.source.opened(keep),
            edits=recipe.edits,
            size=pixels(self.model, self.size),
            text=self.prompt,
            model=self.model,
            is_jpeg=self.suffix == "jpg",
        )


def pixels(model: str, size: str) -> tuple[int, int]:
    """About one megapixel, or two from ultra."""
    wide, tall = catalog.shape(size)
    return (wide * 11 // 8, tall * 11 // 8) if model.endswith("-ultra") else (wide, tall)


def shortened(prompt: str) -> str:
    """As much of a prompt as an id has room for."""
    start = prompt[:MAX_PROMPT].encode("utf-8", "replace")[:MAX_PROMPT_BYTES]
    return start.decode("utf-8", "ignore")


def write(ticket: Ticket) -> str:
    """The id of a job."""
    source, edits = ticket.recipe.source, ticket.recipe.edits
    record = [
        round(ticket.started, 3),
        round(ticket.seconds, 3),
        ticket.action,
        ticket.model,
        ticket.size,
        ticket.count,
        ticket.prompt,
        ticket.words,
        ticket.nonce,
        [source.family, source.palettes, source.seed, source.size, source.upload],
        [[edit.grade, edit.addition, edit.seed] for edit in edits],
    ]
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def read(task_id: str) -> Ticket | None:
    """The job of an id, or None when it is not one of ours."""
    if len(task_id) > MAX_LENGTH:
        return None
    try:
        return _ticket(json.loads(_unpacked(task_id)))
    except (zlib.error, ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return None


def _unpacked(task_id: str) -> bytes:
    """Raises zlib.error or ValueError."""
    packed = base64.b64decode(task_id + "=" * (-len(task_id) % 4), b"-_", validate=True)
    stream = zlib.decompressobj()
    text = stream.decompress(packed, 8 * MAX_LENGTH)
    if not stream.eof:
        raise ValueError("too long, or cut off")
    return text


def trace(task_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, task_id))


def _ticket(record: list[Any]) -> Ticket:
    """Raises for what write() has not written."""
    started, seconds, action, model, size, count, prompt, words, nonce, source, edits = record
    if catalog.size_problem(OFFERS[model].size_rule, size) or count not in COUNTS:
        raise ValueError(size, count)
    return Ticket(
        started=_finite(started),
        seconds=_finite(seconds),
        action=str(action),
        model=model,
        size=size,
        count=count,
        prompt=str(prompt),
        words=tuple(map(str, words)),
        nonce=str(nonce),
        recipe=Recipe(source=_source(*source), edits=tuple(_edit(*edit) for edit in edits)),
    )


def _finite(value: object) -> float:
    moment = float(value)  # type: ignore[arg-type]
    if not math.isfinite(moment):
        raise ValueError(moment)
    return moment


def _source(
    family: str, palettes: list[int], seed: str, size: tuple[int, int], upload: str
) -> Source:
    if upload and UPLOAD.fullmatch(upload):
        return Source(upload=upload)
    wide, tall = (int(side) for side in size)
    if not (palettes and 1 <= wide <= MAX_SIDE and 1 <= tall <= MAX_SIDE):
        raise ValueError(size)
    known = range(len(FAMILIES[family].palettes))
    chosen = tuple(known[int(palette)] for palette in palettes)
    return Source(family=family, palettes=chosen, seed=str(seed), size=(wide, tall))


def _edit(grade: str, addition: str, seed: str) -> Edit:
    if grade not in GRADES or addition not in (*ADDITIONS, ""):
        raise ValueError(grade, addition)
    return Edit(grade=grade, addition=addition, seed=str(seed))
