"""The team's money as a page shows it: every figure is a sum of the ledger's lines."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import formats

from accounts import months
from accounts.models import Person
from accounts.models.credit import GIVEN, NONE, SPENDING, CreditKind
from gallery import charts, forecasts, usage, words
from gallery.charts import Chart, Column
from gallery.forecasts import Forecast
from gallery.models import FluxModel
from gallery.models.usage import Axis
from gallery.periods import Period
from gallery.problems import problem_of
from gallery.usage import Sum, Tally

LOOKS = ("s1", "s2", "s3", "s4", "s5", "s6")
LISTED = 100  # people in the table
OTHERS = "Other models"
UNKNOWN = "Not known"
REASONS = {"cancel": "Cancelled by its owner", "": UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One line of a breakdown; `part` is out of 100, beside the largest one."""

    name: str
    credits: Decimal
    jobs: int
    pictures: int
    part: int
    look: str = ""
    initials: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    label: str
    credits: tuple[Decimal, ...]  # by model, in the order of the breakdown
    total: Decimal
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Our ledger beside what the API has told; the difference is what is held and estimated."""

    spent: Decimal
    reported: Decimal
    estimated: Decimal

    @property
    def difference(self) -> Decimal:
        return self.spent - self.reported

    @property
    def held(self) -> Decimal:
        return self.spent - self.reported - self.estimated


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    name: str
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    period: Period
    spent: Decimal
    given: Decimal
    pictures: int
    jobs: int
    failed: int
    failed_part: str
    chart: Chart
    models: tuple[Share, ...]
    days: tuple[DayRow, ...]
    people: tuple[Share, ...]
    reasons: tuple[Share, ...]
    kinds: tuple[KindRow, ...]
    comparison: Comparison
    forecast: Forecast | None

    @property
    def listed_people(self) -> tuple[Share, ...]:
        """The first by name, all others in one line: the table's sum stays that of the page."""
        first, rest = self.people[:LISTED], self.people[LISTED:]
        if not rest:
            return first
        others = Share(
            name=f"{len(rest):,} others",
            credits=sum((share.credits for share in rest), NONE),
            jobs=sum(share.jobs for share in rest),
            pictures=sum(share.pictures for share in rest),
            part=0,
        )
        return (*first, others)

    @property
    def top_people(self) -> tuple[Share, ...]:
        return self.people[:5]


def report(period: Period) -> Report:
    """Of the whole team."""
    return _report(
        period, usage.tally(period.since, period.until), forecast=forecasts.forecast(period)
    )


def report_of(person: Person, period: Period) -> Report:
    """Of one person."""
    return _report(period, usage.tally_of(person.pk, period.since, period.until), forecast=None)


def _report(period: Period, tally: Tally, *, forecast: Forecast | None) -> Report:
    kinds = tally.by(Axis.KIND)
    spent = sum((kinds[kind].amount for kind in SPENDING if kind in kinds), NONE)
    settled = kinds.get(CreditKind.SETTLE, Sum())
    jobs = kinds.get(CreditKind.HOLD, Sum()).number
    reasons = tally.by(Axis.REASON)
    failed = sum(total.number for reason, total in reasons.items() if reason != "cancel")
    models = _models(tally.by(Axis.MODEL))
    return Report(
        period=period,
        spent=spent,
        given=sum((kinds[kind].amount for kind in GIVEN if kind in kinds), NONE),
        pictures=settled.pictures,
        jobs=jobs,
        failed=failed,
        failed_part=f"{100 * failed / jobs:.1f} %" if jobs else "0 %",
        chart=_chart(period, tally, models, forecast),
        models=tuple(share for _, share in models),
        days=tuple(_days(period, tally, models)),
        people=_people(tally.by(Axis.PERSON)),
        reasons=_reasons(reasons),
        kinds=tuple(
            KindRow(name=kind.label, lines=kinds[kind].number, amount=kinds[kind].amount)
            for kind in CreditKind
            if kind in kinds
        ),
        comparison=Comparison(spent=spent, reported=settled.reported, estimated=settled.estimated),
        forecast=forecast,
    )


