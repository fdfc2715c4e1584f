"""Leaves and flowers."""

import math

from PIL import Image, ImageChops

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
from gallery.flux.painting.family import Family, word_set
from gallery.flux.painting.papers import fibre

SPRITE = 480  # the height of one leaf or petal before it is placed


def leaves(c: Canvas) -> None:
    """Leaves that lie over each other, each with its shadow."""
    ground, dark, *tones = c.palette
    c.fill(down(c.size, (mix(ground, WHITE, 0.08), ground, mix(ground, BLACK, 0.12))))
    sprites = [leaf_sprite(c, tone) for tone in tones]
    count = 26
    lean = c.rng.uniform(-0.5, 0.5)
    for number in range(count):
        share = number / count
        x, y = _spread(c, number, count)
        tall = c.unit * (250 + 180 * share) * c.rng.uniform(0.75, 1.2)
        turn = lean + math.atan2(x - c.w / 2, c.h * 0.62 - y) + c.rng.uniform(-0.6, 0.6)
        place(c, c.rng.choice(sprites), (x, y), tall, turn, dark)
    fibre(c, 0.1)
    c.vignette(0.2)


def _spread(c: Canvas, number: int, count: int) -> Point:
    """Around the edge first, then nearer to the middle, evenly by the golden angle."""
    angle = number * 2.399963 + c.rng.uniform(-0.2, 0.2)
    reach = 0.62 - 0.34 * number / count
    return c.w * (0.5 + math.cos(angle) * reach), c.h * (0.5 + math.sin(angle) * reach)


def _leaf_outline(wide: float, tall: float, middle: float) -> list[Point]:
    steps = [step / 40 for step in range(41)]
    half = [wide / 2 * math.sin(math.pi * s**0.8) ** 0.9 for s in steps]
    left = [(middle - h, tall * (1 - s)) for s, h in zip(steps, half, strict=True)]
    return left + [(2 * middle - x, y) for x, y in reversed(left)]


Sprite = tuple[Image.Image, Image.Image]


def leaf_sprite(c: Canvas, tone: Colour) -> Sprite:
    """Picture and mask of one leaf: two halves of different light, and veins."""
    wide, tall = round(SPRITE * c.rng.uniform(0.36, 0.46)), SPRITE
    sheet = Canvas((wide + 8, tall), (), c.rng.randbytes(4).hex())
    middle = sheet.w / 2
    sheet.fill(down(sheet.size, (mix(tone, WHITE, 0.2), tone, mix(tone, BLACK, 0.22))))
    right = [(middle, 0), (sheet.w, 0), (sheet.w, tall), (middle, tall)]
    sheet.shade(mix(tone, BLACK, 0.1), sheet.cut(right).faint(0.45))
    veins = [_vein(middle, wide, tall, n / 11, side) for n in range(1, 11) for side in (-1, 1)]
    rib: list[Point] = [(middle - 3, tall), (middle, 0), (middle + 1, 0), (middle + 3, tall)]
    stencil = sheet.cut(*veins, rib)
    sheet.shade(BLACK, stencil.moved(2, 2).soft(3).faint(0.3))
    sheet.light(mix(tone, WHITE, 0.6), stencil.faint(0.5))
    return sheet.image, _whole(sheet, _leaf_outline(wide, tall - 2, middle))


def _whole(sheet: Canvas, outline: list[Point]) -> Image.Image:
    """A mask as large as the sheet."""
    shape = sheet.cut(outline)
    mask = Image.new("L", sheet.size)
    mask.paste(shape.mask, shape.at)
    return mask


def _vein(middle: float, wide: float, tall: float, at: float, side: int) -> list[Point]:
    y = tall * (1 - at * 0.9)
    end = (middle + side * wide * 0.52, y - tall * 0.15)
    bend = (middle + side * wide * 0.28, y - tall * 0.055)
    return [(middle, y), (bend[0], bend[1] - 1), end, (bend[0], bend[1] + 1.6), (middle, y + 3)]


def place(c: Canvas, sprite: Sprite, at: Point, tall: float, turn: float, dark: Colour) -> None:
    """Lay a sprite with its middle at a point, turned, above a soft shadow."""
    _lay(c, _sized(sprite, tall), at, turn, dark)


def _sized(sprite: Sprite, tall: float) -> Sprite:
    picture, mask = sprite
    size = (max(2, round(mask.width * tall / mask.height)), max(2, round(tall)))
    smooth = Image.Resampling.BICUBIC
    return picture.resize(size, smooth, reducing_gap=2), mask.resize(size, smooth, reducing_gap=2)


def _lay(c: Canvas, sprite: Sprite, at: Point, turn: float, dark: Colour) -> None:
    tall, angle = sprite[1].height, -math.degrees(turn)
    picture, mask = (part.rotate(angle, Image.Resampling.BILINEAR, expand=True) for part in sprite)
    corner = (round(at[0] - mask.width / 2), round(at[1] - mask.height / 2))
    stencil = Stencil(mask, corner)
    c.shade(dark, stencil.moved(tall * 0.03, tall * 0.045).soft(tall * 0.035).faint(0.7))
    c.lay(picture, stencil)


