"""The people of the team as an admin sees them: what each has used, made, and when last seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import months, people
from accounts.models import CreditEntry, Person, TeamBudget
from accounts.models.credit import NONE
from accounts.months import Sums
from gallery import words
from gallery.models import Image

ON_A_PAGE = 50
COLOURS = 6  # of avatars


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    person: Person
    spent: Decimal
    granted: Decimal
    pictures: int
    seen_at: datetime | None
    seen: str
    colour: int
    stamp: str

    @property
    def value(self) -> str:
        """For the meter, which knows no separators."""
        return f"{max(self.spent, Decimal(0)):.2f}"

    @property
    def most(self) -> str:
        return f"{max(self.granted, self.spent, Decimal(1)):.2f}"

    @property
    def low(self) -> str:
        return f"{Decimal(self.most) * 8 / 10:.2f}"

    @property
    def high(self) -> str:
        return f"{Decimal(self.most) * 96 / 100:.2f}"

    @property
    def is_used_up(self) -> bool:
        return self.person.is_maker and self.spent >= self.granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading that sorts; going there again turns the order round."""

    name: str
    label: str
    order: str  # aria-sort, or empty
    query: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    rows: list[Row]
    total: int
    columns: list[Column]
    query: str
    sort: str
    number: int
    is_last: bool


KEYS: Mapping[str, Callable[[Row], Any]] = {
    "name": lambda row: str(row.person).casefold(),
    "role": lambda row: row.person.role,
    "credits": lambda row: row.spent,
    "pictures": lambda row: row.pictures,
    "seen": lambda row: row.seen_at.timestamp() if row.seen_at else 0.0,
}
LABELS = {
    "name": "Name",
    "role": "Role",
    "credits": "Credits this month",
    "pictures": "Images",
    "seen": "Last seen",
}


def page(*, query: str = "", sort: str = "name", number: int = 1) -> PeoplePage:
    """A team has hundreds of people at most: all are counted up, and a page of them is shown."""
    name = sort.removeprefix("-")
    if name not in KEYS:
        sort = name = "name"
    found = sorted(
        rows(people.matching(query).order_by("joined_at", "pk")),
        key=KEYS[name],
        reverse=sort.startswith("-"),
    )
    found.sort(key=lambda row: not row.person.is_active)  # who has left comes last
    start = (number - 1) * ON_A_PAGE
    return PeoplePage(
        rows=found[start : start + ON_A_PAGE],
        total=len(found),
        columns=[_column(key, sort) for key in LABELS],
        query=query,
        sort=sort,
        number=number,
        is_last=len(found) <= start + ON_A_PAGE,
    )


def row_of(person: Person) -> Row:
    """As it is in the database now, whatever the object says."""
    [row] = rows(Person.objects.filter(pk=person.pk), entries=person.credit_entries.all())
    return row


def rows(persons: QuerySet[Person], *, entries: QuerySet[CreditEntry] | None = None) -> list[Row]:
    """Four questions, however many people there are."""
    since = months.this_month()
    sums = months.sums(since, entries)
    now = timezone.now()
    counted = list(_with_counts(persons, since))
    allowances = TeamBudget.objects.get(pk=1).allowances_of(counted)
    return [
        _row(person, sums.get(person.pk, Sums()), allowances[person.pk], number, now)
        for number, person in enumerate(counted)
    ]


def _with_counts(persons: QuerySet[Person], since: date) -> QuerySet[Person]:
    begin = months.midnight(since)
    made = Image.objects.filter(owner=OuterRef("pk"), created_at__gte=begin).order_by()
    sessions = UserSession.objects.filter(user=OuterRef("pk")).order_by()
    number = made.values("owner").annotate(number=Count("pk")).values("number")
    last = sessions.values("user").annotate(last=Max("last_seen_at")).values("last")
    return persons.annotate(
        pictures=Coalesce(Subquery(number), 0, output_field=IntegerField()),
        seen_at=Coalesce(Subquery(last), "last_login"),
    )


def _row(person: Any, sums: Sums, allowance: Decimal, number: int, now: datetime) -> Row:
    return Row(
        person=person,
        spent=sums.spent,
        granted=max(NONE, allowance + sums.granted),
        pictures=person.pictures,
        seen_at=person.seen_at,
        seen=words.ago(person.seen_at, now) if person.seen_at else "Not yet",
        colour=number % COLOURS + 1,
        stamp=people.stamp(person),
    )


def _column(name: str, sort: str) -> Column:
    is_here = sort.removeprefix("-") == name
    is_down = sort.startswith("-")
    # The most of something is what one looks for first.
    first = name if name in ("name", "role") else f"-{name}"
    turned = sort.removeprefix("-") if is_down else f"-{sort}"
    return Column(
        name=name,
        label=LABELS[name],
        order=("descending" if is_down else "ascending") if is_here else "",
        query=turned if is_here else first,
        is_number=name == "pictures",
    )
