"""What a search asks for, as it stands in an address: words of the prompt, and filters.

The words: all of them must occur, in whatever form (*mountain* finds *mountains*). A word that ends
in a star stands for whatever begins so, words in quotes stand side by side, and a minus before
either keeps out what has it. Any text is a search; what can't be read in a filter is left out.

Stars are those that whoever searches gave; of several tags a picture must have each.
"""

import re
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from gallery.models.review import LONGEST_TAG, MOST_STARS, MOST_TAGS, tag_name
from gallery.tiles import SHAPES

LONGEST, MOST = 300, 30  # characters of a search, and terms in it
CHOICES = 50  # of one filter
LONGEST_CHOICE = 60

TERM = re.compile(r'(-*)(?:"([^"]*)"?|([^\s"]+))')
ACCENTS = re.compile("[\u0300-\u036f]")
WORD = re.compile(r"[^\W_]+")

KINDS = {"landscape": "slz", "portrait": "spz", "square": "ssz"}
RATIOS = {name.removeprefix("ar-").replace("x", ":"): name.removeprefix("ar-") for name in SHAPES}
SEVERAL = ("by", "model", "shape", "gallery", "tag")  # filters with more than one choice
UNRATED = "none"
STARS = (*map(str, range(1, MOST_STARS + 1)), UNRATED)
BY_STARS, BY_TEAM = "stars", "team"  # orders other than the newest first
RANGES = {"today": 0, "7": 6, "30": 29, "365": 364}  # days before today
FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words side by side; the last may be only a beginning."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_unwanted: bool = False


def terms(text: str) -> list[Term]:
    found = (_term(*match.groups()) for match in TERM.finditer(_plain(text)[:LONGEST]))
    return [term for term in found if term.words][:MOST]


def _term(minus: str, quoted: str | None, bare: str | None) -> Term:
    text = bare if quoted is None else quoted
    return Term(
        words=tuple(WORD.findall(text or "")),
        is_prefix=bare is not None and bare.endswith("*"),
        is_unwanted=bool(minus),
    )


def _plain(text: str) -> str:
    """Without accents, as the index is."""
    return unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFD", text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Of each filter one of the choices must fit; every filter must."""

    q: str = ""
    by: tuple[uuid.UUID, ...] = ()
    model: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    gallery: tuple[uuid.UUID, ...] = ()
    range: str = ""
    since: date | None = None
    until: date | None = None
    favourite: bool = False
    edited: bool | None = None
    stars: str = ""
    tag: tuple[str, ...] = ()
    order: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The search as it stands in an address: the same one always alike."""
        values = {
            "q": self.q,
            "by": ",".join(map(str, self.by)),
            "model": ",".join(self.model),
            "shape": ",".join(self.shape),
            "gallery": ",".join(map(str, self.gallery)),
            "range": self.range,
            "from": str(self.since or ""),
            "to": str(self.until or ""),
            "favourite": "yes" if self.favourite else "",
            "edited": {None: "", True: "yes", False: "no"}[self.edited],
            "stars": self.stars,
            "tag": ",".join(self.tag),
            "order": self.order,
        }
        return {name: value for name, value in values.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.parameters)

    @property
    def is_wide(self) -> bool:
        """Whether it asks for nothing, not even another order."""
        return not self.parameters

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.parameters.keys() - {"order"})

    @property
    def least_stars(self) -> int:
        return int(self.stars) if self.stars.isdigit() else 0

    @property
    def is_unrated(self) -> bool:
        return self.stars == UNRATED

    @property
    def terms(self) -> list[Term]:
        return terms(self.q)

    @property
    def begins(self) -> datetime | None:
        """The first moment that fits."""
        days = [self.since] if self.since else []
        if self.range:
            days.append(timezone.localdate() - timedelta(days=RANGES[self.range]))
        return _midnight(max(days)) if days else None

    @property
    def ends(self) -> datetime | None:
        """The first moment that fits no more."""
        return _midnight(self.until + timedelta(days=1)) if self.until else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def asked(parameters: QueryDict) -> dict[str, str]:
    """One text for each name: what a form sends several times stands in it side by side."""
    return {
        name: ",".join(values) if name in SEVERAL else values[-1]
        for name, values in parameters.lists()
        if values
    }


def read(parameters: Mapping[str, str]) -> Search:
    text = " ".join(parameters.get("q", "").replace("\0", " ").split())[:LONGEST].rstrip()
    asked_shapes = _choices(parameters, "shape")
    asked_range, asked_stars = parameters.get("range", ""), parameters.get("stars", "")
    asked_order = parameters.get("order", "")
    return Search(
        q=text,
        by=_keys(parameters, "by"),
        model=tuple(_choices(parameters, "model")),
        shape=tuple(name for name in (*KINDS, *RATIOS) if name in asked_shapes),
        gallery=_keys(parameters, "gallery"),
        range=asked_range if asked_range in RANGES else "",
        since=_day(parameters.get("from", "")),
        until=_day(parameters.get("to", "")),
        favourite=parameters.get("favourite") == "yes",
        edited={"yes": True, "no": False}.get(parameters.get("edited", "")),
        stars=asked_stars if asked_stars in STARS else "",
        tag=_tags(parameters),
        order=asked_order if asked_order in (BY_STARS, BY_TEAM) else "",
    )


def _choices(parameters: Mapping[str, str], name: str) -> list[str]:
    texts = parameters.get(name, "").replace("\0", "").split(",")
    wanted = (text.strip()[:LONGEST_CHOICE].rstrip() for text in texts)
    return sorted({part for part in wanted if part})[:CHOICES]


def _tags(parameters: Mapping[str, str]) -> tuple[str, ...]:
    texts = parameters.get("tag", "").replace("\0", "").split(",")
    names = {name for name in map(tag_name, texts) if 0 < len(name) <= LONGEST_TAG}
    return tuple(sorted(names)[:MOST_TAGS])


def _keys(parameters: Mapping[str, str], name: str) -> tuple[uuid.UUID, ...]:
    return tuple(sorted(_read_keys(_choices(parameters, name))))


def _read_keys(texts: list[str]) -> Iterator[uuid.UUID]:
    for text in texts:
        try:
            yield uuid.UUID(text)
        except ValueError:
            continue


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:  # a day that no calendar has
        return None
    return day if day and FIRST_DAY <= day <= LAST_DAY else None