def blooms(c: Canvas) -> None:
    """Large flowers seen from above, ring of petals over ring."""
    ground, dark, *tones = c.palette
    c.fill(down(c.size, (mix(ground, WHITE, 0.06), ground, mix(ground, BLACK, 0.2))))
    green = leaf_sprite(c, mix(ground, (110, 150, 100), 0.45))
    for x, y, radius in _beds(c):
        for _ in range(4):
            angle = c.rng.uniform(0, math.tau)
            spot = (x + math.sin(angle) * radius, y - math.cos(angle) * radius)
            place(c, green, spot, radius * 1.1, angle, dark)
        _flower(c, x, y, radius, c.rng.choice(tones), dark)
    c.vignette(0.3)


def _beds(c: Canvas) -> list[tuple[float, float, float]]:
    """Where flowers stand: along the longer side, to and fro; the largest last."""
    reach = min(c.w, c.h)
    count = max(3, round(2.6 * max(c.w, c.h) / reach))
    spots = []
    for number in range(count):
        share = (number + 0.5) / count + c.rng.uniform(-0.05, 0.05)
        side = 0.5 + (0.24 if number % 2 else -0.22) + c.rng.uniform(-0.06, 0.06)
        x, y = (share, side) if c.w >= c.h else (side, share)
        spots.append((x * c.w, y * c.h, reach * c.rng.uniform(0.24, 0.38)))
    return sorted(spots, key=lambda spot: spot[2])


def _flower(c: Canvas, x: float, y: float, radius: float, tone: Colour, dark: Colour) -> None:
    rings, petals = c.rng.choice(((5, 15), (4, 11), (5, 18)))
    start = c.rng.uniform(0, math.tau)
    for ring in range(rings):
        share = ring / rings
        size = radius * (1 - share * 0.8)
        sprite = _petal_sprite(c, mix(tone, mix(tone, dark, 0.5), share * 0.7))
        shape = _sized(sprite, size * 0.95)
        count = max(6, round(petals * (1 - share * 0.4)))
        for petal in range(count):
            turn = start + ring * 0.21 + petal * math.tau / count
            spot = (x + math.sin(turn) * size * 0.56, y - math.cos(turn) * size * 0.56)
            _lay(c, shape, spot, turn, dark)
    _heart(c, x, y, radius * 0.2, dark, tone)


def _heart(c: Canvas, x: float, y: float, radius: float, dark: Colour, tone: Colour) -> None:
    c.shade(dark, c.cut(disc(x, y, radius)).soft(radius * 0.4).faint(0.8))
    c.lay(mix(dark, tone, 0.25), c.cut(disc(x, y, radius * 0.8)))
    seeds = [
        disc(
            x + math.cos(n * 2.399963) * radius * 0.8 * math.sqrt(n / 70),
            y + math.sin(n * 2.399963) * radius * 0.8 * math.sqrt(n / 70),
            radius * 0.055,
        )
        for n in range(70)
    ]
    c.light(mix((255, 214, 120), tone, 0.3), c.cut(*seeds).faint(0.85))


def _petal_sprite(c: Canvas, tone: Colour) -> Sprite:
    """Darker at its foot, lighter at the rim, with fine lines along it."""
    wide, tall = 128, 256
    lines = row(c.line(wide, 14, 2)).resize((wide, tall))
    rise = Image.linear_gradient("L").resize((wide, tall)).convert("F")
    light = calc(lambda a: 0.98 - a["y"] * (0.62 / 255) + a["l"] * 0.12, y=rise, l=lines)
    stops = (mix(tone, BLACK, 0.55), tone, mix(tone, WHITE, 0.42))
    sheet = Canvas((wide, tall), (), "petal")
    steps = [step / 40 for step in range(41)]
    half = [wide * 0.48 * math.sin(math.pi * s**1.5) ** 0.75 for s in steps]
    left = [(wide / 2 - h, tall * (1 - s * 0.98)) for s, h in zip(steps, half, strict=True)]
    mask = _whole(sheet, left + [(wide - x, y) for x, y in reversed(left)])
    return tint(span(light, 0.3, 1.08), stops), ImageChops.multiply(mask, mask)


FAMILIES = (
    Family(
        name="leaves",
        words=word_set(
            "leaf leaves botanical plant plants jungle garden fern tropical nature palm herb tea "
        ),
        palettes=(
            "green night dark: #12261f #040d0a #8fc9a8 #2f6b4f #d8b45a #4f9a74",
            "autumn warm orange: #eadfcb #5a3b22 #c8643c #8c3b22 #d99a4e #6b7a3f",
            "green quiet day: #eef0e4 #4a5a44 #7fa57a #3f6f54 #b9cf9f #2d4f43",
            "pink red: #f7e3df #6b2b3c #d96c7c #9c3350 #f2a9a0 #6f5a7a",
            "blue cold: #e4ecef #203447 #5f8fa8 #2f5673 #a9c9cf #1d3a52",
        ),
        paint=leaves,
    ),
    Family(
        name="blooms",
        words=word_set(
            "flower flowers bloom blooms blossom rose roses dahlia peony poppy tulip "
            "bouquet floral spring garden petal petals sunflower lotus orchid wedding"
        ),
        palettes=(
            "pink night dark: #1c1226 #0a0512 #f2a0b5 #e0607e #fbd6c4 #b04a8c",
            "red warm dark: #220d10 #0c0304 #e0402f #f2784b #b01f35 #f7b07a",
            "yellow orange day: #24382f #0b1713 #f7c948 #f29a3a #fbe6a8 #e8743b",
            "blue purple cold: #10142e #050714 #8fa8f0 #6a5acd #c9b8f5 #4f7fd9",
            "white quiet: #3a4038 #141813 #f7f3e8 #efe3d0 #fbf8f2 #e6d3c0",
        ),
        paint=blooms,
    ),
)
