"""Find pictures by the index: any words with any facets, in the order of time.

A wish is compiled to the words of the database's own index. Who may see what is not decided here:
whoever asks lays the rule over what is found.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from gallery.models.review import MOST_STARS
from gallery.search import KINDS, RATIOS, Search, Term

KEPT, IN_TRASH, NOWHERE = "kz", "xz", "nowherez"  # the last is no picture's
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# PostgreSQL reads so many neighbours to begin with, and at most, before it asks the index.
NEAR, FAR = 4_000, 50_000
SPREAD = 1.5  # times the rows in which a page is to be expected


class Hit(NamedTuple):
    place: int
    image: uuid.UUID
    band: int | None = None  # where the list goes by stars first: see gallery.ranking


Found = list[Hit]


def owned(person: uuid.UUID) -> str:
    return f"o{person.hex}z"


def placed(gallery: str) -> str:
    """By its key's 32 digits."""
    return f"g{gallery}z"


def favoured(person: uuid.UUID) -> str:
    return f"v{person.hex}z"


def starred(person: uuid.UUID, stars: int) -> str:
    """What one person gave; nobody else finds it by that."""
    return f"p{stars}{person.hex}z"


def rated(person: uuid.UUID, at_least: int = 1) -> tuple[str, ...]:
    return tuple(starred(person, stars) for stars in range(at_least, MOST_STARS + 1))


def tagged(name: str) -> str:
    return f"t{name.encode().hex()}z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Of each group one facet must be there, and none of those unwanted."""

    groups: tuple[tuple[str, ...], ...] = ()
    unwanted: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    begins: int | None = None  # places
    ends: int | None = None


def narrowed(wish: Wish, search: Search, person: uuid.UUID) -> Wish:
    """What else is to be narrowed by is one more group here."""
    groups = [
        tuple(map(owned, search.by)),
        tuple(f"m{name.encode().hex()}z" for name in search.model),
        tuple(KINDS.get(shape) or f"r{RATIOS[shape]}z" for shape in search.shape),
        tuple(placed(gallery.hex) for gallery in search.gallery),
        (favoured(person),) if search.favourite else (),
        () if search.edited is None else ("eyz" if search.edited else "enz",),
        rated(person, search.least_stars) if search.least_stars else (),
        *((tagged(name),) for name in search.tag),
    ]
    return replace(
        wish,
        groups=(*wish.groups, *filter(None, groups)),
        unwanted=(*wish.unwanted, *(rated(person) if search.is_unrated else ())),
        terms=tuple(search.terms),
        begins=_place(search.begins),
        ends=_place(search.ends),
    )


def _place(moment: datetime | None) -> int | None:
    return (moment - EPOCH) // MICROSECOND * 1000 if moment else None


# ── In the words of the index ────────────────────────────────────────────────────────────────────


def _fts5(wish: Wish) -> str:
    def term(one: Term) -> str:
        return f'prompt : "{" ".join(one.words)}"{" *" if one.is_prefix else ""}'

    def either(tokens: Iterable[str]) -> str:
        return "facets : (" + " OR ".join(f'"{token}"' for token in tokens) + ")"

    wanted = [term(one) for one in wish.terms if not one.is_unwanted]
    parts = [*wanted, *(either(group) for group in wish.groups)]
    unwanted = [term(one) for one in wish.terms if one.is_unwanted]
    unwanted += [either(wish.unwanted)] if wish.unwanted else []
    text = " AND ".join(f"({part})" for part in parts or [either([KEPT])])
    return f"({text}) NOT ({' OR '.join(f'({part})' for part in unwanted)})" if unwanted else text


