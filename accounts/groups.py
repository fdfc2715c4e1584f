"""Groups of people: made and changed by admins; what they open is asked for at each use."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts import people as everybody
from accounts.models import Group, Person

SHOWN = 100  # of those who are not in it; the search finds the others


def listed() -> QuerySet[Any]:
    return Group.objects.annotate(size=Count("people"))


def add(group: Group, people: Collection[UUID]) -> list[Person]:
    """Return those who were not in it."""
    new = list(Person.objects.filter(pk__in=people).exclude(groups=group))
    group.people.add(*new)  # who was added at the same moment is passed over
    return new


@transaction.atomic
def remove(group: Group, people: Collection[UUID]) -> list[Person]:
    """Return those who were in it."""
    gone = list(group.people.filter(pk__in=people))
    group.people.remove(*gone)
    return gone


def others(group: Group, query: str) -> QuerySet[Person]:
    """Active people who are not in it and whose name or address has each of these words."""
    found = everybody.matching(query).filter(is_active=True).exclude(groups=group)
    return found.order_by("name", "email")


def named(people: Collection[Person]) -> str:
    """For the audit log."""
    return ", ".join(map(str, people))
