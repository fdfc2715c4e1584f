"""The composer's form with all its powers, and the plan that it makes: jobs and their price."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings

from gallery import blanks, words
from gallery.batches import Wishes
from gallery.blanks import Filled, Template
from gallery.flux import catalog
from gallery.forms import LONGEST_PROMPT, WishForm
from gallery.generations import Wish
from gallery.models import FluxModel

BLANK = "blank-"  # how the fields of values begin
LONGEST_VALUES = 20_000
COUNTS = {str(number) for number in range(1, catalog.MAX_COUNT + 1)}
TOO_LONG = "The values for {} have more than {:,} characters. Make two batches of them."
SIZES = dict.fromkeys(catalog.RATIOS + catalog.PIXEL_PRESETS + catalog.PIXEL_EXAMPLES)
GONE = "One of the other models is no longer on offer and was taken away. Look at the rest."
VALUES = (
    "Give values for {}, one a line or with commas between. "
    "To mean the braces themselves, write them twice."
)
BEYOND_WORDS = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every prompt with every size and every model."""

    text: str
    template: Template
    values: Mapping[str, tuple[str, ...]]
    models: tuple[FluxModel, ...]
    sizes: tuple[str, ...]
    count: int

    @property
    def prompts(self) -> int:
        return self.template.number(self.values)

    @property
    def jobs(self) -> int:
        return self.prompts * len(self.models) * len(self.sizes)

    @property
    def price(self) -> Decimal:
        each = sum((model.credits for model in self.models), Decimal(0))
        return each * self.count * len(self.sizes) * self.prompts

    @property
    def filled(self) -> Iterator[Filled]:
        return self.template.filled(self.values)

    @property
    def wishes(self) -> Wishes:
        jobs = list(self._jobs())
        return Wishes(
            template=self.text,
            wishes=[wish for wish, _ in jobs],
            labels=[label for _, label in jobs],
            choices=self.choices,
        )

    @property
    def choices(self) -> dict[str, object]:
        return {
            "models": [model.name for model in self.models],
            "sizes": list(self.sizes),
            "count": self.count,
            "blanks": {name: "\n".join(values) for name, values in self.values.items()},
        }

    def _jobs(self) -> Iterator[tuple[Wish, str]]:
        """The models last, so that they stand beside each other."""
        for filled in self.filled:
            for size in self.sizes:
                for model in self.models:
                    wish = Wish(prompt=filled.text, model=model, size=size, count=self.count)
                    yield wish, self._label(filled, size, model)

    def _label(self, filled: Filled, size: str, model: FluxModel) -> str:
        """What sets one job apart from the others."""
        choices = [model.label] if len(self.models) > 1 else []
        choices += [words.size(size)] if len(self.sizes) > 1 else []
        lines = [words.shortened(filled.label, 80), " · ".join(choices)]
        return "\n".join(filter(None, lines))


class PlanForm(WishForm):
    also_model = forms.ModelMultipleChoiceField(
        FluxModel.objects.for_generating(),
        to_field_name="name",
        required=False,
        error_messages={"invalid_choice": GONE},
    )
    also_size = forms.MultipleChoiceField(
        choices=[(size, size) for size in SIZES],
        required=False,
        error_messages={"invalid_choice": "%(value)s is not one of the sizes."},
    )
    blanks = forms.CharField(required=False)  # carries what is wrong with any of them

    def clean(self) -> None:
        super().clean()
        if self.errors:
            return
        for check in (self._check_values, self._check_sizes, self._check_prompts):
            if not self.errors:
                check()

    @cached_property
    def template(self) -> Template:
        text = str(self["prompt"].value() or "").replace("\r\n", "\n")
        return blanks.parse(text[:LONGEST_PROMPT])  # a longer one is refused, and not read

    def text_of(self, name: str) -> str:
        """What stands in the field of a blank."""
        if self.is_bound:
            return without_nul(self.data.get(BLANK + name, ""))
        kept: Mapping[str, str] = self.initial.get("blanks") or {}
        return kept.get(name, "")

    @property
    def plan(self) -> Plan:
        """Of a form without a mistake in its prompt, models, sizes and count."""
        values: dict[str, Any] = self.cleaned_data
        template = blanks.parse(values["prompt"])
        return Plan(
            text=values["prompt"],
            template=template,
            values={name: blanks.values_of(self.text_of(name)) for name in template.names},
            models=tuple(dict.fromkeys([values["model"], *values["also_model"]])),
            sizes=tuple(dict.fromkeys([values["size"], *values["also_size"]])),
            count=values["count"],
        )

    def _check_values(self) -> None:
        long = [name for name in self.template.names if len(self.text_of(name)) > LONGEST_VALUES]
        if long:
            self.add_error("blanks", TOO_LONG.format(f"{{{long[0]}}}", LONGEST_VALUES))
            return
        empty = [f"{{{name}}}" for name, values in self.plan.values.items() if not values]
        if empty:
            self.add_error("blanks", VALUES.format(" and ".join(empty)))

    def _check_sizes(self) -> None:
        for model in self.plan.models:
            for size in self.plan.sizes:
                if model.size_problem(size):
                    self.add_error(
                        "also_size",
                        f"{model.label} does not take the size {words.size(size)}. "
                        "Leave out the model or the size.",
                    )
                    return

    def _check_prompts(self) -> None:
        plan, limit = self.plan, settings.FLUX_MAX_BATCH
        if plan.jobs > limit:
            self.add_error("prompt", too_many_jobs(plan, limit))
        elif any(len(filled.text) > LONGEST_PROMPT for filled in plan.filled):
            self.add_error(
                "prompt", f"With its blanks filled in, a prompt is longer than {LONGEST_PROMPT:,}."
            )


def without_nul(text: object) -> str:
    """Of what no field has checked: the one character that PostgreSQL can't keep."""
    return str(text).replace("\0", "")


def too_many_jobs(plan: Plan, limit: int) -> str:
    if plan.jobs > BEYOND_WORDS:
        return f"This makes more than {BEYOND_WORDS:,} jobs, and {limit} go into one batch."
    return (
        f"This makes {plan.jobs:,} jobs for {words.in_credits(plan.price)}, and {limit} go into "
        "one batch. Take away some of the values, models or sizes."
    )
