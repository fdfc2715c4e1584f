"""The models on offer: rows that admins edit."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Group, Person
from gallery.flux import catalog

SIZE_RULES = [
    (catalog.SizeRule.RATIOS, "Ratios"),
    (catalog.SizeRule.PRESETS, "Ratios and three pixel sizes"),
    (catalog.SizeRule.PIXELS, "Ratios and pixels from 256 to 1440 in steps of 32"),
]


class OpenTo(models.TextChoices):
    MAKERS = "makers", "Everyone who makes pictures"
    GROUPS = "groups", "Some groups, and admins"
    ADMINS = "admins", "Admins only"


class FluxModelQuerySet(models.QuerySet["FluxModel"]):
    def on_offer(self) -> "FluxModelQuerySet":
        return self.filter(is_on=True)

    def for_generating(self) -> "FluxModelQuerySet":
        return self.on_offer().filter(can_generate=True)

    def for_editing(self) -> "FluxModelQuerySet":
        return self.on_offer().filter(can_edit=True)

    def usable_by(self, person: Person) -> "FluxModelQuerySet":
        """The one rule of who may use which; the switch is another matter."""
        if person.is_admin or not person.is_maker:
            return self.all() if person.is_admin else self.none()
        theirs = Group.objects.filter(people=person, flux_models=OuterRef("pk"))
        by_group = Q(Exists(theirs), open_to=OpenTo.GROUPS)
        return self.filter(Q(open_to=OpenTo.MAKERS) | by_group)


class FluxModel(models.Model):
    name = models.CharField(
        max_length=60,
        unique=True,
        help_text="The name that the API knows.",
    )
    label = models.CharField(max_length=60)
    good_at = models.CharField("good at", max_length=200, blank=True)
    can_generate = models.BooleanField(default=True)
    can_edit = models.BooleanField(default=False)
    size_rule = models.CharField(max_length=24, choices=SIZE_RULES)
    credits = models.DecimalField(
        "credits a picture",
        max_digits=10,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
    )
    seconds = models.PositiveIntegerField(
        "expected seconds", default=30, help_text="Learnt from the latest pictures."
    )
    is_on = models.BooleanField("on offer", default=True)
    is_default = models.BooleanField(
        "default", default=False, help_text="Chosen for who has not chosen yet."
    )
    open_to = models.CharField(
        "who may use it", max_length=10, choices=OpenTo.choices, default=OpenTo.MAKERS
    )
    groups = models.ManyToManyField(Group, related_name="flux_models", blank=True)
    position = models.PositiveIntegerField(default=100)
    # When, and in which words, the API said that it does not know this model.
    refused_at = models.DateTimeField(null=True, blank=True, editable=False)
    refused_detail = models.CharField(max_length=500, blank=True, editable=False)

    objects = FluxModelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="flux_model_one_default",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def is_open_to(self, person: Person) -> bool:
        return FluxModel.objects.usable_by(person).filter(pk=self.pk).exists()

    @property
    def sizes(self) -> tuple[str, ...]:
        return catalog.sizes(catalog.SizeRule(self.size_rule))

    def size_problem(self, size: str) -> str:
        """What is wrong with this size for this model, in plain words; empty when it is fine."""
        return catalog.size_problem(catalog.SizeRule(self.size_rule), size)
