"""What the composer can do beyond one wish, as the page shows it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from accounts.models import Person
from gallery import words
from gallery.composer import PIXELS, Composer, ModelChoice
from gallery.flux import catalog
from gallery.models import FluxModel
from gallery.plans import BEYOND_WORDS, COUNTS, Plan, PlanForm, too_many_jobs

ONE_EACH = ("model", "size")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoSize:
    value: str
    label: str
    rules: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoModel:
    choice: ModelChoice
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankField:
    name: str
    id: str
    text: str
    is_wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All prompts and the price of everything; or why that can't be told."""

    prompts: tuple[str, ...]
    number: str  # of prompts, for the script that adds up
    sum: str  # 3 prompts × 2 models
    jobs: str
    total: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    models: tuple[AlsoModel, ...]
    sizes: tuple[AlsoSize, ...]
    blanks: tuple[BlankField, ...]
    preview: Preview | None
    total: str
    is_open: bool

    @property
    def names(self) -> str:
        """Of the blanks that have fields, for the comparison with those that are typed."""
        return "|".join(blank.name for blank in self.blanks)


def more_of(form: PlanForm, composer: Composer, *, is_sent: bool = True) -> More:
    """While it is only looked at, what is still empty is no mistake."""
    also = {name: [str(key) for key in form[f"also_{name}"].value() or ()] for name in ONE_EACH}
    preview = preview_of(form) if form.is_bound else None
    if is_sent and preview and preview.problem:
        preview = None  # it stands at the top already
    return More(
        models=tuple(
            AlsoModel(choice=model, is_chosen=model.name in also["model"])
            for model in composer.models
        ),
        sizes=tuple(_sizes(also["size"])),
        blanks=tuple(_blanks(form, is_sent=is_sent)),
        preview=preview,
        total=preview.total if preview and preview.total else _total(form, composer, also),
        is_open=any(also.values()) or bool({"also_size", "also_model"} & form.errors.keys()),
    )


def _blanks(form: PlanForm, *, is_sent: bool) -> Iterator[BlankField]:
    for place, name in enumerate(form.template.names):
        text = form.text_of(name)
        is_wrong = is_sent and "blanks" in form.errors and not text.strip(" ,\r\n")
        yield BlankField(name=name, id=f"blank-{place}", text=text, is_wrong=is_wrong)


def preview_of(form: PlanForm) -> Preview | None:
    """None for a single wish, and for a form that does not say enough."""
    if {"prompt", "model", "size", "count", "also_model", "also_size"} - form.cleaned_data.keys():
        return _problem(form)
    plan = form.plan
    if not form.template.blanks and plan.jobs == 1:
        return None
    limit = settings.FLUX_MAX_BATCH
    if plan.jobs > limit:
        return _empty(too_many_jobs(plan, limit))
    problem = " ".join(map(str, form.errors.get("blanks", ())))
    if problem:
        return _empty(problem)
    return Preview(
        prompts=tuple(filled.text for filled in plan.filled),
        number=str(plan.prompts),
        sum=_sum(plan),
        jobs=_several(plan.jobs, "job"),
        total=words.in_credits(plan.price),
        problem="",
    )


def _problem(form: PlanForm) -> Preview | None:
    """What keeps the prompts from being told, where more than one wish was meant."""
    wrong = [form.errors[name] for name in ("also_size", "also_model") if name in form.errors]
    if form.template.blanks and "prompt" in form.errors:
        wrong.append(form.errors["prompt"])
    return _empty(" ".join(str(each) for found in wrong for each in found)) if wrong else None


def _empty(problem: str) -> Preview:
    return Preview(prompts=(), number="", sum="", jobs="", total="", problem=problem)


def _sum(plan: Plan) -> str:
    factors = [
        _several(plan.prompts, "prompt"),
        _several(len(plan.models), "model"),
        _several(len(plan.sizes), "size"),
        _several(plan.count, "picture"),
    ]
    kept = [factor for factor in factors if not factor.startswith("1 ")]
    return " × ".join(kept or factors[:1])


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _sizes(chosen: Iterable[str]) -> Iterator[AlsoSize]:
    every = " ".join(rule.value for rule in catalog.SizeRule)
    for size in (*catalog.RATIOS, *PIXELS):
        yield AlsoSize(
            value=size,
            label=words.size(size),
            rules=PIXELS.get(size, every),
            is_chosen=size in chosen,
        )


def _total(form: PlanForm, composer: Composer, also: dict[str, list[str]]) -> str:
    """Of a form that nobody has sent yet; a single wish's price stands in the composer."""
    names = {model.name for model in composer.models if model.is_chosen} | set(also["model"])
    units = sum(model.units for model in composer.models if model.name in names)
    sizes = len({str(form["size"].value()), *also["size"]})
    number = _prompts(form)
    if number is None or composer.count not in COUNTS:
        return composer.total
    return words.in_credits(Decimal(units * sizes * int(composer.count) * number) / 10_000)


def _prompts(form: PlanForm) -> int | None:
    values = {name: form.text_of(name).splitlines() for name in form.template.names}
    number = form.template.number(values)
    return None if number > BEYOND_WORDS else max(1, number)


def offered(names: Iterable[str], person: Person | None = None) -> tuple[list[str], list[str]]:
    """Those of the models that are on offer, and the labels of the others."""
    wanted = list(names)
    rows = FluxModel.objects.filter(name__in=wanted)
    usable = rows.usable_by(person) if person else rows
    on = set(usable.for_generating().values_list("name", flat=True))
    labels = dict(rows.values_list("name", "label"))
    gone = [labels.get(name, name) for name in wanted if name not in on]
    return [name for name in wanted if name in on], gone


def values_of(
    prompt: str, choices: dict[str, object], *, person: Person | None = None
) -> tuple[dict[str, object], list[str]]:
    """What a form begins with to ask for the same again, and the models that are gone."""
    models, gone = offered(_texts(choices.get("models")), person)
    sizes = _texts(choices.get("sizes"))
    values = {
        "prompt": prompt,
        "model": models[0] if models else "",
        "also_model": models[1:],
        "size": sizes[0] if sizes else "1:1",
        "also_size": sizes[1:],
        "count": choices.get("count", 1),
        "blanks": choices.get("blanks") or {},
    }
    return values, gone


def _texts(found: object) -> list[str]:
    return [str(each) for each in found] if isinstance(found, list) else []
