"""The ledger added up by day, so that a page of a large team need not read every line."""

from decimal import Decimal

from django.db import models


class Axis(models.TextChoices):
    """What a day's lines are added up by."""

    KIND = "kind", "Kind of line"
    MODEL = "model", "Model"
    PERSON = "person", "Person"
    REASON = "reason", "Reason why credits were given back"


class UsageCell(models.Model):
    """The sum of one day's lines for one key. Lines that give credits count by kind alone."""

    day = models.DateField()
    axis = models.CharField(max_length=8, choices=Axis.choices)
    key = models.CharField(max_length=300, blank=True)
    number = models.PositiveIntegerField(default=0)  # of jobs; by kind and by reason, of lines
    amount = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    pictures = models.PositiveIntegerField(default=0)
    # Of what is settled: what the API told us, and what we charged where it told nothing.
    reported = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    estimated = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["axis", "day", "key"], name="usage_cell_once")
        ]
        indexes = [
            # Covers the sums by person of a long range, which are many cells.
            models.Index(
                fields=["axis", "day", "key", "number", "amount", "pictures"],
                name="usage_cell_sums",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.axis} {self.key}: {self.amount}"


class UsageMark(models.Model):
    """How far the ledger is added up: every line up to this one, and none after it."""

    line = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="usage_mark_is_one")]

    def __str__(self) -> str:
        return str(self.line)
