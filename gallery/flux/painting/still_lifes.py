"""Vessels on plinths, and many balls."""

import math

from gallery.flux.painting.canvas import (
    BLACK,
    WHITE,
    Canvas,
    Colour,
    Point,
    disc,
    mix,
)
from gallery.flux.painting.family import Family, word_set
from gallery.flux.painting.plants import leaf_sprite, place
from gallery.flux.painting.studio import (
    Profile,
    backdrop,
    ball,
    drum,
    shadow,
    tones,
    turned,
    window_light,
)

# Half the width of a vessel, at even steps from its mouth to its foot.
SHAPES: tuple[tuple[float, ...], ...] = (
    (0.52, 0.6, 0.82, 0.97, 1.0, 0.93, 0.76, 0.6),
    (0.34, 0.32, 0.36, 0.66, 0.96, 1.0, 0.84, 0.5),
    (0.78, 0.72, 0.74, 0.84, 0.97, 1.0, 0.9, 0.68),
    (0.3, 0.3, 0.3, 0.34, 0.72, 0.98, 0.94, 0.62),
    (0.6, 0.92, 1.0, 0.94, 0.8, 0.66, 0.54, 0.5),
)


def vase(c: Canvas) -> None:
    """A vessel on a plinth, something beside it, light from the left."""
    wall, floor, glaze, stone, accent = c.palette
    dark = mix(wall, (24, 18, 34), 0.62)
    backdrop(c, wall, floor, 0.62)
    if c.rng.random() < 0.55:
        window_light(c, 0.6, mix(wall, WHITE, 0.75))
    elif c.rng.random() < 0.5:
        c.lay(mix(wall, accent, 0.5), c.cut(disc(c.w * 0.5, c.h * 0.36, c.unit * 250)))
    size = min(c.w * 0.25, c.h * 0.19)
    x, foot = c.w * c.rng.uniform(0.42, 0.54), c.h * 0.81
    plinth = size * c.rng.uniform(0.5, 0.8)
    shadow(c, x, foot, size * 1.12, plinth, dark)
    drum(c, x, foot - plinth, size * 1.12, plinth, tones(stone))
    _vessel(c, x, foot - plinth, size, glaze, accent, dark)
    _fruit(c, x, foot, size, accent, dark)


def _vessel(
    c: Canvas, x: float, base: float, size: float, glaze: Colour, accent: Colour, dark: Colour
) -> None:
    tall = size * c.rng.uniform(1.75, 2.15)
    half = size * c.rng.uniform(0.62, 0.76)
    c.shade(
        dark, c.cut(disc(x + half * 0.2, base, half * 0.95, half * 0.2)).soft(half * 0.1).faint(0.6)
    )
    shape = c.rng.choice(SHAPES)
    base -= size * 0.02
    flutes = c.rng.choice((0, 0, 14, 20, 26))
    turned(c, (x, base - tall), (half, tall), _smooth(shape), tones(glaze), flutes)
    stems = c.rng.random()
    if stems < 0.75:
        grow = _branches if stems < 0.4 else _blossoms
        grow(c, (x, base - tall), size, accent, dark)


def _smooth(values: tuple[float, ...]) -> Profile:
    """A curve through values at even steps (Catmull-Rom)."""
    last = len(values) - 1

    def at(share: float) -> float:
        place_ = min(max(share, 0), 1) * last
        n = min(int(place_), last - 1)
        t = place_ - n
        a, b, d, e = (values[min(max(n + k, 0), last)] for k in (-1, 0, 1, 2))
        return b + 0.5 * t * (d - a + t * (2 * a - 5 * b + 4 * d - e + t * (3 * (b - d) + e - a)))

    return at


def _branches(c: Canvas, mouth: Point, size: float, accent: Colour, dark: Colour) -> None:
    """Leafy twigs."""
    green = mix(mix(accent, (88, 120, 84), 0.7), dark, 0.12)
    sprites = [leaf_sprite(c, green), leaf_sprite(c, mix(green, dark, 0.3))]
    for lean in (-0.55, -0.1, 0.34):
        lean += c.rng.uniform(-0.12, 0.12)
        twig = _stem(mouth, size * c.rng.uniform(1.3, 1.8), lean)
        c.lay(mix(green, BLACK, 0.45), c.cut(_thick(twig, size * 0.018)))
        for n, (x, y) in enumerate(twig[6::2]):
            turn = lean * 1.6 + (1.05 if n % 2 else -1.05) * c.rng.uniform(0.7, 1.1)
            tall = size * 0.5 * (1 - n / 16)
            spot = (x + math.sin(turn) * tall * 0.42, y - math.cos(turn) * tall * 0.42)
            place(c, sprites[n % 2], spot, tall, turn, mix(dark, WHITE, 0.45))


