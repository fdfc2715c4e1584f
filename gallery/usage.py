"""The ledger added up: by day and kind, model, person and reason.

Lines are only ever added, so what is added up once stays right. The sweep adds up what is new
and keeps the sums (`UsageCell`); whoever reads adds the few lines that came since. Both do it
by `fold`, so the sums are those of the lines, to the last digit.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet
from django.db.models import Sum as Total

from accounts.models import CreditEntry
from accounts.models.credit import NONE, SPENDING, CreditKind
from gallery.models import Generation, UsageCell, UsageMark
from gallery.models.usage import Axis

AT_ONCE = 5000  # lines
PREFIX = "generation:"
COVERED = ("number", "amount", "pictures")  # by an index
SUMMED = ("number", "amount", "pictures", "reported", "estimated")


class Line(NamedTuple):
    pk: int
    day: date
    person_id: uuid.UUID
    kind: str
    amount: Decimal
    reference: str
    note: str


class Key(NamedTuple):
    day: date
    axis: str
    key: str


@dataclass(slots=True)
class Sum:
    number: int = 0
    amount: Decimal = NONE
    pictures: int = 0
    reported: Decimal = NONE
    estimated: Decimal = NONE

    def add(self, other: "Sum") -> None:
        self.number += other.number
        self.amount += other.amount
        self.pictures += other.pictures
        self.reported += other.reported
        self.estimated += other.estimated


Sums = dict[Key, Sum]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the ledger does not know of a generation."""

    model: str = ""
    pictures: int = 0
    cost: Decimal = NONE
    reported: Decimal | None = None


UNKNOWN = Made()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The sums of a range of days, all of one moment."""

    sums: Mapping[Key, Sum] = field(default_factory=dict)

    def by(self, axis: Axis) -> dict[str, Sum]:
        """The whole range, by this axis."""
        found: dict[str, Sum] = {}
        for key, total in self.sums.items():
            if key.axis == axis:
                found.setdefault(key.key, Sum()).add(total)
        return found

    def by_day(self, axis: Axis) -> dict[tuple[date, str], Sum]:
        return {(key.day, key.key): total for key, total in self.sums.items() if key.axis == axis}


def roll_up() -> int:
    """Add up what is new. Return how many lines that were."""
    last, done = _last_line(), 0
    while number := _roll_up(last):
        done += number
    return done


def tally(since: date, until: date, *, axes: Collection[str] = tuple(Axis)) -> Tally:
    """The sums of these days, the last one included; those by person are of the whole range."""
    while True:
        before = _mark()
        sums = _kept(since, until, axes)
        fresh = _read(_lines_after(before).filter(day__range=(since, until)))
        for key, total in fold(fresh).items():
            at = key._replace(day=since) if key.axis == Axis.PERSON else key
            sums.setdefault(at, Sum()).add(total)
        if _mark() == before:  # nobody has added up a line that is counted here, too
            return Tally(sums=sums)


def spent_by_day(since: date, until: date) -> dict[date, Decimal]:
    kinds = tally(since, until, axes=[Axis.KIND]).by_day(Axis.KIND)
    spent: dict[date, Decimal] = defaultdict(lambda: NONE)
    for (day, kind), total in kinds.items():
        if kind in SPENDING:
            spent[day] += total.amount
    return spent


def first_day() -> date | None:
    """On which something was spent for the first time."""
    days = CreditEntry.objects.filter(kind=CreditKind.HOLD).order_by("day")
    return days.values_list("day", flat=True).first()


def tally_of(person_id: uuid.UUID, since: date, until: date) -> Tally:
    """One person's sums, straight from their lines."""
    lines = CreditEntry.objects.filter(person=person_id, day__range=(since, until))
    return Tally(sums=fold(_read(lines.order_by("pk"))))


def fold(lines: Iterable[Line]) -> Sums:
    lines = list(lines)
    made = facts_of(line.reference for line in lines)
    sums: Sums = {}
    for line in lines:
        for axis, key, part in _parts(line, made.get(line.reference, UNKNOWN)):
            sums.setdefault(Key(line.day, axis.value, key), Sum()).add(part)
    return sums


