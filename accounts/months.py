"""The months of the ledger: their bounds, and what each person has spent and got in one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import CreditEntry
from accounts.models.credit import GRANTING, NONE, SPENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    spent: Decimal = NONE
    granted: Decimal = NONE


def today() -> date:
    """Days begin at midnight of the site's own time zone, wherever the person is."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def this_month() -> date:
    """Its first day."""
    return today().replace(day=1)


def before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def midnight(day: date) -> datetime:
    """Its first moment."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def sums(month: date, entries: QuerySet[CreditEntry] | None = None) -> dict[UUID, Sums]:
    """Of each who has a line in the month, among these lines or all."""
    among = CreditEntry.objects.all() if entries is None else entries
    lines = among.filter(day__gte=month, day__lt=after(month)).order_by()
    found = lines.values("person").annotate(
        spent=Sum("amount", filter=Q(kind__in=SPENDING)),
        granted=Sum("amount", filter=Q(kind__in=GRANTING)),
    )
    return {
        line["person"]: Sums(spent=_exact(line["spent"]), granted=_exact(line["granted"]))
        for line in found
    }


def _exact(amount: Decimal | None) -> Decimal:
    return (amount or NONE).quantize(NONE)  # SQLite adds in floating point