def _blossoms(c: Canvas, mouth: Point, size: float, accent: Colour, dark: Colour) -> None:
    """Round flower heads on thin stems."""
    for lean in (-0.5, -0.2, 0.12, 0.45):
        stem = _stem(mouth, size * c.rng.uniform(0.9, 1.55), lean + c.rng.uniform(-0.08, 0.08))
        c.lay(mix((76, 98, 66), dark, 0.3), c.cut(_thick(stem, size * 0.02)))
        x, y = stem[-1]
        head = size * c.rng.uniform(0.17, 0.23)
        for n in range(34):
            reach = head * math.sqrt(1 - n / 34)
            spot = (x + math.cos(n * 2.4) * reach * 0.85, y + math.sin(n * 2.4) * reach * 0.8)
            bright = mix(accent, WHITE, 0.12 + 0.3 * n / 34)
            ball(c, *spot, head * 0.36, tones(mix(bright, dark, 0.16 * (1 - n / 34))))


def _stem(mouth: Point, tall: float, lean: float) -> list[Point]:
    steps = [n / 16 for n in range(17)]
    return [
        (mouth[0] + lean * tall * s**1.4, mouth[1] + 2 - tall * s * (1 - 0.12 * s)) for s in steps
    ]


def _thick(line: list[Point], half: float) -> list[Point]:
    return [(x - half, y) for x, y in line] + [(x + half, y) for x, y in reversed(line)]


def _fruit(c: Canvas, x: float, foot: float, size: float, accent: Colour, dark: Colour) -> None:
    """One or two lemons, or balls, on the floor beside the plinth; the far one first."""
    flat = c.rng.choice((0.82, 0.82, 1.0))
    side = c.rng.choice((1, 1, -1))
    near = size * c.rng.uniform(0.22, 0.28)
    at, y = x + side * (size * 1.36 + near * 0.4), foot + size * 0.2
    spots = [(at, y, near)]
    if c.rng.random() < 0.65:
        spots.insert(0, (at + side * near * 1.5, y - near * 0.75, near * 0.8))
    for at, y, radius in spots:
        shadow(c, at, y + radius * 0.6 * flat, radius, 0, dark)
    for at, y, radius in spots:
        ball(c, at, y, radius, tones(accent), flat)


def spheres(c: Canvas) -> None:
    """Many balls, the near ones larger."""
    ground, *inks = c.palette
    dark = mix(ground, (16, 12, 34), 0.66)
    backdrop(c, ground, mix(ground, WHITE, 0.12), 0.4)
    spots: list[tuple[float, float, float]] = []
    while len(spots) < 34:
        spots.append(_spot(c))
    for x, y, radius in sorted(spots, key=lambda spot: spot[1] + spot[2]):
        base = y + radius * 0.86
        c.shade(
            dark,
            c.cut(disc(x + radius * 0.75, base, radius * 1.15, radius * 0.34, -0.2))
            .soft(radius * 0.2)
            .faint(0.6),
        )
        ball(c, x, y, radius, tones(c.rng.choice(inks)))


def _spot(c: Canvas) -> tuple[float, float, float]:
    """Small ones anywhere, large ones rarely and low."""
    size = c.rng.random() ** 2.2
    lean = c.rng.gauss(0, 0.24)
    across, along = c.rng.gauss(0.5, 0.24), c.rng.gauss(0.55, 0.16) + lean * 0.15
    near = 0.6 + 0.7 * min(max(along, 0), 1)
    return c.w * across, c.h * along, c.unit * (26 + 120 * size) * near


FAMILIES = (
    Family(
        name="vase",
        words=word_set(
            "vase vases ceramic ceramics pottery bowl jug cup still life product bottle "
            "lemon lemons fruit table interior room plinth pedestal glass food coffee "
            "perfume chair lamp sculpture"
        ),
        palettes=(
            "white grey quiet day warm: #b9ada1 #d9cbbd #f2ece2 #e6e0d8 #f2c230",
            "orange red warm: #b8512f #cf6a42 #2746b8 #e9dcc9 #f2cf3f",
            "green dark night: #2c352c #3d4436 #ecd3b0 #55594a #e08f7c",
            "blue white cold: #6f8fb0 #a9bfd2 #f4f4f0 #dfe6ec #f0a04b",
            "pink: #e2a9a4 #f0c9bf #a8324a #f6e4da #f7d9a0",
            "teal: #1f5a60 #2f7b7c #f3d9b8 #d9e4dc #f2785c",
            "purple: #6d5a94 #9a86bd #f4e9da #d8cfe6 #f2c14e",
        ),
        paint=vase,
    ),
    Family(
        name="spheres",
        words=word_set(
            "sphere spheres ball balls bubble bubbles orb marble marbles candy toy toys "
            "balloon balloons 3d render abstract"
        ),
        palettes=(
            "white red yellow day: #e9e7e3 #ec5a3c #f5b82e #1d2f6f #f3f1ec",
            "dark night purple: #1d1d24 #7b5cf0 #f1f1f5 #2c2f3a #35c99a",
            "pink warm: #f3c9c0 #e0527a #fbe3d3 #8a2f5a #f7a072",
            "teal blue cold: #bcd9d6 #146b72 #f2f4ee #f2a541 #0e3a52",
            "green quiet: #d8dcc8 #4f7a4a #f1eedd #d99a3e #27422f",
        ),
        paint=spheres,
    ),
)
