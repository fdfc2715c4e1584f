"""Who is next, and how fast: fairness, limits and pauses."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, Subquery

from accounts.models import Person
from gallery.models import Attempt, Conductor, Generation
from gallery.models.generation import Status

# An unconfirmed one may be busy at the API; after this long it no longer keeps a place from others.
UNCONFIRMED_KEEPS_ITS_PLACE = timedelta(minutes=2)
# A little more than a second, because the POST leaves a little after its claim.
WINDOW = timedelta(seconds=1.05)


@dataclass(frozen=True, slots=True)
class Waiting:
    pk: uuid.UUID
    owner_id: uuid.UUID
    last_turn: datetime | None


def line() -> list[uuid.UUID]:
    """All queued generations in the order in which they will go out, were nobody to join.

    The person whose last submission is longest ago comes first; within a person, first come
    first served. Each submission sends its person to the end, so the line goes by rounds.
    """
    rounds: dict[uuid.UUID, int] = defaultdict(int)
    ranked = []
    for place, waiting in enumerate(_waiting()):
        never = waiting.last_turn is None
        turn = waiting.last_turn.timestamp() if waiting.last_turn else 0.0
        ranked.append((rounds[waiting.owner_id], not never, turn, place, waiting.pk))
        rounds[waiting.owner_id] += 1
    return [pk for *_, pk in sorted(ranked)]


def places(person: Person) -> dict[uuid.UUID, int]:
    """This person's queued generations with their places in line; 1 is next."""
    mine = set(Generation.objects.queued().filter(owner=person).values_list("pk", flat=True))
    return {pk: place for place, pk in enumerate(line(), start=1) if pk in mine} if mine else {}


def room(conductor: Conductor, now: datetime) -> int:
    """How many may be submitted at this moment."""
    if conductor.pause:
        return 0
    by_number = settings.FLUX_MAX_IN_FLIGHT - in_flight(now)
    by_pace = _by_pace(conductor.pace or settings.FLUX_MAX_PER_SECOND, now)
    # After trouble one goes ahead alone, and the others follow when it was answered.
    by_trust = 1 - _being_sent() if conductor.failures_in_row else by_number
    return max(0, min(by_number, by_pace, by_trust))


def _waiting() -> Iterable[Waiting]:
    """Oldest first, each with the moment of its person's last submission."""
    last_turn = (
        Generation.objects.filter(owner=OuterRef("owner"), submitted_at__isnull=False)
        .order_by("-submitted_at")
        .values("submitted_at")[:1]
    )
    rows = (
        Generation.objects.queued()
        .annotate(last_turn=Subquery(last_turn))
        .order_by("created_at", "pk")
        .values_list("pk", "owner_id", "last_turn")
    )
    return (Waiting(*row) for row in rows)


def in_flight(now: datetime) -> int:
    sure = Generation.objects.filter(status__in=[Status.SUBMITTING, Status.RUNNING]).count()
    perhaps = Generation.objects.filter(
        status=Status.UNCONFIRMED, submitted_at__gt=now - UNCONFIRMED_KEEPS_ITS_PLACE
    ).count()
    return sure + perhaps


def _being_sent() -> int:
    return Generation.objects.filter(status=Status.SUBMITTING).count()


def _by_pace(pace: float, now: datetime) -> int:
    window = WINDOW if pace >= 1 else WINDOW / pace
    sent = Attempt.objects.filter(sent_at__gt=now - window).count()
    return max(1, int(pace)) - sent
