"""What a storm will be, drawn from its seed alone: who asks for what, and what befalls the site."""

from dataclasses import dataclass
from random import Random

from storm_harm import HARMS, Harm
from storm_people import MARK, Deed

PEOPLE = 3
LENGTH = 8.0  # seconds in which people ask; what lasts longer ends a little later
# What a wish may bring with it.
TROUBLES = (
    "fault:cut-after*1",
    "fault:reset-after*1",
    "fault:cut-middle*1",
    "fault:cut-before*1",
    "fault:500-before*1",
    "fault:500-after*1",
    "fault:504-after*1",
    "fault:hang",
    "fault:hang=2",
    "fault:hang-before=2 fault:cut-before*1",
    "fault:full",
    "fault:accepted",
    "fault:ndjson",
    "fault:slow=3",
    "fault:never",
    "fault:unknown",
    "fault:snapshot",
    "fault:bare",
    "fault:fail",
    "fault:fail-bare",
    "fault:moderated",
    "fault:moderated-400",
    "fault:fewer",
    "fault:no-cost",
    "fault:jpg",
    "fault:webp",
    "fault:picture-404=2",
    "fault:picture-500=2",
    "fault:picture-cut",
    "fault:picture-slow=1",
    "fault:picture-redirect",
    "fault:picture-html",
    "fault:picture-empty",
    "fault:picture-huge",
    "fault:picture-bomb",
    "fault:picture-private",
    "fault:picture-private=http://169.254.169.254/latest/meta-data/",
    "fault:picture-loop",
    "fault:picture-gone",
    "fault:callback-never",
    "fault:callback-twice",
    "fault:callback-early",
    "fault:callback-forged",
)


@dataclass(frozen=True, slots=True)
class Blow:
    at: float
    harm: Harm
    lot: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    deeds: tuple[Deed, ...]
    blows: tuple[Blow, ...]

    @property
    def mark(self) -> str:
        """How every prompt of it begins."""
        return mark_of(self.seed)


def mark_of(seed: int) -> str:
    return f"{MARK} {seed} "


def drawn(seed: int, *, is_scaled: bool, is_stored: bool = False, cuts_power: bool = True) -> Plan:
    lots = Random(seed)  # noqa: S311 - it has to be repeatable
    deeds = [_deed(lots, seed, number) for number in range(lots.randint(6, 11))]
    harms = [
        harm
        for harm in HARMS
        if (is_scaled or not harm.is_scaled)
        and (is_stored or not harm.is_stored)
        and (cuts_power or not harm.cuts_power)
    ]
    weights = [harm.weight for harm in harms]
    blows = [_blow(lots, harm) for harm in lots.choices(harms, weights, k=lots.randint(4, 8))]
    return Plan(
        seed,
        tuple(sorted(deeds, key=lambda deed: deed.at)),
        tuple(sorted(blows, key=lambda blow: blow.at)),
    )


def last_wish(seed: int, who: int) -> Deed:
    """What somebody asks for when the storm is over."""
    words = f"{mark_of(seed)}afterwards {who}"
    return Deed(at=0, who=who, prompts=(words,), words=words)


def _deed(lots: Random, seed: int, number: int) -> Deed:
    kind = lots.choices(["single", "batch", "edit"], [6, 2, 2])[0]
    trouble = lots.choice(TROUBLES) if lots.random() < 0.6 else ""
    start = f"{mark_of(seed)}{number}"
    prompts = tuple(f"{start} {part} {trouble}".rstrip() for part in _parts(lots, kind))
    between = " {" + "|".join(_words_between(prompts, start, trouble)) + "} "
    return Deed(
        at=lots.uniform(0, LENGTH),
        who=lots.randrange(PEOPLE),
        prompts=prompts,
        words=f"{start}{between}{trouble}".rstrip() if len(prompts) > 1 else prompts[0],
        count=1 if kind == "edit" else lots.choice([1, 1, 2, 3]),
        is_edit=kind == "edit",
        is_taken_back=lots.random() < 0.2,
    )


def _parts(lots: Random, kind: str) -> list[str]:
    colours = ["red", "green", "blue", "grey"]
    return colours[: lots.randint(2, 4)] if kind == "batch" else [lots.choice(colours)]


def _words_between(prompts: tuple[str, ...], start: str, trouble: str) -> list[str]:
    return [prompt.removeprefix(start).removesuffix(trouble).strip() for prompt in prompts]


def _blow(lots: Random, harm: Harm) -> Blow:
    return Blow(lots.uniform(0, LENGTH), harm, lots.random(), lots.uniform(*harm.lasts))
