"""Single things that an edit adds to a picture."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import ImageStat

from gallery.flux.painting.canvas import (
    BLACK,
    WHITE,
    Canvas,
    Colour,
    Point,
    Stencil,
    colours,
    disc,
    mix,
)
from gallery.flux.painting.studio import ball, shadow, tones

PAINTS = colours("#e2543b #f2b43a #2f6fb0 #2f8f7f #8a5fc9 #f08fa5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    words: str
    paint: Callable[[Canvas], None]


def moon(c: Canvas) -> None:
    """A full moon with its halo."""
    x, y, radius = c.w * c.rng.choice((0.2, 0.8)), c.h * 0.16, 52 * c.unit
    c.light((150, 180, 235), c.glow(x, y, radius * 6, 0.5))
    c.lay((240, 240, 232), c.cut(disc(x, y, radius)).soft(1.2 * c.unit))
    seas = [
        disc(x + math.cos(n) * radius * 0.45, y + math.sin(n * 1.7) * radius * 0.5, radius * 0.2)
        for n in range(5)
    ]
    c.shade((190, 190, 192), c.cut(*seas).soft(radius * 0.08).faint(0.7))
    stars(c)


def sun(c: Canvas) -> None:
    x, y, radius = c.w * c.rng.choice((0.22, 0.78)), c.h * 0.17, 56 * c.unit
    c.light((255, 190, 110), c.glow(x, y, radius * 9, 0.75))
    c.light((255, 236, 190), c.glow(x, y, radius * 3, 0.9))
    c.lay((255, 246, 220), c.cut(disc(x, y, radius)).soft(2 * c.unit))


def stars(c: Canvas) -> None:
    for _ in range(70):
        x, y = c.rng.random() * c.w, c.rng.random() ** 1.5 * c.h * 0.6
        c.light(WHITE, c.glow(x, y, c.unit * c.rng.uniform(2, 5), 1))


def birds(c: Canvas) -> None:
    """A flock that climbs to one side."""
    x, y = c.w * c.rng.uniform(0.25, 0.6), c.h * c.rng.uniform(0.16, 0.28)
    flock = []
    for n in range(15):
        size = c.unit * c.rng.uniform(11, 24) * (1.15 - n * 0.03)
        flock.append(_bird(c, x, y, size))
        x += c.unit * c.rng.uniform(8, 34) * (1 if n % 2 else -0.55)
        y += c.unit * c.rng.uniform(-20, 12)
    stencil = c.cut(*flock)
    c.lay((36, 36, 50) if _light_at(c, stencil) > 105 else (236, 236, 240), stencil.faint(0.92))


def _light_at(c: Canvas, stencil: Stencil) -> float:
    """The mean light of the place where something is to be laid."""
    return float(ImageStat.Stat(c.image.crop(stencil.bounds).convert("L")).mean[0])


def _bird(c: Canvas, x: float, y: float, size: float) -> list[Point]:
    """Two bent wings."""
    lift, lean = c.rng.uniform(0.25, 0.6), c.rng.uniform(-0.15, 0.15) * size
    return [
        (x - size, y - size * lift * 0.5 - lean),
        (x - size * 0.5, y - size * lift),
        (x, y),
        (x + size * 0.5, y - size * lift),
        (x + size, y - size * lift * 0.5 + lean),
        (x + size * 0.45, y - size * lift * 0.68),
        (x, y + size * 0.16),
        (x - size * 0.45, y - size * lift * 0.68),
    ]


def balloon(c: Canvas) -> None:
    """One hot-air balloon near, another far away."""
    side = c.rng.choice((0.24, 0.74))
    first, second = c.rng.sample(PAINTS, 2)
    _balloon(c, (c.w * (1 - side), c.h * 0.13), 30 * c.unit, (second, (246, 236, 220)))
    _balloon(c, (c.w * side, c.h * 0.25), 92 * c.unit, (first, (250, 242, 228)))


def _balloon(c: Canvas, at: Point, size: float, gores: tuple[Colour, Colour]) -> None:
    x, y = at
    outline = _envelope(x, y, size, 1)
    basket = [(x - size * 0.13, y + size * 1.42), (x + size * 0.13, y + size * 1.42)]
    basket += [(x + size * 0.1, y + size * 1.62), (x - size * 0.1, y + size * 1.62)]
    for rope in (-1, 1):
        foot = x + rope * size * 0.12
        line = [(x + rope * size * 0.26, y + size * 1.08), (foot, y + size * 1.44)]
        c.lay((60, 46, 38), c.cut([*line, (foot - size * 0.02, y + size * 1.44)]))
    c.lay((112, 74, 46), c.cut(basket))
    for n, share in enumerate((1, 0.82, 0.6, 0.36, 0.12)):
        c.lay(gores[n % 2], c.cut(_envelope(x, y, size, share)))
    whole = c.cut(outline)
    dark = c.glow(x + size * 0.9, y + size * 0.5, size * 1.7, 0.9).within(whole)
    c.shade((70, 50, 90), dark)
    c.light(WHITE, c.glow(x - size * 0.4, y - size * 0.4, size * 0.9, 0.55).within(whole))


def _envelope(x: float, y: float, size: float, share: float) -> list[Point]:
    """The outline of the balloon, or of its inner gores."""
    steps = [math.pi * n / 48 for n in range(49)]
    half = [
        (math.sin(a) * (1 if a < math.pi / 2 else 0.26 + 0.74 * math.sin(a) ** 0.8), -math.cos(a))
        for a in steps
    ]
    right = [(x + size * share * u, y + size * (v if v < 0 else v * 1.12)) for u, v in half]
    return right + [(2 * x - px, py) for px, py in reversed(right)]


def a_ball(c: Canvas) -> None:
    """A glossy ball in the foreground."""
    radius = min(c.size) * 0.085
    x, y = c.w * c.rng.choice((0.7, 0.8)), c.h * 0.86 - radius
    shadow(c, x, y + radius * 0.86, radius, 0, (60, 50, 70))
    ball(c, x, y, radius, tones(c.rng.choice(PAINTS)))


def lemons(c: Canvas) -> None:
    """Two lemons in the foreground, one behind the other."""
    radius = min(c.size) * 0.07
    x, y = c.w * c.rng.choice((0.68, 0.78)), c.h * 0.86 - radius
    for dx, dy, size in ((1.5, -0.7, 0.85), (0, 0, 1)):
        at, base = x + dx * radius, y + dy * radius
        shadow(c, at, base + radius * size * 0.7, radius * size, 0, (60, 50, 70))
        ball(c, at, base, radius * size, tones((242, 196, 48)), 0.82)


def snow(c: Canvas) -> None:
    """Flakes near and far."""
    for count, size, blur, share in ((260, 1.6, 0.6, 0.75), (90, 3.4, 1.4, 0.8), (22, 9, 5, 0.55)):
        sizes = [size * c.unit * c.rng.uniform(0.6, 1.4) for _ in range(count)]
        flakes = [disc(c.rng.random() * c.w, c.rng.random() * c.h, radius) for radius in sizes]
        c.light(WHITE, c.cut(*flakes).soft(blur * c.unit).faint(share))


def rain(c: Canvas) -> None:
    drops: list[list[Point]] = []
    for _ in range(420):
        x, y = c.rng.uniform(-0.1, 1) * c.w, c.rng.uniform(-0.1, 1) * c.h
        long, half = c.unit * c.rng.uniform(26, 70), c.unit * c.rng.uniform(0.5, 1.1)
        foot = x + long * 0.2
        drops.append([(x, y), (x + half, y), (foot + half, y + long), (foot, y + long)])
    c.light((205, 220, 235), c.cut(*drops).soft(0.7 * c.unit).faint(0.55))


def petals(c: Canvas) -> None:
    """Petals in the wind, the near ones out of focus."""
    for count, size, blur in ((34, 11, 0.5), (12, 22, 1.2), (4, 52, 7)):
        for _ in range(count):
            x, y = c.rng.random() * c.w, c.rng.random() * c.h
            long = size * c.unit * c.rng.uniform(0.7, 1.2)
            shape = c.cut(disc(x, y, long, long * c.rng.uniform(0.3, 0.6), c.rng.uniform(0, 3)))
            pink = mix((244, 150, 172), WHITE, c.rng.random() * 0.6)
            c.lay(pink, shape.soft(max(0.6, blur * c.unit)).faint(0.92))


def lanterns(c: Canvas) -> None:
    """Paper lanterns that rise."""
    for n in range(13):
        near = 0.35 + 0.65 * (n / 12) ** 2
        x, y = c.w * c.rng.uniform(0.05, 0.95), c.h * (0.08 + 0.62 * c.rng.random() * near)
        size = 30 * c.unit * near
        c.light((255, 150, 60), c.glow(x, y, size * 4, 0.55))
        body = [(x - size * 0.75, y - size), (x + size * 0.75, y - size)]
        body += [(x + size * 0.55, y + size), (x - size * 0.55, y + size)]
        shape = c.cut(body).soft(size * 0.08)
        c.lay((255, 176, 92), shape)
        c.light((255, 240, 190), c.glow(x, y + size * 0.5, size * 1.1, 0.9).within(shape))


def boat(c: Canvas) -> None:
    """A small sailing boat with a white sail."""
    x, y, size = c.w * c.rng.choice((0.3, 0.72)), c.h * 0.66, 62 * c.unit
    mirrored = c.cut(disc(x, y + size * 0.24, size * 1.1, size * 0.1)).soft(size * 0.1)
    c.shade(BLACK, mirrored.faint(0.5))
    hull = [(x - size, y), (x + size * 0.95, y), (x + size * 0.66, y + size * 0.24)]
    c.lay((70, 36, 30), c.cut([*hull, (x - size * 0.72, y + size * 0.24)]))
    foot = y - 4 * c.unit
    sail = [(x - 2, y - size * 1.9), (x - 2, foot), (x + size * 0.9, foot)]
    jib = [(x - 6, y - size * 1.5), (x - 6, foot), (x - size * 0.62, foot)]
    c.lay((250, 246, 236), c.cut(sail))
    c.lay((226, 84, 59), c.cut(jib))


ADDITIONS: dict[str, Addition] = {
    "moon": Addition(words="moon moonlight", paint=moon),
    "sun": Addition(words="sun sunny sunlight sunrise", paint=sun),
    "stars": Addition(words="star stars starry galaxy sparkle sparkles", paint=stars),
    "birds": Addition(words="bird birds flock seagull seagulls crane cranes eagle", paint=birds),
    "balloon": Addition(words="balloon balloons airship zeppelin", paint=balloon),
    "lemons": Addition(words="lemon lemons lime fruit citrus", paint=lemons),
    "ball": Addition(words="ball balls sphere orange oranges apple orb", paint=a_ball),
    "snow": Addition(words="snow snowy snowflakes winter", paint=snow),
    "rain": Addition(words="rain rainy storm", paint=rain),
    "petals": Addition(
        words="petal petals flower flowers blossom blossoms rose roses confetti", paint=petals
    ),
    "lanterns": Addition(words="lantern lanterns candle candles lights fireflies", paint=lanterns),
    "boat": Addition(words="boat boats ship ships sail sailboat yacht", paint=boat),
}
