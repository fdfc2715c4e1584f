"""The ledger's lines of a range of days as CSV and as JSON, a piece at a time."""

import csv
import io
import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from accounts.models import CreditEntry
from accounts.models.credit import NONE, SPENDING
from accounts.tables import harmless
from gallery import usage
from gallery.periods import Period

AT_ONCE = 2000  # lines
COLUMNS = (
    *("day", "written_at", "person", "email", "kind", "amount"),
    *("reference", "model", "note", "made_by"),
)


def as_csv(period: Period, *, person_id: uuid.UUID | None = None) -> Iterator[str]:
    yield _row(COLUMNS)
    for line in _lines(period, person_id):
        yield _row(_cell(name, value) for name, value in line.items())


def as_json(period: Period, *, person_id: uuid.UUID | None = None) -> Iterator[str]:
    """One object; the sums come last, when all lines are known."""
    head = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    yield json.dumps(head)[:-1] + ', "lines": ['
    sums: dict[str, Decimal] = {}
    before = "\n"
    for line in _lines(period, person_id):
        sums[line["kind"]] = sums.get(line["kind"], NONE) + Decimal(line["amount"])
        yield before + json.dumps(line, ensure_ascii=False)
        before = ",\n"
    spent = sum((sums[kind] for kind in SPENDING if kind in sums), NONE)
    ending = {"sums": {kind: str(total) for kind, total in sums.items()}, "spent": str(spent)}
    yield "\n], " + json.dumps(ending)[1:] + "\n"


def _lines(period: Period, person_id: uuid.UUID | None) -> Iterator[dict[str, str]]:
    entries = CreditEntry.objects.filter(day__range=(period.since, period.until))
    if person_id:
        entries = entries.filter(person=person_id)
    rows = entries.order_by("day", "pk").values_list(
        *("day", "created_at", "person__name", "person__email", "kind", "amount"),
        *("reference", "note", "made_by__email"),
    )
    lines = rows.iterator(chunk_size=AT_ONCE)
    pieces = iter(lambda: list(islice(lines, AT_ONCE)), [])
    return chain.from_iterable(map(_with_models, pieces))


def _with_models(rows: list[tuple[Any, ...]]) -> Iterator[dict[str, str]]:
    made = usage.facts_of(row[6] for row in rows)
    for day, at, name, email, kind, amount, reference, note, by in rows:
        model = made.get(reference, usage.UNKNOWN).model
        values = (day, _moment(at), name, email, kind, amount, reference, model, note, by or "")
        yield dict(zip(COLUMNS, map(str, values), strict=True))


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _cell(name: str, value: str) -> str:
    return value if name in ("amount", "day") else harmless(value)


def _row(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
