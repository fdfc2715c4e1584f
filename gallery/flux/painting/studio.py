"""What stands in a painter's studio: backdrops, turned vessels, balls, and their shadows."""

import math
from collections.abc import Callable, Sequence
from functools import cache

from PIL import Image

from gallery.flux.painting.canvas import (
    BLACK,
    WHITE,
    Canvas,
    Colour,
    Point,
    Stencil,
    calc,
    disc,
    down,
    mix,
    row,
    span,
    tint,
)

FOOT = 0.21  # how round the foot and the mouth of a turned body look from above
SKIN = 256  # half the width of the unrolled surface of a turned body
Profile = Callable[[float], float]


def backdrop(c: Canvas, wall: Colour, floor: Colour, line: float) -> None:
    """A wall that bends into the floor without an edge, lit from the left."""
    stops = [mix(wall, BLACK, 0.16), wall, mix(wall, WHITE, 0.07), mix(wall, floor, 0.4)]
    stops += [mix(floor, BLACK, 0.06), floor, mix(floor, WHITE, 0.1), floor]
    top, bend = c.h * line, c.h * 0.1
    c.fill(down((c.w, round(top + bend)), stops[:5]).resize(c.size))
    c.image.paste(down((c.w, round(top + bend)), stops[:5]), (0, 0))
    c.image.paste(down((c.w, c.h - round(top + bend)), stops[4:]), (0, round(top + bend)))
    c.light(mix(wall, WHITE, 0.5), c.glow(c.w * 0.2, c.h * 0.3, max(c.size) * 0.8, 0.3))
    c.shade(mix(wall, BLACK, 0.3), c.glow(c.w * 1.05, c.h * 0.5, max(c.size) * 0.7, 0.5))


def window_light(c: Canvas, line: float, colour: Colour) -> None:
    """Four panes of sun on the wall, leaning."""
    x, y = c.w * c.rng.uniform(0.42, 0.62), c.h * line * c.rng.uniform(0.12, 0.25)
    wide, tall = 150 * c.unit, min(210 * c.unit, c.h * line * 0.4)
    lean = 0.45
    gap = 16 * c.unit
    panes: list[list[Point]] = []
    for column, floor in ((0, 0), (0, 1), (1, 0), (1, 1)):
        left, right = (x + (column + end) * wide + column * gap for end in (0, 1))
        top = y + floor * (tall + gap)
        one, two = top + (left - x) * lean, top + (right - x) * lean
        panes.append([(left, one), (right, two), (right, two + tall), (left, one + tall)])
    c.light(colour, c.cut(*panes).soft(7 * c.unit).faint(0.38))


def shadow(c: Canvas, x: float, y: float, wide: float, tall: float, dark: Colour) -> None:
    """On the floor: long and soft to the right, and close beneath."""
    far = disc(x + wide * 0.75, y - tall * 0.05, wide * 1.35, wide * 0.2, -0.06)
    c.shade(dark, c.cut(far).soft(wide * 0.2).faint(0.6))
    c.shade(
        dark,
        c.cut(disc(x + wide * 0.12, y, wide * 1.06, wide * 0.27)).soft(wide * 0.07).faint(0.65),
    )


def turned(
    c: Canvas,
    at: Point,
    size: tuple[float, float],
    profile: Profile,
    tones: Sequence[Colour],
    flutes: int = 0,
) -> None:
    """A body as from a lathe: `profile` gives the half width from top (0) to foot (1)."""
    x, top = at
    half, tall = round(size[0]), round(size[1])
    radii = [max(0.02, profile(step / tall)) for step in range(tall + 1)]
    stencil = c.cut(_silhouette(x, top, half, tall, radii))
    radii += [radii[-1]] * math.ceil(half * radii[-1] * FOOT + 2)
    skin = _skin(radii, flutes)
    body = skin.transform((half * 2, skin.height), Image.Transform.MESH, _wrap(radii, half), 2)
    paint = Image.new("RGB", stencil.mask.size, tones[0])
    paint.paste(tint(body, tones), (round(x - half) - stencil.at[0], round(top) - stencil.at[1]))
    c.lay(paint, stencil)
    _mouth(c, x, top, half * radii[0], tones)


def _skin(radii: list[float], flutes: int) -> Image.Image:
    """Light on the unrolled surface, with a margin on both sides."""
    tall = len(radii) - 1
    across = row([_round_light(x / SKIN * 1.04, flutes) for x in range(-SKIN, SKIN)])
    falls = [radii[min(y + 4, tall)] - radii[max(y - 4, 0)] for y in range(tall)]
    foot = math.ceil(tall * 0.97)
    falls[foot:] = [falls[foot - 1]] * (tall - foot)
    along = [
        0.95 + 0.32 * math.tanh(fall * tall / 60) - 0.14 * y / tall for y, fall in enumerate(falls)
    ]
    size = (SKIN * 2, tall)
    line = row(along).transpose(Image.Transpose.TRANSPOSE).resize(size)
    return span(calc(lambda a: a["x"] * a["y"], x=across.resize(size), y=line), 0, 1.05)


