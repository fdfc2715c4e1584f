"""Credits that were given back although the provider may have charged for the job."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Sum

from accounts import months
from accounts.models.credit import NONE
from gallery.models import Generation
from gallery.problems import problem_of

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Whose job, never what was wished for: that is its owner's alone."""

    id: str
    person: str
    model: str
    why: str
    asked_at: datetime
    credits: Decimal
    task_id: str
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    number: int
    credits: Decimal
    newest: tuple[Loss, ...]

    @property
    def others(self) -> int:
        return self.number - len(self.newest)


def losses(since: date, until: date) -> Losses:
    """Of jobs that were asked for on these days."""
    rows = Generation.objects.filter(
        is_possible_loss=True,
        created_at__gte=months.midnight(since),
        created_at__lt=months.midnight(until + timedelta(days=1)),
    ).order_by("-created_at")
    sums = rows.order_by().aggregate(number=Count("pk"), credits=Sum(F("price") * F("count")))
    newest = rows.select_related("owner").defer("prompt")[:SHOWN] if sums["number"] else ()
    return Losses(
        number=sums["number"],
        credits=(sums["credits"] or NONE).quantize(NONE),
        newest=tuple(map(_loss, newest)),
    )


def _loss(row: Generation) -> Loss:
    return Loss(
        id=str(row.pk),
        person=str(row.owner),
        model=row.model_name,
        why=problem_of(row.problem).heading if row.problem else "Taken twice by the provider",
        asked_at=row.created_at,
        credits=row.total_price,
        task_id=row.task_id,
        trace_id=row.trace_id,
    )
