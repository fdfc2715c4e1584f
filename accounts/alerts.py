"""Telling admins, once a month each, that a budget is nearly or wholly used."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from accounts import credits, letters, months
from accounts.models import Letter, Person, ProviderAlert, QuotaAlert, TeamBudget
from accounts.models.credit import NONE

STEPS = (100, 80)  # per cent; who is at 100 needs no letter about 80 any more


def look() -> list[Letter]:
    """Write the letters that are called for; they are to be delivered."""
    month = months.this_month()
    told: set[tuple[UUID | None, int]] = set(
        QuotaAlert.objects.filter(month=month).values_list("person", "percent")
    )
    return [
        letter
        for person, spent, budget in _budgets(month)
        for letter in _alert(month, person, spent, budget, told)
    ]


def look_at_provider(charged: Decimal) -> list[Letter]:
    """As `look`, for the budget at the provider, which has charged so much this month."""
    month, budget = months.this_month(), TeamBudget.objects.get(pk=1).provider_budget
    percent = None if budget is None else _step(charged, budget)
    told = ProviderAlert.objects.filter(month=month, percent__gte=percent or 0)
    if budget is None or percent is None or told.exists():
        return []
    return _write_of_provider_once(month, percent, charged, budget)


def _step(spent: Decimal, budget: Decimal) -> int | None:
    return next((step for step in STEPS if spent > 0 and spent * 100 >= budget * step), None)


def _budgets(month: date) -> Iterator[tuple[Person | None, Decimal, Decimal]]:
    """Whose it is, what is spent and of how much; nobody's is the whole team's."""
    team = TeamBudget.objects.get(pk=1)
    sums = months.sums(month)
    if team.monthly_cap is not None:
        yield None, sum((one.spent for one in sums.values()), NONE), team.monthly_cap
    people = Person.objects.filter(is_active=True).in_bulk(sums)
    allowances = team.allowances_of(people.values())
    for key, person in people.items():
        granted = allowances[key] + sums[key].granted
        yield person, sums[key].spent, max(NONE, granted)


def _alert(
    month: date,
    person: Person | None,
    spent: Decimal,
    budget: Decimal,
    told: set[tuple[UUID | None, int]],
) -> list[Letter]:
    percent = _step(spent, budget)
    key = person.pk if person else None
    if percent is None or any((key, step) in told for step in STEPS if step >= percent):
        return []
    return _write_once(month, person, percent, spent, budget)


@transaction.atomic
def _write_once(
    month: date, person: Person | None, percent: int, spent: Decimal, budget: Decimal
) -> list[Letter]:
    """The row and the letters come together; the unique constraint has the last word."""
    _, is_new = QuotaAlert.objects.get_or_create(month=month, person=person, percent=percent)
    if not is_new:
        return []
    return letters.write_to_admins(
        "budget",
        whose=str(person) if person else "",
        **_figures(percent, spent, budget),
    )


@transaction.atomic
def _write_of_provider_once(
    month: date, percent: int, charged: Decimal, budget: Decimal
) -> list[Letter]:
    _, is_new = ProviderAlert.objects.get_or_create(month=month, percent=percent)
    if not is_new:
        return []
    return letters.write_to_admins("provider_budget", **_figures(percent, charged, budget))


def _figures(percent: int, spent: Decimal, budget: Decimal) -> dict[str, object]:
    return {
        "percent": percent,
        "spent": credits.plain(spent),
        "budget": credits.plain(budget),
    }
