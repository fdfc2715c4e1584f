"""What people may spend a month and a day: changed by admins, asked for by members."""

from collections.abc import Mapping
from decimal import ROUND_UP, Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import credits, letters, months, people
from accounts.credits import Statement
from accounts.models import AllowanceRequest, CreditEntry, Letter, Person
from accounts.models.credit import CreditKind
from accounts.people import ChangedMeanwhile

Changes = Mapping[str, Decimal | None]  # monthly_allowance, daily_cap; what is not there stays


class AskedAlready(Exception):
    """An earlier wish waits for its answer."""


class AnsweredAlready(Exception):
    """Another admin was faster."""


@transaction.atomic
def change(shown: Mapping[UUID, str], changes: Changes) -> list[Person]:
    """For all of them, or raise ChangedMeanwhile with those who look different now.

    `shown` is the stamp of each as the form was shown with.
    """
    persons = list(
        Person.objects.select_for_update(no_key=True).filter(pk__in=shown).order_by("pk")
    )
    if stale := [person for person in persons if people.stamp(person) != shown[person.pk]]:
        raise ChangedMeanwhile(*stale)
    for person in persons:
        for name, amount in changes.items():
            setattr(person, name, amount)
        person.save(update_fields=list(changes))
    return persons


def overspent(persons: list[Person]) -> list[Person]:
    """Those who have spent more than they now have: they wait for the next month."""
    return [
        person
        for person in persons
        if person.is_maker and (now := credits.statement(person)).spent > now.granted
    ]


def ask(person: Person, reason: str) -> list[Letter]:
    """Ask the admins for more; return their letters. Raises AskedAlready."""
    try:
        with transaction.atomic():
            wish = AllowanceRequest.objects.create(person=person, reason=reason)
            return letters.write_to_admins("request", **_facts(wish))
    except IntegrityError as error:
        raise AskedAlready from error


def preset(now: Statement) -> Decimal:
    """What an admin gives with one press: a quarter of the month, in whole credits."""
    return max(Decimal(1), (now.allowance / 4).quantize(Decimal(1), ROUND_UP))


def _facts(wish: AllowanceRequest) -> dict[str, str]:
    now = credits.statement(wish.person)
    amounts = {"give": preset(now), "spent": now.spent, "granted": now.granted}
    return {
        "whose": str(wish.person),
        "reason": wish.reason,
        "link": settings.SITE_URL + reverse("team_request", args=[wish.pk]),
        **{name: credits.plain(amount) for name, amount in amounts.items()},
    }


@transaction.atomic
def approve(wish: AllowanceRequest, amount: Decimal, *, by: Person, words: str = "") -> Letter:
    """Give so many credits for this month. Raises AnsweredAlready."""
    _answer(wish, by, words, granted=amount)
    CreditEntry.objects.create(
        kind=CreditKind.REQUEST,
        person=wish.person,
        amount=amount,
        note=f"Asked for: {wish.reason}"[:300],
        made_by=by,
        day=months.today(),
    )
    return _tell(wish, words, credits.plain(amount))


@transaction.atomic
def decline(wish: AllowanceRequest, *, by: Person, words: str) -> Letter:
    """Raises AnsweredAlready."""
    _answer(wish, by, words, granted=None)
    return _tell(wish, words, "")


def _answer(wish: AllowanceRequest, by: Person, words: str, *, granted: Decimal | None) -> None:
    mine = AllowanceRequest.objects.open().filter(pk=wish.pk)
    if not mine.update(answered_at=timezone.now(), answered_by=by, answer=words, granted=granted):
        raise AnsweredAlready


def _tell(wish: AllowanceRequest, words: str, granted: str) -> Letter:
    return letters.write("request_answered", wish.person.email, granted=granted, words=words)


def said(changes: Changes) -> str:
    """For the audit log."""
    names = {"monthly_allowance": ("a month", "usual"), "daily_cap": ("a day", "no cap")}
    return ", ".join(
        f"{names[name][1] if amount is None else credits.plain(amount)} {names[name][0]}"
        for name, amount in changes.items()
    )
