"""Many originals as one zip: written while it is read, never whole in memory or on a disk."""

import csv
import io
import logging
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.core.files.storage import FileSystemStorage, Storage
from django.db.models import Count
from django.utils import timezone
from zipstream import ZipStream

from accounts.models import Person
from accounts.tables import harmless
from gallery import downloads, files, naming, words
from gallery.bulk import parts
from gallery.models import Image
from gallery.places import Places

logger = logging.getLogger(__name__)

# Each holds a thread of the web server until its last byte is out.
AT_ONCE = 4
EACH = 2  # of these, for one person or guest
FACTS = "facts.csv"
COLUMNS = (
    *("file", "prompt", "model", "width", "height", "seed", "owner"),
    *("cost", "created", "sha256", "note"),
)
FOR_GUESTS = ("file", "prompt", "width", "height", "note")
WITHOUT_PROMPTS = ("file", "width", "height", "note")
MISSING = "Missing: the file is not in the storage"
BROKEN = "Incomplete: the file could not be read to its end"

_places = Places(AT_ONCE, each=EACH)


class Busy(Exception):
    """As many zips are on their way as this process makes at once, or makes for one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    image: Image
    name: str
    cost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What may go out: which facts, and whether the files may say more than their pixels."""

    columns: tuple[str, ...] = COLUMNS
    is_bare: bool = False

    def pieces(self, storage: Storage, image: Image) -> Generator[bytes]:
        """Raises what the storage raises, and that at once."""
        if not self.is_bare:
            return files.pieces_of(storage, image.original)
        return _whole(downloads.bare(image))


EVERYTHING = Terms()


class Zip:
    """To be iterated once, and to be closed in any case: then its place is free again."""

    def __init__(
        self,
        entries: Sequence[Entry],
        storage: Storage,
        terms: Terms = EVERYTHING,
        *,
        who: str,
    ) -> None:
        place = _places.take(who)
        if not place:
            raise Busy
        self._place = place
        self._terms = terms
        self._notes: dict[uuid.UUID, str] = {}
        try:
            stream = None if terms.is_bare else _sized(entries, storage, self._notes, terms)
            # None where asking for each size would take a request each.
            self.size = len(stream) if stream else None
            self._bytes = _all_of(stream) if stream else self._one_by_one(entries, storage)
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self._bytes

    def close(self) -> None:
        """What is not written yet never will be: whoever asked has gone, or has it all."""
        try:
            if hasattr(self, "_bytes"):
                self._bytes.close()
        finally:
            self._place.leave()

    def _one_by_one(self, entries: Sequence[Entry], storage: Storage) -> Generator[bytes]:
        stream = ZipStream()
        for entry in entries:
            try:
                data = self._terms.pieces(storage, entry.image)
            except Exception as error:  # Each kind of storage has errors of its own.
                self._notes[entry.image.pk] = _missing(entry, error)
                continue
            with closing(self._read(data, entry)) as source:
                stream.add(source, entry.name)
                yield from stream.file()
        stream.add(_facts(entries, self._notes, self._terms), FACTS)
        yield from stream.finalize()

    def _read(self, data: Generator[bytes], entry: Entry) -> Generator[bytes]:
        with closing(data):
            try:
                yield from data
            except Exception as error:  # Each kind of storage has errors of its own.
                logger.warning("zip.unreadable id=%s error=%s", entry.image.pk, error)
                self._notes[entry.image.pk] = BROKEN


def entries_of(keys: Sequence[uuid.UUID], person: Person, template: str) -> list[Entry]:
    """Those that this person sees, in the order in which they were asked for."""
    found: dict[uuid.UUID, Image] = {}
    for part in parts(keys):
        seen = Image.objects.visible_to(person).select_related("owner", "generation")
        found |= seen.in_bulk(part)
    images = [found[key] for key in keys if key in found]
    costs = _costs(images)
    return [
        Entry(image=image, name=name, cost=costs.get(image.generation_id, ""))
        for image, name in zip(images, naming.names_of(images, template), strict=True)
    ]


def _costs(images: Sequence[Image]) -> dict[uuid.UUID, str]:
    """Of each picture of a job: what the job cost, through the pictures that came of it."""
    costs = {image.generation_id: image.generation.cost for image in images}
    shares: dict[uuid.UUID, str] = {}
    for part in parts(list(costs)):
        made = Image.objects.filter(generation__in=part).order_by().values_list("generation")
        for key, number in made.annotate(Count("pk")):
            cost = costs[key]
            shares[key] = "" if cost is None else words.credits(cost / number).replace(",", "")
    return shares


def _sized(
    entries: Sequence[Entry], storage: Storage, notes: dict[uuid.UUID, str], terms: Terms
) -> ZipStream | None:
    """Nothing is compressed, so where sizes are cheap to know the whole is known beforehand."""
    if not isinstance(storage, FileSystemStorage):
        return None
    stream = ZipStream(sized=True)
    for entry in entries:
        path = Path(storage.path(entry.image.original))
        if entry.image.original and path.is_file():
            source = _later(storage, entry.image.original)
            stream.add(source, entry.name, size=path.stat().st_size)
        else:
            notes[entry.image.pk] = _missing(entry)
    stream.add(_facts(entries, notes, terms), FACTS)
    return stream


def _all_of(stream: ZipStream) -> Generator[bytes]:
    yield from stream.finalize()


def _whole(data: bytes) -> Generator[bytes]:
    yield data


def _later(storage: Storage, name: str) -> Generator[bytes]:
    """Opened once it is its turn. Lost meanwhile, it breaks the zip off: its size was promised."""
    with closing(files.pieces_of(storage, name)) as pieces:
        yield from pieces


def _missing(entry: Entry, error: Exception | None = None) -> str:
    logger.warning("zip.missing id=%s error=%s", entry.image.pk, error)
    return MISSING


def _facts(entries: Sequence[Entry], notes: dict[uuid.UUID, str], terms: Terms) -> bytes:
    text = io.StringIO()
    # Quoted throughout: a spreadsheet may split at semicolons, too.
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(terms.columns)
    for entry in entries:
        row = dict(zip(COLUMNS, _row(entry, notes.get(entry.image.pk, "")), strict=True))
        table.writerow(harmless(row[name]) for name in terms.columns)
    return text.getvalue().encode("utf-8-sig")  # the mark tells spreadsheets that it is UTF-8


def _row(entry: Entry, note: str) -> Iterator[str]:
    image = entry.image
    yield entry.name
    yield image.prompt
    yield image.model_name
    yield str(image.width)
    yield str(image.height)
    yield image.seed
    yield str(image.owner)
    yield entry.cost
    yield timezone.localtime(image.created_at).isoformat(timespec="seconds")
    yield image.sha256
    yield note
