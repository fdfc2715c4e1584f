"""What the pictures in each gallery have cost."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, DecimalField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Cast

from accounts import months
from accounts.models import Person
from accounts.models.credit import NONE
from gallery.models import Gallery, Image, Placement

PRIVATE = "Galleries that you are not in"
SHOWN = 100
CREDITS = DecimalField(max_digits=18, decimal_places=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    name: str
    pictures: int
    credits: Decimal
    part: int


def costs(person: Person, since: date, until: date) -> tuple[Cost, ...]:
    """A picture costs its share of its job, and counts in each gallery that it is in.

    A gallery's name is for those alone who may see it; the others are told together.
    """
    made = Image.objects.filter(generation=OuterRef("image__generation")).order_by()
    siblings = made.values("generation").annotate(number=Count("pk")).values("number")
    rows = (
        Placement.objects.filter(
            image__generation__cost__isnull=False,
            image__generation__created_at__gte=months.midnight(since),
            image__generation__created_at__lt=months.midnight(until + timedelta(days=1)),
        )
        .annotate(share=Cast(F("image__generation__cost"), CREDITS) / Subquery(siblings))
        .values("gallery")
        .annotate(pictures=Count("pk"), credits=Sum("share", output_field=CREDITS))
        .order_by()
        .values_list("gallery", "pictures", "credits")
    )
    names = dict(Gallery.objects.visible_to(person).values_list("pk", "name"))
    return _told(list(rows), names)


def _told(
    rows: list[tuple[uuid.UUID, int, Decimal]], names: dict[uuid.UUID, str]
) -> tuple[Cost, ...]:
    seen = [(names[key], pictures, credits) for key, pictures, credits in rows if key in names]
    seen.sort(key=lambda row: (-row[2], row[0]))
    hidden = [(pictures, credits) for key, pictures, credits in rows if key not in names]
    if hidden:
        pictures, credits = (sum(column) for column in zip(*hidden, strict=True))
        seen.append((PRIVATE, int(pictures), Decimal(credits)))
    most = max((credits for *_, credits in seen), default=NONE)
    return tuple(
        Cost(
            name=name,
            pictures=pictures,
            credits=credits.quantize(NONE),
            part=int(100 * credits / most) if most > 0 else 0,
        )
        for name, pictures, credits in seen[:SHOWN]
    )
