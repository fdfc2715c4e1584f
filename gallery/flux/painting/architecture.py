"""Sunlit walls with an opening to the sky, stairs, and a ball."""

import math

from gallery.flux.painting.canvas import WHITE, Canvas, Colour, Point, Stencil, box, down, mix
from gallery.flux.painting.family import Family, word_set
from gallery.flux.painting.studio import ball, drum, shadow, tones


def arches(c: Canvas) -> None:
    """An opening in a wall, stairs on one side, a ball on the other."""
    wall, floor, high, low, accent = c.palette
    dark = mix(wall, (40, 20, 60), 0.55)
    ground = c.h * c.rng.uniform(0.68, 0.74)
    c.fill(down(c.size, (mix(wall, WHITE, 0.1), wall, mix(wall, dark, 0.12))))
    lower = c.cut(box(-2, ground, c.w + 2, c.h + 2))
    c.lay(down(lower.mask.size, (mix(floor, dark, 0.16), floor, mix(floor, WHITE, 0.2))), lower)
    side = c.rng.choice((1, -1))
    half = min(c.w * 0.2, c.h * 0.16)
    x = c.w * (0.5 - side * c.rng.uniform(0.02, 0.1))
    _openings(c, (x, ground), half, (mix(wall, dark, 0.3), mix(wall, dark, 0.62)), (high, low))
    _stairs(c, (x + side * half * 1.5, ground), half, side, (wall, floor, dark))
    _ball_and_column(c, (x - side * half * 1.65, ground), half, (accent, floor, dark))
    c.light(mix(wall, WHITE, 0.4), c.glow(c.w * 0.15, 0, max(c.size), 0.35))


def _arch(x: float, base: float, half: float, tall: float) -> list[Point]:
    steps = [math.pi * n / 48 for n in range(49)]
    top = [(x - half * math.cos(a), base - tall - half * math.sin(a)) for a in steps]
    return [(x - half, base), *top, (x + half, base)]


def _openings(
    c: Canvas, at: Point, half: float, stone: tuple[Colour, Colour], sky: tuple[Colour, Colour]
) -> None:
    """Arch in arch, each a step deeper, the sky in the last, and the light that falls through."""
    x, ground = at
    depth = c.rng.choice((1, 2, 3))
    tall = half * c.rng.uniform(1.7, 2.2)
    for step in range(depth):
        hole = c.cut(_arch(x, ground, half * (1 - step * 0.17), tall * (1 - step * 0.1)))
        colour = mix(*stone, step / 3)
        c.lay(down(hole.mask.size, (mix(colour, stone[1], 0.4), colour)), hole)
    last = c.cut(_arch(x, ground, half * (1 - depth * 0.17), tall * (1 - depth * 0.1)))
    c.lay(down(last.mask.size, (sky[0], mix(*sky, 0.5), sky[1])), last)
    _heaven(c, x, ground, half, last)
    spill = [(x - half * 0.6, ground), (x + half * 0.6, ground)]
    spill += [(x + half * 1.9, c.h + 9), (x + half * 0.2, c.h + 9)]
    c.light(sky[1], c.cut(spill).soft(half * 0.06).faint(0.4))


def _heaven(c: Canvas, x: float, ground: float, half: float, hole: Stencil) -> None:
    """A sun, or just the brightness above the horizon."""
    if c.rng.random() < 0.5:
        c.light(WHITE, c.glow(x, ground, half * 2, 0.45).within(hole))
        return
    y = ground - half * c.rng.uniform(0.9, 1.6)
    c.light(WHITE, c.glow(x + half * 0.15, y, half * 1.1, 0.5).within(hole))
    c.light(WHITE, c.glow(x + half * 0.15, y, half * 0.34, 3).within(hole))


def _stairs(
    c: Canvas, at: Point, half: float, side: int, colours: tuple[Colour, Colour, Colour]
) -> None:
    """Steps that climb out of the picture, with a lit top and a shaded front each."""
    (x, ground), (wall, floor, dark) = at, colours
    wide, tall, deep = half * 0.42, half * 0.3, half * 0.2
    foot, end = ground + half * 0.5, x + side * c.w * 1.1
    shade = box(min(x, end), ground - 4, max(x, end), ground + half * 0.9)
    c.shade(dark, c.cut(shade).soft(half * 0.15).faint(0.35))
    front = mix(mix(wall, floor, 0.6), dark, 0.12 if side > 0 else 0.3)
    for n in range(max(4, round((c.w / 2 + half) / wide))):
        left, top = x + side * n * wide, foot - (n + 1) * tall
        c.lay(front, c.cut([(left, top), (end, top), (end, foot), (left, foot)]))
        lid = [(left, top), (end, top), (end, top - deep)]
        c.lay(mix(floor, WHITE, 0.5), c.cut([*lid, (left + deep * side * 0.6, top - deep)]))


def _ball_and_column(
    c: Canvas, at: Point, half: float, colours: tuple[Colour, Colour, Colour]
) -> None:
    (x, ground), (accent, floor, dark) = at, colours
    radius = half * c.rng.uniform(0.36, 0.5)
    foot = ground + half * c.rng.uniform(0.35, 0.6)
    if c.rng.random() < 0.6:
        tall = half * c.rng.uniform(0.9, 1.6)
        shadow(c, x, foot, radius * 0.9, tall, dark)
        drum(c, x, foot - tall, radius * 0.85, tall, tones(mix(floor, WHITE, 0.3)))
        ball(c, x, foot - tall - radius * 0.6, radius * 0.68, tones(accent))
    else:
        shadow(c, x, foot, radius, 0, dark)
        ball(c, x, foot - radius * 0.86, radius, tones(accent))


FAMILIES = (
    Family(
        name="arches",
        words=word_set(
            "arch arches door stairs staircase architecture house temple palace desert "
            "courtyard surreal dream minimal villa pool museum hall church portal"
        ),
        palettes=(
            "pink orange warm day: #eab29c #f2ded0 #7fb2cc #d9ecf2 #e2543b",
            "purple: #b9adc9 #e6e0ea #8fa0d9 #f2d9e2 #6a45b8",
            "blue cold: #8fb0cc #dbe6ee #2f5f9a #cfe6f2 #f0a53f",
            "yellow orange warm desert: #e8b45c #f6e2bd #4a90b8 #d6eef2 #b8402a",
            "night blue dark: #2c3768 #4a5590 #0b1030 #e08fa8 #f2c46b",
            "green teal: #8fb8a2 #e3ece0 #f2c9a0 #fbeedb #d9643f",
        ),
        paint=arches,
    ),
)