def _round_light(u: float, flutes: int) -> float:
    """Light on a pillar at u (-1 left edge, 1 right edge), from the left and the front."""
    angle = math.asin(max(-1, min(1, u)))
    if flutes:
        angle += 0.42 * math.sin(flutes * angle) * math.cos(angle) ** 0.4
    facing = max(0.0, math.cos(angle + 0.72))
    back = 0.1 * max(0.0, math.sin(angle)) ** 3
    return 0.16 + 0.74 * math.pow(facing, 1.15) + 0.22 * math.pow(facing, 24) + back


Mesh = list[tuple[tuple[int, int, int, int], tuple[float, ...]]]


def _wrap(radii: list[float], half: int) -> Mesh:
    """Pull each band of the skin in to the width of the body there."""
    mesh: Mesh = []
    tall = len(radii) - 1
    for y in range(0, tall, 2):
        below = min(y + 2, tall)
        one, two = SKIN / 1.04 / radii[y], SKIN / 1.04 / radii[below]
        quad = (SKIN - one, y, SKIN - two, below, SKIN + two, below, SKIN + one, y)
        mesh.append(((0, y, half * 2, below), quad))
    return mesh


def _silhouette(x: float, top: float, half: int, tall: int, radii: list[float]) -> list[Point]:
    """Both sides, closed by a round foot."""
    left = [(x - half * r, top + y) for y, r in enumerate(radii)]
    right = [(x + half * r, top + y) for y, r in enumerate(radii)]
    foot = half * radii[-1]
    steps = [math.pi * step / 32 for step in range(33)]
    base = [(x - foot * math.cos(a), top + tall + foot * FOOT * math.sin(a)) for a in steps]
    return left + base + right[::-1]


def _mouth(c: Canvas, x: float, top: float, half: float, tones: Sequence[Colour]) -> None:
    lip = half * FOOT
    c.lay(tones[-1], c.cut(disc(x, top, half, lip)))
    inside = c.cut(disc(x, top + lip * 0.08, half * 0.9, lip * 0.82))
    c.lay(down(inside.mask.size, (mix(tones[0], BLACK, 0.45), tones[0])), inside)


def drum(
    c: Canvas, x: float, top: float, half: float, tall: float, tones: Sequence[Colour]
) -> None:
    """A round plinth."""
    turned(c, (x, top), (half, tall), lambda _: 1, tones)
    lid = c.cut(disc(x, top, half, half * FOOT))
    c.lay(down(lid.mask.size, (mix(tones[-1], WHITE, 0.25), tones[-1])), lid)


def ball(
    c: Canvas, x: float, y: float, radius: float, tones: Sequence[Colour], flat: float = 1
) -> None:
    """A lit ball; `flat` below 1 presses it into a lemon."""
    side = max(4, round(radius * 2))
    size = (side, max(3, round(side * flat)))
    face = tint(_ball_light().resize(size, Image.Resampling.BICUBIC), tones)
    edge = c.cut(disc(side / 2, size[1] / 2, side / 2 - 0.5, size[1] / 2 - 0.5))
    mask = Image.new("L", size)
    mask.paste(edge.mask, edge.at)
    c.lay(face, Stencil(mask, (round(x - radius), round(y - size[1] / 2))))


@cache
def _ball_light() -> Image.Image:
    """Light on a ball from the upper left, a highlight, and some light thrown back from below."""
    line = row([(step + 0.5) / 256 - 1 for step in range(512)]).resize((512, 512))
    place = {"x": line, "y": line.transpose(Image.Transpose.TRANSPOSE)}
    z = calc(lambda a: a["max"](1 - a["x"] * a["x"] - a["y"] * a["y"], 0) ** 0.5, **place)
    facing = calc(lambda a: a["max"](a["z"] * 0.66 - a["x"] * 0.45 - a["y"] * 0.6, 0), z=z, **place)
    shine = calc(
        lambda a: a["max"](a["z"] * 0.84 - a["x"] * 0.33 - a["y"] * 0.44, 0) ** 40, z=z, **place
    )
    bounce = calc(
        lambda a: a["max"](a["y"] * 0.8 + a["x"] * 0.3, 0) ** 2 * (1 - a["z"]), z=z, **place
    )
    light = calc(
        lambda a: a["f"] * 0.74 + 0.15 + a["s"] * 0.4 + a["b"] * 0.22, f=facing, s=shine, b=bounce
    )
    return span(light, 0, 1.06)


def tones(colour: Colour) -> tuple[Colour, ...]:
    """From the shadow of a colour to its highlight."""
    dark = mix(mix(colour, BLACK, 0.62), (30, 20, 60), 0.25)
    return dark, mix(colour, BLACK, 0.3), colour, mix(colour, WHITE, 0.3), mix(colour, WHITE, 0.8)