def _tsquery(wish: Wish) -> tuple[str, list[str]]:
    """An expression, and its parameters."""

    def term(one: Term) -> tuple[str, str]:
        text = " ".join(one.words)
        if not one.is_prefix:
            return "phraseto_tsquery('fluxsite', %s)", text
        return "to_tsquery('fluxsite', %s)", f"'{text}':*"

    def either(tokens: Iterable[str]) -> tuple[str, str]:
        return "%s::tsquery", " | ".join(f"'={token}'" for token in tokens)

    parts = [term(one) for one in wish.terms if not one.is_unwanted]
    parts += [either(group) for group in wish.groups]
    unwanted = [term(one) for one in wish.terms if one.is_unwanted]
    unwanted += [either(wish.unwanted)] if wish.unwanted else []
    parts = parts or [either([KEPT])]
    texts = [text for text, _ in parts] + [f"!!({text})" for text, _ in unwanted]
    return "(" + " && ".join(texts) + ")", [value for _, value in (*parts, *unwanted)]


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def images(wish: Wish) -> RawSQL:
    """The keys of all that fit, in no order: for `pk__in`."""
    low, high = _bounds(wish)
    if _is_sqlite():
        sql = """SELECT entry.image_id FROM gallery_entry_words AS words
            CROSS JOIN gallery_entry AS entry ON entry.place = words.rowid
            WHERE words.gallery_entry_words MATCH %s AND words.rowid >= %s AND words.rowid < %s"""
        return RawSQL(sql, (_fts5(wish), low, high))
    query, values = _tsquery(wish)
    sql = f"SELECT image_id FROM gallery_entry WHERE doc @@ {query} AND place >= %s AND place < %s"
    return RawSQL(sql, (*values, low, high))


def _bounds(wish: Wish) -> tuple[int, int]:
    return (wish.begins or 0, 2**63 - 1 if wish.ends is None else wish.ends)


def older(wish: Wish, *, than: int | None, most: int) -> Found:
    """The nearest of those that stand before this place in time, the newest first."""
    low, high = _bounds(wish)
    return _near(wish, low, high if than is None else min(than, high), "DESC", most)


def newer(wish: Wish, *, than: int, most: int) -> Found:
    low, high = _bounds(wish)
    return _near(wish, max(low, than + 1), high, "ASC", most)


def _near(wish: Wish, low: int, high: int, order: str, most: int) -> Found:
    if _is_sqlite():
        sql = f"""SELECT entry.place, entry.image_id FROM gallery_entry_words AS words
            CROSS JOIN gallery_entry AS entry ON entry.place = words.rowid
            WHERE words.gallery_entry_words MATCH %s AND words.rowid >= %s AND words.rowid < %s
            ORDER BY words.rowid {order} LIMIT %s"""
        return _rows(sql, [_fts5(wish), low, high, most])
    return _near_in_postgresql(wish, low, high, order, most)


def _near_in_postgresql(wish: Wish, low: int, high: int, order: str, most: int) -> Found:
    """Its index knows no order: what is frequent is found by a walk, what is rare by the index.

    Each part of the walk tells how far the rest of it would be.
    """
    found: Found = []
    steps, walked = NEAR, 0
    while len(found) < most and walked + steps <= FAR:
        low, high = _past(found, low, high, order)
        part = _walked(wish, low, high, order, most - len(found), steps)
        if not part:
            break
        found, walked = found + part, walked + steps
        steps = max(NEAR, int((most - len(found)) * walked / len(found) * SPREAD))
    if len(found) < most:
        low, high = _past(found, low, high, order)
        found = found + _asked(wish, low, high, order, most - len(found))
    return found


def _past(found: Found, low: int, high: int, order: str) -> tuple[int, int]:
    if not found:
        return low, high
    last = found[-1].place
    return (low, last) if order == "DESC" else (last + 1, high)


def _walked(wish: Wish, low: int, high: int, order: str, most: int, steps: int) -> Found:
    query, values = _tsquery(wish)
    return _rows(
        f"""SELECT place, image_id FROM (SELECT * FROM gallery_entry
            WHERE place >= %s AND place < %s ORDER BY place {order} LIMIT {steps}) AS near
            WHERE doc @@ {query} ORDER BY place {order} LIMIT %s""",
        [low, high, *values, most],
    )


def _asked(wish: Wish, low: int, high: int, order: str, most: int) -> Found:
    query, values = _tsquery(wish)
    return _rows(
        f"""WITH hits AS MATERIALIZED (SELECT place, image_id FROM gallery_entry
            WHERE doc @@ {query} AND place >= %s AND place < %s)
            SELECT place, image_id FROM hits ORDER BY place {order} LIMIT %s""",
        [*values, low, high, most],
    )


def _rows(sql: str, values: Sequence[str | int]) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            Hit(place, key if isinstance(key, uuid.UUID) else uuid.UUID(key))
            for place, key in cursor.fetchall()
        ]
