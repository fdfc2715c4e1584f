"""A letter about batches that have ended while their owner was not looking, where they want one."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts import letters
from accounts.models import Letter
from gallery import words
from gallery.models import Batch, Generation, Image
from gallery.models.generation import Status

PATIENCE = timedelta(minutes=10)  # whoever waits for a batch looks at it themselves
LOOKED_BACK = timedelta(days=3)
LISTED = 20
LONGEST_NAME = 80


def write() -> list[Letter]:
    """One letter to each person, however many batches; they are to be delivered."""
    rows = list(_ended())
    return [letter for _, own in groupby(rows, key=lambda row: row.owner) for letter in _tell(own)]


def _ended() -> Any:
    """Batches of which nothing is open any more, and whose end was not told."""
    jobs = Generation.objects.filter(batch=OuterRef("pk"))
    seen = UserSession.objects.filter(user=OuterRef("owner")).order_by().values("user")
    now = timezone.now()
    return (
        Batch.objects.filter(
            told_at=None,
            created_at__gt=now - LOOKED_BACK,
            owner__wants_digest=True,
            owner__is_active=True,
        )
        .exclude(Exists(jobs.open()))
        .annotate(
            ended_at=Max("generations__finished_at"),
            seen_at=Coalesce(
                Subquery(seen.annotate(last=Max("last_seen_at")).values("last")),
                "owner__last_login",
            ),
            jobs=Count("generations"),
            failed=Count("generations", filter=Q(generations__status=Status.FAILED)),
        )
        .filter(ended_at__lt=now - PATIENCE)
        .select_related("owner")
        .order_by("owner", "created_at")
    )


def _tell(rows: Iterator[Any]) -> list[Letter]:
    mine = [row for row in rows if _claim(row)]
    unseen = [row for row in mine if row.seen_at is None or row.seen_at < row.ended_at]
    return [_letter(unseen)] if unseen else []


def _claim(row: Any) -> bool:
    """One worker tells it."""
    mine = Batch.objects.filter(pk=row.pk, told_at=None)
    return bool(mine.update(told_at=timezone.now()))


def _letter(rows: Sequence[Any]) -> Letter:
    lines = [_line(row) for row in rows[:LISTED]]
    return letters.write(
        "digest", rows[0].owner.email, number=len(rows), lines=lines, more=len(rows) - len(lines)
    )


def _line(row: Any) -> dict[str, str]:
    made = Image.objects.kept().filter(generation__batch=row).count()
    failed = f", {row.failed} of {row.jobs} jobs failed" if row.failed else ""
    text = " ".join(row.template.split())
    return {
        "name": text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…",
        "result": f"{words.pictures(made)}{failed}",
        "path": reverse("batch_detail", args=[row.pk]),
    }
