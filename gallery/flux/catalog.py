"""The models as they are first offered: what each can do, which sizes it takes, what it costs."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# About one megapixel each, in multiples of 32.
_SHAPES = {
    "21:9": (1568, 672),
    "16:9": (1344, 768),
    "3:2": (1248, 832),
    "4:3": (1152, 864),
    "1:1": (1024, 1024),
    "3:4": (864, 1152),
    "2:3": (832, 1248),
    "9:16": (768, 1344),
    "9:21": (672, 1568),
}
RATIOS: tuple[str, ...] = tuple(_SHAPES)
PIXEL_PRESETS: tuple[str, ...] = ("1024x1024", "1024x1792", "1792x1024")
PIXEL_EXAMPLES: tuple[str, ...] = ("1024x1024", "1440x960", "960x1440")
PIXELS_MIN, PIXELS_MAX, PIXELS_STEP = 256, 1440, 32
MAX_COUNT = 4

_PIXELS = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")


class SizeRule(StrEnum):
    RATIOS = "ratios"
    PRESETS = "ratios_and_presets"
    PIXELS = "ratios_and_pixels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    name: str
    label: str
    good_at: str
    can_generate: bool = True
    can_edit: bool = True
    size_rule: SizeRule
    credits: Decimal
    seconds: int
    is_on: bool = True


def sizes(rule: SizeRule) -> tuple[str, ...]:
    """What a form offers; a PIXELS model takes others beside these."""
    pixels = {SizeRule.RATIOS: (), SizeRule.PRESETS: PIXEL_PRESETS, SizeRule.PIXELS: PIXEL_EXAMPLES}
    return RATIOS + pixels[rule]


def size_problem(rule: SizeRule, size: str) -> str:
    """Say in plain words what is wrong with a size and how to mend it; empty when it is fine."""
    if size in sizes(rule):
        return ""
    if not size:
        return "Choose a size."
    if rule is SizeRule.PIXELS:
        return _pixel_problem(size)
    return f"This model does not take the size {size}. Use one of {', '.join(sizes(rule))}."


def shape(size: str) -> tuple[int, int]:
    """The width and height to expect in pixels. Raises ValueError for what is no known size."""
    if size in _SHAPES:
        return _SHAPES[size]
    match = _PIXELS.fullmatch(size)
    if match is None or 0 in map(int, match.groups()):
        raise ValueError(f"{size!r} is neither a known ratio nor width x height in pixels")
    return int(match[1]), int(match[2])


def nearest_ratio(width: int, height: int) -> str:
    """The ratio whose shape is most like this one; longer and shorter sides weigh the same."""

    def distance(ratio: str) -> float:
        wide, high = _SHAPES[ratio]
        return max(width * high / (height * wide), height * wide / (width * high))

    return min(RATIOS, key=distance)


def _pixel_problem(size: str) -> str:
    match = _PIXELS.fullmatch(size)
    if match is None:
        return (
            f"Use a ratio ({', '.join(RATIOS)}) or width x height in pixels, for example 1024x768."
        )
    return _side_problem("width", int(match[1])) or _side_problem("height", int(match[2]))


def _side_problem(side: str, value: int) -> str:
    if not PIXELS_MIN <= value <= PIXELS_MAX:
        return f"Use a {side} between {PIXELS_MIN} and {PIXELS_MAX} pixels."
    if value % PIXELS_STEP == 0:
        return ""
    below = value - value % PIXELS_STEP
    return (
        f"Use a multiple of {PIXELS_STEP} for the {side}. "
        f"The nearest are {below} and {below + PIXELS_STEP}."
    )


# Known from charges: flux-dev and flux-kontext-pro. The rest of the first generation stands to
# flux-kontext-pro, the dearer of the two, as in the provider's own dollar table. The prices of
# flux-2-* are nowhere stated: a guess on the high side, so that a hold is seldom too small. What is
# charged in the end is what the answer says.
OFFERS: tuple[Offer, ...] = (
    Offer(
        name="flux-dev",
        label="Flux Dev",
        good_at="Quick and cheap: drafts, ideas, variations",
        size_rule=SizeRule.PRESETS,
        credits=Decimal("0.216"),
        seconds=10,
    ),
    Offer(
        name="flux-pro",
        label="Flux Pro",
        good_at="Finished pictures with fine detail",
        size_rule=SizeRule.PRESETS,
        credits=Decimal("0.536"),
        seconds=20,
    ),
    Offer(
        name="flux-pro-1.1",
        label="Flux Pro 1.1",
        good_at="Finished pictures in your own pixel size",
        can_edit=False,
        size_rule=SizeRule.PIXELS,
        credits=Decimal("0.423"),
        seconds=15,
    ),
    Offer(
        name="flux-pro-1.1-ultra",
        label="Flux Pro 1.1 Ultra",
        good_at="Large pictures, up to 4 megapixels",
        can_edit=False,
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.649"),
        seconds=25,
    ),
    Offer(
        name="flux-kontext-pro",
        label="Flux Kontext Pro",
        good_at="Edits that keep the rest of the picture",
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.423"),
        seconds=20,
    ),
    Offer(
        name="flux-kontext-max",
        label="Flux Kontext Max",
        good_at="The most exact edits, and lettering",
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.846"),
        seconds=30,
    ),
    Offer(
        name="flux-2-pro",
        label="Flux 2 Pro",
        good_at="The newer family: photographs and long prompts",
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.423"),
        seconds=20,
    ),
    Offer(
        name="flux-2-max",
        label="Flux 2 Max",
        good_at="The best of the newer family, and the slowest",
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.846"),
        seconds=30,
    ),
    Offer(
        name="flux-2-flex",
        label="Flux 2 Flex",
        good_at="Lettering and layouts",
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.635"),
        seconds=15,
    ),
    # Named by the provider's schema, absent from its guides: off until an admin has tried it.
    Offer(
        name="flux-2-klein",
        label="Flux 2 Klein",
        good_at="The fastest of the newer family",
        can_edit=False,
        size_rule=SizeRule.RATIOS,
        credits=Decimal("0.216"),
        seconds=6,
        is_on=False,
    ),
)