def _share(name: str, total: Sum, most: Decimal, **more: str) -> Share:
    return Share(
        name=name,
        credits=total.amount,
        jobs=total.number,
        pictures=total.pictures,
        part=int(100 * max(NONE, total.amount) / most) if most > 0 else 0,
        **more,
    )


def _most(totals: Iterable[Sum]) -> Decimal:
    return max((total.amount for total in totals), default=NONE)


def _models(totals: Mapping[str, Sum]) -> list[tuple[frozenset[str], Share]]:
    """In the order of the models on offer; each look stands for one or, the last, for the rest."""
    known = {row.name: (row.position, row.label) for row in FluxModel.objects.all()}
    names = sorted(totals, key=lambda name: (known.get(name, (10**9, ""))[0], name))
    groups = [[name] for name in names]
    if len(groups) > len(LOOKS):
        groups[len(LOOKS) - 1 :] = [names[len(LOOKS) - 1 :]]
    sums = [(group, _together(totals[name] for name in group)) for group in groups]
    most = _most(total for _, total in sums)
    return [
        (
            frozenset(group),
            _share(
                OTHERS if len(group) > 1 else known.get(group[0], (0, group[0] or UNKNOWN))[1],
                total,
                most,
                look=look,
            ),
        )
        for look, (group, total) in zip(LOOKS, sums, strict=False)
    ]


def _together(totals: Iterable[Sum]) -> Sum:
    whole = Sum()
    for total in totals:
        whole.add(total)
    return whole


def _days(
    period: Period, tally: Tally, models: list[tuple[frozenset[str], Share]]
) -> Iterable[DayRow]:
    by_day = tally.by_day(Axis.MODEL)
    for day in period.each_day():
        if day > months.today():
            return
        totals = [
            _together(by_day[day, name] for name in names if (day, name) in by_day)
            for names, _ in models
        ]
        whole = _together(totals)
        yield DayRow(
            label=formats.date_format(day, "j M"),
            credits=tuple(total.amount for total in totals),
            total=whole.amount,
            pictures=whole.pictures,
        )


def _chart(
    period: Period,
    tally: Tally,
    models: list[tuple[frozenset[str], Share]],
    forecast: Forecast | None,
) -> Chart:
    looks = [share.look for _, share in models]
    rows = list(_days(period, tally, models))
    columns = [
        Column(
            label=row.label,
            title=f"{row.label}: {words.in_credits(row.total)}",
            parts=tuple(zip(looks, row.credits, strict=True)),
        )
        for row in rows
    ]
    coming = list(period.each_day())[len(rows) :] if forecast else []
    for day in coming:
        label = formats.date_format(day, "j M")
        title = f"{label}: expected, about {words.in_credits(forecast.a_day if forecast else NONE)}"
        expected = forecast.a_day if forecast else NONE
        columns.append(Column(label=label, title=title, expected=expected))
    return charts.stacked(columns, title="Credits a day, by model", summary=_summary(rows))


def _summary(rows: list[DayRow]) -> str:
    busiest = max(rows, key=lambda row: row.total, default=None)
    if busiest is None or not busiest.total:
        return "Nothing was spent on these days."
    return (
        f"The busiest day is {busiest.label} with {words.in_credits(busiest.total)}. "
        "The full numbers are in the table below."
    )


def _people(totals: Mapping[str, Sum]) -> tuple[Share, ...]:
    people = Person.objects.in_bulk([uuid.UUID(key) for key in totals])
    most = _most(totals.values())
    shares = [
        _share(str(person), totals[str(key)], most, initials=person.initials)
        for key, person in people.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.credits, -share.jobs, share.name)))


def _reasons(totals: Mapping[str, Sum]) -> tuple[Share, ...]:
    """What was given back, so that it reads as a positive number."""
    turned = {key: Sum(number=each.number, amount=-each.amount) for key, each in totals.items()}
    most = Decimal(max((each.number for each in turned.values()), default=0))
    shares = [
        Share(
            name=REASONS.get(key) or problem_of(key).heading,
            credits=each.amount,
            jobs=each.number,
            pictures=0,
            part=int(100 * each.number / most),
        )
        for key, each in turned.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.jobs, share.name)))
