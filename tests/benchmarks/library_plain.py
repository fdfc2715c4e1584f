"""What the pages of the library show, found the usual way: OFFSET, COUNT over all, `icontains`."""

import contextlib
import statistics
import time
from collections.abc import Iterator
from typing import Any

import library_rows
from django.db import OperationalError, connection
from django.db.models import F, Q

from accounts.models import Person
from gallery.models import Gallery, Image

PAGE = 60
PATIENCE = 3.0  # seconds; at a million pictures some would take minutes
QUICK, TIMES = 0.5, 3  # what takes less than this is looked at so often
STEPS = 10_000  # of SQLite's machine, between two looks at the clock
MIDDLE = library_rows.BEGINNING + library_rows.SPAN / 2
BEGINS = MIDDLE.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


class TakesTooLong(Exception):
    pass


def measure(who: str, what: str) -> float | None:
    """Seconds; none for what takes longer than anybody waits."""
    rows = _rows(Person.objects.get(email=who), what)
    try:
        took = _look(rows, is_deep="depth" in what)
        if took > QUICK:
            return took
        return statistics.median(_look(rows, is_deep="depth" in what) for _ in range(TIMES))
    except TakesTooLong:
        return None


def _look(rows: Any, *, is_deep: bool) -> float:
    with _limited():
        begun = time.perf_counter()
        number = rows.count()
        start = number // 2 if is_deep else 0
        list(rows[start : start + PAGE])
        return time.perf_counter() - begun


def _rows(person: Person, what: str) -> Any:
    name, _, asked = what.partition(": ")
    name = name.removesuffix(", in the depth")
    rows = Image.objects.filter(_listed(person, name), trashed_at__isnull=name != "trash")
    for narrow in _narrows(person, asked):
        rows = rows.filter(narrow)
    order = "-trashed_at" if name == "trash" else "-created_at"
    by_team = [F("team_rating").desc(nulls_last=True)] if asked.startswith("order") else []
    return rows.distinct().order_by(*by_team, order, "-pk")


def _listed(person: Person, name: str) -> Q:
    seen = Gallery.objects.visible_to(person)
    shared = Q(placements__gallery__in=seen)
    return {
        "mine": Q(owner=person),
        "shared": shared & ~Q(owner=person),
        "team": Q(placements__gallery__in=seen.filter(is_for_team=True)),
        "favourites": Q(favourites__person=person) & (shared | Q(owner=person)),
        "trash": Q(owner=person),
    }[name]


def _narrows(person: Person, asked: str) -> list[Q]:
    """Each a filter of its own."""
    model = Q(model_name="flux-dev")
    portrait = Q(height__gt=F("width"))  # of the shapes that are drawn
    edited = Q(generation__action="edit")
    return {
        "model, frequent": [model],
        "model, rare": [Q(model_name="flux-kontext-max")],
        "shape": [portrait],
        "edited": [edited],
        "favourite": [Q(favourites__person=person)],
        "date": [Q(created_at__gte=BEGINS, created_at__lt=BEGINS.replace(day=21))],
        "owner": [Q(owner__email="person7@example.org")],
        "gallery": [Q(placements__gallery__name=library_rows.LAST)],
        "stars": [Q(ratings__person=person, ratings__stars__gte=4)],
        "tag, frequent": [Q(tags__name="draft")],
        "tag, rare": [Q(tags__name="printed")],
        "four filters": [model, portrait, edited, Q(created_at__gte=BEGINS)],
        "word, every 2nd": _words("light"),
        "word, every 100th": _words("fox"),
        "word, every 10,000th": _words("zebra"),
        "word that nothing has": _words("nowhere"),
        "frequent word, in the depth": _words("light"),
        "three words": _words("light", "mountain", "fox"),
        "without a word": [*_words("mountain"), ~Q(prompt__icontains="light")],
        "beginning of a word": _words("lig"),
        "word and filters": [
            *_words("fox"),
            Q(model_name="flux-pro"),
            Q(width__gt=F("height")),
        ],
    }.get(asked, [])


def _words(*words: str) -> list[Q]:
    return [Q(prompt__icontains=word) for word in words]


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    """What takes longer is broken off, by the database itself."""
    limit = _sqlite() if connection.vendor == "sqlite" else _postgresql()
    with limit:
        try:
            yield
        except OperationalError as error:
            if "interrupted" in str(error) or "statement timeout" in str(error):
                raise TakesTooLong from error
            raise


@contextlib.contextmanager
def _sqlite() -> Iterator[None]:
    connection.ensure_connection()
    ends = time.monotonic() + PATIENCE
    connection.connection.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, STEPS)


@contextlib.contextmanager
def _postgresql() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {PATIENCE * 1000:.0f}")
        try:
            yield
        finally:
            cursor.execute("RESET statement_timeout")
