"""The composer as the page shows it: choices, what is chosen, what it costs, what is wrong."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html_join

from gallery import words
from gallery.flux import catalog
from gallery.forms import CUSTOM, SAME, WishForm
from gallery.models import FluxModel, Generation
from gallery.tiles import shape_of

FIRST_SIZE = "1:1"
# The pixel sizes that a form offers, with the rules under which a model takes each.
PIXELS = {
    size: " ".join(
        rule.value
        for rule in (catalog.SizeRule.PRESETS, catalog.SizeRule.PIXELS)
        if not catalog.size_problem(rule, size)
    )
    for size in dict.fromkeys(catalog.PIXEL_PRESETS + catalog.PIXEL_EXAMPLES)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    name: str
    label: str
    hint: str  # what it is good at, how long it takes, what it costs
    price: str
    units: int  # ten-thousandths of a credit, for the script that adds up
    rule: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChoice:
    value: str
    label: str
    title: str
    shape: str
    rules: str = ""  # empty: every model takes it
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    prompt: str
    models: tuple[ModelChoice, ...]
    ratios: tuple[SizeChoice, ...]
    pixels: tuple[SizeChoice, ...]
    is_own_size: bool
    width: str
    height: str
    count: str
    total: str
    token: str
    errors: Mapping[str, str]


def first_values(last: Generation | None, *, prompt: str = "") -> dict[str, object]:
    """What a form begins with: a prompt, and the choices of the newest or the chosen job."""
    if last is None:
        return {"prompt": prompt, "size": FIRST_SIZE, "count": 1}
    return {"prompt": prompt, "model": last.model_name, "size": last.size, "count": last.count}


def composer_of(form: WishForm) -> Composer:
    values = {name: str(form[name].value() or "") for name in form.fields}
    size, width, height = _size(values)
    models = _models(form.offered(), values["model"])
    return Composer(
        prompt=values["prompt"],
        models=models,
        ratios=tuple(_ratio(ratio, size) for ratio in catalog.RATIOS),
        pixels=tuple(_pixels(pixels, rules, size) for pixels, rules in PIXELS.items()),
        is_own_size=size == CUSTOM,
        width=width,
        height=height,
        count=values["count"],
        total=_total(models, values["count"]),
        token=_token(values["form_token"]),
        errors={
            name.replace("__all__", "form"): format_html_join(" ", "{}", ((one,) for one in found))
            for name, found in form.errors.items()
        },
    )


def _size(values: Mapping[str, str]) -> tuple[str, str, str]:
    """The size that is chosen, and what stands in the fields for one's own."""
    size = values["size"]
    if size in (CUSTOM, SAME) or size in catalog.RATIOS or size in PIXELS:
        return size, values["width"] or "1024", values["height"] or "768"
    width, _, height = size.partition("x")
    return CUSTOM, width, height


def _models(offered: Iterable[FluxModel], chosen: str) -> tuple[ModelChoice, ...]:
    models = list(offered)
    if chosen not in {model.name for model in models} and models:
        chosen = next((model.name for model in models if model.is_default), models[0].name)
    return tuple(_model(model, is_chosen=model.name == chosen) for model in models)


def _model(model: FluxModel, *, is_chosen: bool) -> ModelChoice:
    price = f"{words.in_credits(model.credits)} a picture"
    return ModelChoice(
        name=model.name,
        label=model.label,
        hint=f"{model.good_at}. About {model.seconds}\u00a0s, {price}.",
        price=words.credits(model.credits),
        units=int(model.credits * 10_000),
        rule=model.size_rule,
        is_chosen=is_chosen,
    )


def _ratio(ratio: str, chosen: str) -> SizeChoice:
    width, height = catalog.shape(ratio)
    return SizeChoice(
        value=ratio,
        label=ratio,
        title=f"{ratio}, about {width} × {height}",
        shape=shape_of(width, height),
        is_chosen=ratio == chosen,
    )


def _pixels(size: str, rules: str, chosen: str) -> SizeChoice:
    width, height = catalog.shape(size)
    return SizeChoice(
        value=size,
        label=f"{width} × {height}",
        title=f"{width} × {height} pixels",
        shape=shape_of(width, height),
        rules=rules,
        is_chosen=size == chosen,
    )


def _total(models: tuple[ModelChoice, ...], count: str) -> str:
    try:
        number = int(count)
    except ValueError:
        number = 1
    each = next((model.units for model in models if model.is_chosen), 0)
    return words.in_credits(Decimal(each * number) / 10_000)


def _token(sent: str) -> str:
    """The same while nothing came of it; a new one in the place of what is no token."""
    try:
        return str(uuid.UUID(sent))
    except ValueError:
        return str(uuid.uuid4())
