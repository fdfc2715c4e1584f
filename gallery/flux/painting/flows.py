"""Ink that runs, and strokes that follow a current."""

import math

from PIL import Image

from gallery.flux.painting.canvas import (
    BLACK,
    WHITE,
    Canvas,
    Colour,
    Point,
    Stencil,
    calc,
    mix,
    span,
    tint,
    values,
)
from gallery.flux.painting.eddies import stirred
from gallery.flux.painting.family import Family, word_set


def ink(c: Canvas) -> None:
    """Colours poured into each other, with a wet shine."""
    small = Canvas((c.w // 2, c.h // 2), (), c.rng.randbytes(4).hex())
    field = small.noise(c.rng.uniform(1.2, 1.9), 2, detail=1)
    for cells, strength in ((1.3, 0.3), (2.2, 0.2), (3.6, 0.13), (6, 0.07)):
        field = stirred(small, field, cells, strength * c.rng.uniform(0.85, 1.25))
    fine = stirred(small, small.noise(40, 3, detail=1, stretch=3), 3, 0.1)
    field = calc(lambda a: a["f"] + (a["g"] - 0.5) * 0.05, f=field, g=fine)
    field = field.resize(c.size, Image.Resampling.BICUBIC)
    c.fill(tint(span(field, 0.06, 0.94), (*c.palette, *c.palette[-2:0:-1], *c.palette[:4])))
    _shine(c, field)


def _shine(c: Canvas, field: Image.Image) -> None:
    """Light from the upper left on the field as if it were a relief."""
    step = max(2, round(3 * c.unit))
    moved = field.copy()
    moved.paste(field, (step, step))
    slope = calc(lambda a: (a["f"] - a["m"]) * 9, f=field, m=moved)
    inside = Stencil(span(slope, 0.02, 0.42))
    c.light(mix(c.palette[-1], WHITE, 0.6), inside.faint(0.55))
    c.shade(mix(c.palette[0], BLACK, 0.4), Stencil(span(slope, -0.02, -0.45)).faint(0.6))


def flow(c: Canvas) -> None:
    """Long strokes, side by side along a current."""
    ground, *inks = c.palette
    c.fill(ground)
    angles, taken = _angles(c), bytearray(TAKEN * TAKEN)
    ribbons: dict[Colour, list[list[Point]]] = {colour: [] for colour in inks}
    for _ in range(1900):
        half = c.unit * c.rng.choice((1.6, 2.6, 4.2))
        line = _stroke(c, angles, taken)
        if len(line) > SHORTEST:
            ribbons[c.rng.choice(inks)].append(_ribbon(line, half))
    for colour, outlines in ribbons.items():
        c.lay(colour, c.cut(*outlines))


GRID = 96  # how finely the current is known
TAKEN = 220  # how finely it is known where strokes have been
SHORTEST = 6


def _angles(c: Canvas) -> list[float]:
    small = Canvas((GRID, GRID), (), c.rng.randbytes(4).hex())
    turns = c.rng.uniform(1.0, 1.7)
    start = c.rng.uniform(0, math.tau)
    return [start + value * math.tau * turns for value in values(small.noise(1.8, 2, detail=1))]


def _stroke(c: Canvas, angles: list[float], taken: bytearray) -> list[Point]:
    """Follow the current from anywhere to a place where another stroke has been."""
    (x, y), step = _anywhere(c), 9 * c.unit
    long = math.sqrt(c.w * c.h) / 0.6
    line: list[Point] = []
    mine: dict[int, None] = {}
    for _ in range(c.rng.randint(14, 46)):
        cell = _cell(x / c.w, y / c.h, TAKEN)
        if taken[cell] and cell not in mine:
            break
        mine[cell] = None
        line.append((x, y))
        angle = angles[_cell(x / long, y / long, GRID)]
        x, y = x + math.cos(angle) * step, y + math.sin(angle) * step
    for cell in mine if len(line) > SHORTEST else ():
        taken[cell] = 1
    return line


def _anywhere(c: Canvas) -> Point:
    return c.rng.uniform(-0.03, 1.03) * c.w, c.rng.uniform(-0.03, 1.03) * c.h


def _cell(x: float, y: float, count: int) -> int:
    """The index in a square grid over 0 to 1; what lies outside belongs to the edge."""
    across, along = (min(max(int(share * count), 0), count - 1) for share in (x, y))
    return along * count + across


def _ribbon(line: list[Point], half: float) -> list[Point]:
    """A line with body: thin at both ends."""
    left, right = [], []
    last = len(line) - 1
    for n, (x, y) in enumerate(line):
        (ax, ay), (bx, by) = line[max(n - 1, 0)], line[min(n + 1, last)]
        long = math.hypot(bx - ax, by - ay) or 1
        body = half * math.sin(math.pi * (0.06 + 0.9 * n / last)) ** 0.6
        dx, dy = -(by - ay) / long * body, (bx - ax) / long * body
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
    return left + right[::-1]


FAMILIES = (
    Family(
        name="ink",
        words=word_set(
            "ink marble fluid liquid abstract smoke swirl oil paint painting watercolour "
            "watercolor acrylic texture background wallpaper silk glass agate dream music "
            "jazz"
        ),
        palettes=(
            "blue orange: #0d1440 #1d3fa8 #3f7be0 #e9ebf2 #f08a5a #f6e3d0",
            "green teal: #04241f #0b5a47 #2f9a78 #bfe8cf #f4efdc #e0b878",
            "pink red warm: #3a0d2c #93264f #e0707c #f6c3ae #fdeedd #c95f6e",
            "purple night dark: #0c0724 #3a1a72 #7b4bd0 #d99af0 #fbe6f4 #5ad1e6",
            "red dark: #14060a #5a0f1c #c22f2a #f2a05a #fbe8c8 #2a0a12",
            "black white quiet paper: #101114 #3a3d44 #8b8f98 #d9dadd #f7f6f3 #b8a98e",
            "gold warm: #1a120c #5a3a1c #c08a3f #f2d9a0 #fbf4e4 #2c3a4a",
        ),
        paint=ink,
    ),
    Family(
        name="flow",
        words=word_set(
            "flow line lines wind grass feather feathers fur hair currents river stroke "
            "brush van gogh movement dance energy abstract speed running music animal dog "
            "cat horse bird lion fox bear"
        ),
        palettes=(
            "dark night teal orange: #10131c #f2a65a #e9e3d0 #2fa89a #3f7be0 #e0563f",
            "white paper quiet: #f4efe4 #1f3f6f #d9603f #3f8f8a #f0b84b #22242c",
            "green forest: #0f2420 #7fc29b #e6e2b8 #3f8f6a #d9a94a #1f5a4a",
            "pink purple: #241433 #f29ab0 #c06fd0 #fbe0d0 #7b5cf0 #f2b46a",
            "blue cold sea: #0b1d38 #6fb8e6 #dbeaf2 #2f6fc0 #9fe0d9 #f2c49a",
            "red warm: #2a0f12 #f2784b #f7d9a0 #d13b2f #8f1f3a #f2a65a",
        ),
        paint=flow,
    ),
)
