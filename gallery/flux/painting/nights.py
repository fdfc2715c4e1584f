"""The city after dark, lights out of focus, a planet."""

import math
from collections.abc import Iterator

from PIL import Image, ImageChops

from gallery.flux.painting.canvas import (
    BLACK,
    WHITE,
    Canvas,
    Colour,
    Point,
    Stencil,
    box,
    calc,
    disc,
    down,
    mix,
    row,
    span,
    tint,
)
from gallery.flux.painting.family import Family, word_set
from gallery.flux.painting.waters import mirror, stars


def city(c: Canvas) -> None:
    """Rows of towers with lit windows, above still water."""
    high, low, far, near, lamp = c.palette
    shore = round(c.h * c.rng.uniform(0.7, 0.78))
    c.fill(down((c.w, shore), (high, mix(high, low, 0.4), low)).resize(c.size))
    stars(c, 120, 0.4)
    c.light(mix(low, lamp, 0.3), c.glow(c.w * c.rng.uniform(0.2, 0.8), shore, c.h * 0.7, 0.85))
    tall, rows = min(c.h, 1250 * c.unit), 4
    for number in range(rows):
        share = number / (rows - 1)
        towers = list(_towers(c, shore, tall * (0.5 - 0.24 * share), 70 + 36 * share))
        colour = mix(far, near, share)
        _facades(c, towers, colour, mix(colour, low, 0.45 * (1 - share)), shore)
        _windows(c, towers, lamp, 0.16 + 0.5 * share)
    c.light(lamp, c.cut(box(-2, shore - 5 * c.unit, c.w + 2, shore)).soft(14 * c.unit).faint(0.6))
    mirror(c, shore, near, dim=0.3, blur=22)


Tower = tuple[int, int, int, int]


def _towers(c: Canvas, shore: int, tall: float, wide: float) -> Iterator[Tower]:
    """Left, top, right and bottom of each, with a step or a mast here and there."""
    x = -c.rng.uniform(0, 60) * c.unit
    while x < c.w:
        w = wide * c.unit * c.rng.uniform(0.55, 1.5)
        top = shore - tall * c.rng.uniform(0.35, 1) ** 1.3
        yield round(x), round(top), round(x + w), shore
        if c.rng.random() < 0.35:
            inset = w * c.rng.uniform(0.15, 0.3)
            step = c.unit * c.rng.uniform(14, 44)
            yield round(x + inset), round(top - step), round(x + w - inset), round(top)
        if c.rng.random() < 0.2:
            mast, thin = round(x + w / 2), max(1, round(c.unit))
            yield mast - thin, round(top - 90 * c.unit), mast + thin, round(top)
        x += w * c.rng.uniform(0.85, 1.25)


def _facades(c: Canvas, towers: list[Tower], colour: Colour, foot: Colour, shore: int) -> None:
    """A flat front, and a narrow side in shadow."""
    paint = down((c.w, shore), (colour, colour, mix(colour, foot, 0.5), foot)).resize(c.size)
    c.lay(paint, c.cut(*(box(*tower) for tower in towers)))
    sides = [(t[0] + (t[2] - t[0]) * 0.72, t[1], t[2], t[3]) for t in towers]
    c.shade((150, 150, 165), c.cut(*(box(*side) for side in sides)))


