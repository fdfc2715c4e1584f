"""People who belong together: for sharing, for allowances, and for who may use which model."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from accounts.models.person import Person


class Group(models.Model):
    """What a group opens is asked for at each use, so whoever leaves it loses that at once."""

    name = models.CharField(max_length=60)
    monthly_allowance = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Credits a month for who has none of their own. Empty: not by this group.",
    )
    people = models.ManyToManyField(Person, related_name="groups", blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="group_name_once",
                violation_error_message="There is a group with this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