def facts_of(references: Iterable[str]) -> dict[str, Made]:
    """The generations that lines of the ledger name."""
    keys = [key for reference in set(references) if (key := _key(reference))]
    rows = Generation.objects.filter(pk__in=keys).order_by().annotate(made=Count("images"))
    return {
        f"{PREFIX}{pk}": Made(model=model, pictures=made, cost=cost or NONE, reported=reported)
        for pk, model, cost, reported, made in rows.values_list(
            "pk", "model_name", "cost", "reported_cost", "made"
        )
    }


def _key(reference: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(reference.removeprefix(PREFIX)) if reference.startswith(PREFIX) else None
    except ValueError:
        return None


def _parts(line: Line, known: Made) -> Iterator[tuple[Axis, str, Sum]]:
    """What one line adds, and where. What came of a job counts with its settlement."""
    part = Sum(amount=line.amount)
    if line.kind == CreditKind.SETTLE:
        part.pictures = known.pictures
        part.reported = known.reported or NONE
        part.estimated = known.cost if known.reported is None else NONE
    if line.kind in SPENDING:
        job = replace(part, number=int(line.kind == CreditKind.HOLD))
        yield Axis.MODEL, known.model, job
        yield Axis.PERSON, str(line.person_id), job
    part.number = 1
    yield Axis.KIND, line.kind, part
    if line.kind == CreditKind.RELEASE:
        yield Axis.REASON, line.note, part


def _read(lines: QuerySet[CreditEntry]) -> list[Line]:
    return [Line(*row) for row in lines.values_list(*Line._fields)]


def _lines_after(mark: int) -> QuerySet[CreditEntry]:
    return CreditEntry.objects.filter(pk__gt=mark).order_by("pk")


def _mark() -> int:
    return UsageMark.objects.filter(pk=1).values_list("line", flat=True).first() or 0


def _kept(since: date, until: date, axes: Collection[str]) -> Sums:
    cells = UsageCell.objects.filter(day__range=(since, until), axis__in=axes)
    others = cells.exclude(axis=Axis.PERSON).values_list(*Key._fields, *SUMMED)
    found = {Key(*row[:3]): Sum(*row[3:]) for row in others}
    if Axis.PERSON not in axes:
        return found
    totals = {f"sum_{name}": Total(name) for name in COVERED}
    people = cells.filter(axis=Axis.PERSON).order_by().values("key").annotate(**totals)
    for key, *values in people.values_list("key", *totals):
        found[Key(since, Axis.PERSON.value, key)] = Sum(*values)
    return found


def _last_line() -> int:
    """The last line before which none can still appear.

    SQLite writes one after the other. On PostgreSQL a line may become visible later than one
    with a higher number: the lock waits for everybody who is writing one, and lets go at once.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {CreditEntry._meta.db_table} IN SHARE MODE")
        return CreditEntry.objects.aggregate(last=Max("pk"))["last"] or 0


@transaction.atomic
def _roll_up(last: int) -> int:
    """Keep the sums of the next lines, none after `last`. Return how many there were."""
    mark, _ = UsageMark.objects.select_for_update().get_or_create(pk=1)
    lines = _read(_lines_after(mark.line).filter(pk__lte=last)[:AT_ONCE])
    if lines:
        _keep(fold(lines))
        UsageMark.objects.filter(pk=1).update(line=lines[-1].pk)
    return len(lines)


def _keep(sums: Sums) -> None:
    cells = UsageCell.objects.filter(day__in={key.day for key in sums})
    for row in cells.values_list(*Key._fields, *SUMMED):
        if total := sums.get(Key(*row[:3])):
            total.add(Sum(*row[3:]))
    UsageCell.objects.bulk_create(
        [UsageCell(**key._asdict(), **_values(total)) for key, total in sums.items()],
        update_conflicts=True,
        unique_fields=["axis", "day", "key"],
        update_fields=SUMMED,
    )


def _values(total: Sum) -> dict[str, int | Decimal]:
    return {name: getattr(total, name) for name in SUMMED}