def _windows(c: Canvas, towers: list[Tower], lamp: Colour, share: float) -> None:
    """A grid on each front, some of it lit: whole floors, single rooms."""
    wide, tall = max(2, round(5 * c.unit)), max(3, round(7 * c.unit))
    rooms = [room for tower in towers for room in _rooms(c, tower, wide, tall, share)]
    bright, dim = rooms[: len(rooms) * 2 // 3], rooms[len(rooms) * 2 // 3 :]
    for windows, strength in ((bright, 0.6 + 0.4 * share), (dim, 0.35)):
        if windows:
            stencil = c.cut(*windows)
            c.light(lamp, stencil.faint(strength))
            c.light(lamp, stencil.soft(6 * c.unit).faint(0.6 * share))


def _rooms(c: Canvas, tower: Tower, wide: int, tall: int, share: float) -> list[list[Point]]:
    left, top, right, bottom = tower
    life = c.rng.uniform(0.15, 0.6) * share * 1.3
    lit = []
    for y in range(top + tall * 2, bottom - tall, tall * 2):
        chance = 1 if c.rng.random() < 0.05 else life
        for x in range(left + wide * 2, right - wide * 2, wide * 2 + 1):
            if c.rng.random() < chance:
                lit.append(box(x, y, x + wide - 1, y + tall - 1))
    c.rng.shuffle(lit)
    return lit


def bokeh(c: Canvas) -> None:
    """Lights far out of focus."""
    high, low, *lamps = c.palette
    c.fill(down(c.size, (high, mix(high, low, 0.6), low)))
    c.light(low, Stencil(span(c.noise(2, 3, detail=8), 0.35, 1)).faint(0.6))
    line = c.rng.uniform(0.35, 0.7) * c.h
    lean = c.rng.uniform(-0.35, 0.35)
    for count, size, share in ((26, 105, 0.2), (46, 60, 0.34), (60, 30, 0.5), (50, 11, 0.8)):
        for _ in range(round(count * max(0.8, c.w / c.h) ** 0.5)):
            x = c.rng.uniform(-0.05, 1.05) * c.w
            y = line + lean * (x - c.w / 2) + c.rng.gauss(0, 0.17) * c.h
            _light(c, x, y, size * c.unit * c.rng.uniform(0.55, 1.15), c.rng.choice(lamps), share)
    c.vignette(0.45)


def _light(c: Canvas, x: float, y: float, radius: float, colour: Colour, share: float) -> None:
    """A soft disc with a brighter rim, now and then hidden in part."""
    share *= c.rng.uniform(0.4, 1)
    whole = c.cut(disc(x, y, radius))
    inner = c.cut(disc(x, y, radius * 0.93)).soft(radius * 0.1)
    blur = radius * c.rng.choice((0.03, 0.03, 0.2))
    c.light(colour, whole.soft(max(blur, 0.6)).faint(share))
    c.shade(mix(colour, WHITE, 0.55), inner.faint(share * 0.35))


def planet(c: Canvas) -> None:
    """A banded world with rings, among stars."""
    night, nebula, dark, light, ring = c.palette
    c.fill(night)
    cloud = c.noise(2.2, 5, detail=4)
    c.light(nebula, Stencil(span(cloud, 0.45, 1.25)))
    c.light(mix(nebula, light, 0.4), Stencil(span(cloud, 0.78, 1.6)))
    stars(c, 420, 1)
    radius = min(c.w, c.h) * c.rng.uniform(0.29, 0.36)
    x, y = c.w * c.rng.uniform(0.42, 0.58), c.h * c.rng.uniform(0.42, 0.52)
    tilt = c.rng.uniform(-0.5, 0.5) or 0.3
    has_ring = c.rng.random() < 0.7
    c.light(light, c.glow(x - radius * 0.3, y - radius * 0.3, radius * 2.4, 0.25))
    rings = _rings(c, x, y, radius, tilt) if has_ring else None
    if rings:
        c.lay(tint(rings.mask, (ring, mix(ring, WHITE, 0.4))), rings)
    _globe(c, (x, y, radius, tilt), (dark, mix(dark, light, 0.5), light, mix(light, WHITE, 0.5)))
    if rings:
        _ring_front(c, rings, (x, y, radius, tilt), ring)
    _moon(c, x, y, radius, light)


Globe = tuple[float, float, float, float]


def _globe(c: Canvas, place: Globe, stops: tuple[Colour, ...]) -> None:
    """Bands that wind along the latitude, under one light from the upper left."""
    x, y, radius, tilt = place
    side = round(radius * 2)
    bands = row(c.line(side, 7, 3)).resize((side, side))
    bands = bands.transpose(Image.Transpose.TRANSPOSE)
    swirl = Canvas((side, side), (), c.rng.randbytes(4).hex()).noise(4, 4, stretch=5)
    mixed = calc(lambda a: a["b"] * 0.72 + a["s"] * 0.28, b=bands, s=swirl)
    face = tint(span(mixed, 0.1, 0.9), stops).rotate(math.degrees(-tilt), Image.Resampling.BICUBIC)
    light = _sphere_light(side)
    lit = ImageChops.multiply(face, Image.merge("RGB", [light] * 3))
    at = (round(x - radius), round(y - radius))
    c.lay(
        lit,
        Stencil(c.cut(disc(radius, radius, radius - 1)).mask.crop((1, 1, side + 1, side + 1)), at),
    )


def _sphere_light(side: int) -> Image.Image:
    """The lit part of a ball as a grey picture."""
    line = row([(step + 0.5) / side * 2 - 1 for step in range(side)]).resize((side, side))
    field = calc(
        lambda a: a["max"](
            a["max"](1 - a["x"] * a["x"] - a["y"] * a["y"], 0) ** 0.5 * 0.62
            - a["x"] * 0.58
            - a["y"] * 0.5,
            0,
        ),
        x=line,
        y=line.transpose(Image.Transpose.TRANSPOSE),
    )
    return span(field, -0.03, 0.86)


def _rings(c: Canvas, x: float, y: float, radius: float, tilt: float) -> Stencil:
    """Thin rings with gaps, seen at a low angle."""
    flat = c.rng.uniform(0.16, 0.3)
    outlines: list[tuple[float, int]] = []
    size = 2.15
    while size > 1.3:
        outlines.append((size, c.rng.choice((0, 60, 110, 170, 215, 240))))
        size -= c.rng.uniform(0.01, 0.06)
    outlines.append((1.3, 0))
    whole = c.cut(disc(x, y, radius * 2.16, radius * 2.16 * flat, tilt))
    mask = Image.new("L", whole.mask.size)
    for size, value in outlines:
        band = c.cut(disc(x, y, radius * size, radius * size * flat, tilt))
        mask.paste(value, (band.at[0] - whole.at[0], band.at[1] - whole.at[1]), band.mask)
    return Stencil(mask, whole.at)


def _ring_front(c: Canvas, rings: Stencil, place: Globe, colour: Colour) -> None:
    """The half of the rings that passes before the globe, with its shadow on it."""
    x, y, radius, tilt = place
    globe = c.cut(disc(x, y, radius - 1))
    reach = radius * 3
    dx, dy = math.cos(tilt) * reach, math.sin(tilt) * reach
    near: list[Point] = [(x - dx, y - dy), (x + dx, y + dy), (x + dx - dy, y + dy + dx)]
    near.append((x - dx - dy, y - dy + dx))
    front = rings.within(c.cut(near))
    c.shade(BLACK, front.moved(0, radius * 0.1).soft(2).within(globe).faint(0.6))
    c.lay(tint(front.mask, (colour, mix(colour, WHITE, 0.4))), front)


def _moon(c: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    angle = c.rng.uniform(-2.6, -0.5)
    size = radius * c.rng.uniform(0.08, 0.15)
    mx, my = x + math.cos(angle) * radius * 1.5, y + math.sin(angle) * radius * 1.35
    side = max(6, round(size * 2))
    shape = c.cut(disc(size, size, size - 0.5)).mask.resize((side, side))
    face = tint(_sphere_light(side), (BLACK, mix(colour, WHITE, 0.5)))
    c.lay(face, Stencil(shape, (round(mx - size), round(my - size))))


FAMILIES = (
    Family(
        name="city",
        words=word_set(
            "city skyline street town building buildings tower towers skyscraper urban "
            "architecture downtown tokyo york london paris berlin metropolis office "
            "cyberpunk roof bridge canal"
        ),
        palettes=(
            "night blue: #0d1540 #5a66b4 #3a4a92 #090d22 #ffd48a",
            "dusk orange warm: #3a2857 #f08a5d #6e4a63 #150f22 #ffcf87",
            "night teal: #062430 #3a949a #226470 #04141a #ffb27a",
            "purple pink neon: #1a0b3b #c24a9b #4b2670 #0d0620 #7df3ff",
            "dawn morning pink: #6f86b8 #f7c9b6 #8d88a8 #2a2c45 #fff0c0",
        ),
        paint=city,
    ),
    Family(
        name="bokeh",
        words=word_set(
            "bokeh lights light rain party glow blur blurred neon festival "
            "club lantern lanterns candle candles fireworks traffic"
        ),
        palettes=(
            "night purple pink: #0d0b26 #3a1d4d #ff8fb1 #ffc48a #8fb5ff #c59bff",
            "warm orange gold night: #1a0d08 #5a2a12 #ffb347 #ff7e3d #ffe0a3 #e05a2b",
            "blue cold night: #04101f #0f3a5c #6fd3ff #3d8bff #c8f0ff #7de0c8",
            "green forest: #06140d #1d4a2c #b8e986 #5fd08a #f4f1a6 #3fa37a",
            "red christmas: #14060a #4a0f1c #ff5c5c #ffb199 #ffd76e #8ad6a0",
        ),
        paint=bokeh,
    ),
    Family(
        name="planet",
        words=word_set(
            "planet planets space saturn jupiter mars galaxy cosmos cosmic universe "
            "astronaut rocket orbit moon alien nebula spaceship scifi"
        ),
        palettes=(
            "warm orange: #04060f #1c2348 #4a2113 #e9b77a #d9c3a1",
            "blue cold: #03060f #12305c #0d2d5e #86c5f0 #cfe2f5",
            "purple pink: #080414 #3b1a5a #3c1458 #f08fb5 #e6c4f0",
            "green teal: #020c0c #0f3d42 #0e3a35 #8fe0b5 #cdeee0",
            "red: #0a0406 #401322 #4c0f14 #f27a54 #f0b39a",
        ),
        paint=planet,
    ),
)
