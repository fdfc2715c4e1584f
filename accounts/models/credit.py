"""The ledger's lines, and the team's own bounds."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Max, Q, Subquery
from django.utils import timezone

from accounts.models.group import Group
from accounts.models.person import Person, Role

NONE = Decimal("0.0000")  # as exact as the ledger is


class CreditKind(models.TextChoices):
    HOLD = "hold", "Held"
    RELEASE = "release", "Given back"
    SETTLE = "settle", "Settled"
    ADJUST = "adjust", "Adjusted"
    REQUEST = "request", "Request approved"
    CARRY = "carry", "Carried over"


SPENDING = (CreditKind.HOLD, CreditKind.RELEASE, CreditKind.SETTLE)
GIVEN = (CreditKind.ADJUST, CreditKind.REQUEST)  # by an admin
GRANTING = (*GIVEN, CreditKind.CARRY)


class LedgerIsAppendOnly(TypeError):
    """A line of the ledger was to be changed or deleted."""


class CreditEntryQuerySet(models.QuerySet["CreditEntry"]):
    def update(self, **fields: Any) -> NoReturn:
        raise LedgerIsAppendOnly("Add a line instead of changing one.")

    def delete(self) -> NoReturn:
        raise LedgerIsAppendOnly("Add a line instead of deleting one.")


class CreditEntry(models.Model):
    """One signed line, never edited.

    Spending (hold, release, settle) is positive when it takes credits; granting (adjust,
    request, carry) is positive when it gives some. `day` is the day that the line counts for: a
    release or a settlement counts for the day of its hold.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credit_entries"
    )
    kind = models.CharField(max_length=10, choices=CreditKind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    reference = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_entries_made",
    )
    day = models.DateField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CreditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "credit entries"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference"],
                condition=~Q(reference=""),
                name="credit_entry_once_per_reference",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["hold", "release", "settle"]) | ~Q(reference=""),
                name="credit_entry_spending_names_its_reference",
            ),
        ]
        indexes = [
            # They hold all that a month is added up from, so that the lines need not be read.
            models.Index(
                fields=["person", "day", "kind", "amount"], name="credit_entry_person_day"
            ),
            models.Index(fields=["day", "person", "kind", "amount"], name="credit_entry_day"),
            models.Index(fields=["reference"], name="credit_entry_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise LedgerIsAppendOnly("Add a line instead of changing one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly("Add a line instead of deleting one.")


class TeamBudgetQuerySet(models.QuerySet["TeamBudget"]):
    def with_groups_of(self, person: Person) -> "TeamBudgetQuerySet":
        """With `of_groups`: the largest allowance that a group of this person gives, or None."""
        given = Group.objects.filter(people=person.pk, monthly_allowance__isnull=False)
        largest = given.order_by("-monthly_allowance").values("monthly_allowance")[:1]
        return self.annotate(of_groups=Subquery(largest))


class TeamBudget(models.Model):
    """The one row of what holds for everybody; it is locked while credits are held."""

    usual_allowance = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        default=Decimal(100),
        validators=[MinValueValidator(Decimal(0))],
        help_text="Credits a month for each person who has no allowance of their own.",
    )
    monthly_cap = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Credits a month for everybody together. Empty: no cap.",
    )

    admin_allowance = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Credits a month for admins. Empty: as for everybody else.",
    )
    provider_budget = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Credits a month at the provider; admins are warned. Empty: no warning.",
    )
    carries_from = models.DateField(
        null=True,
        blank=True,
        help_text="First day of the month whose rest is carried over next. Empty: none is.",
    )

    objects = TeamBudgetQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "team budget"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="team_budget_is_one_row")]

    def __str__(self) -> str:
        return "Team budget"

    def allowance_of(self, person: Person, of_groups: Decimal | None) -> Decimal:
        """Credits a month: the person's own, their groups', their role's, or the usual ones."""
        of_role = self.admin_allowance if person.role == Role.ADMIN else None
        found = (person.monthly_allowance, of_groups, of_role, self.usual_allowance)
        return next(amount for amount in found if amount is not None)

    def allowances_of(self, people: Collection[Person]) -> dict[UUID, Decimal]:
        """As `allowance_of`, of many in one question."""
        usual = [person.pk for person in people if person.monthly_allowance is None]
        of_groups = _largest(usual) if usual else {}
        return {person.pk: self.allowance_of(person, of_groups.get(person.pk)) for person in people}


def _largest(people: Collection[UUID]) -> dict[UUID, Decimal]:
    """The largest allowance among the groups of each; who has none by a group is not there."""
    given = Group.objects.filter(people__in=people, monthly_allowance__isnull=False).order_by()
    return dict(given.values_list("people").annotate(Max("monthly_allowance")))
