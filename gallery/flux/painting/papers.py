"""Cut and printed paper: layers, geometry, blocks."""

import math
from collections.abc import Callable
from itertools import product

from PIL import Image

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
    span,
)
from gallery.flux.painting.eddies import stirred
from gallery.flux.painting.family import Family, word_set


def fibre(c: Canvas, strength: float = 0.12) -> None:
    """The tooth of thick paper, over everything."""
    rough = calc(
        lambda a: a["f"] * 0.6 + a["g"] * 0.4,
        f=c.noise(170, 2, detail=1),
        g=c.noise(28, 2, detail=4),
    )
    c.shade(BLACK, Stencil(span(rough, 0.55, 0.1)).faint(strength))
    c.light(WHITE, Stencil(span(rough, 0.55, 0.95)).faint(strength * 0.6))


def papercut(c: Canvas) -> None:
    """Sheets with holes, one above the other, each with its shadow on the next."""
    top, *_, bottom = c.palette
    sheets = c.palette[::-1]
    c.fill(bottom)
    field = _coast(c)
    levels = len(sheets) + 2
    edge, dark = 0.004, mix(bottom, BLACK, 0.55)
    for level in range(1, levels):
        cut = level / levels * 0.86 + 0.02
        colour = _along(sheets, level / (levels - 1))
        sheet = Stencil(span(field, cut - edge, cut + edge))
        for reach, share in ((18, 0.34), (5, 0.34)):
            shadow = sheet.moved(reach * 0.45 * c.unit, reach * 0.8 * c.unit)
            c.lay(dark, shadow.soft(reach * c.unit * 0.7).faint(share))
        c.lay(colour, sheet)
    fibre(c)
    c.light(top, c.glow(c.w * 0.2, c.h * 0.1, max(c.size) * 0.9, 0.16))


def _coast(c: Canvas) -> Image.Image:
    """Large soft shapes."""
    small = Canvas((c.w // 4, c.h // 4), (), c.rng.randbytes(4).hex())
    field = stirred(small, small.noise(c.rng.uniform(1.6, 2.3), 3, detail=1), 2, 0.16)
    return field.resize(c.size, Image.Resampling.BICUBIC)


def _along(stops: tuple[Colour, ...], share: float) -> Colour:
    at = share * (len(stops) - 1)
    first = min(int(at), len(stops) - 2)
    return mix(stops[first], stops[first + 1], at - first)


Tile = Callable[[float, float, float], list[list[Point]]]


def bauhaus(c: Canvas) -> None:
    """Tiles of simple shapes, each of two colours."""
    c.fill(c.palette[0])
    across = max(3, round(4.6 * c.w / math.sqrt(c.w * c.h)))
    side = c.w / across
    rows = round(c.h / side + 0.49)
    offset = (c.h - rows * side) / 2
    for y, x in product(range(rows), range(across)):
        _tile(c, x * side, offset + y * side, side)
    fibre(c, 0.16)


def _tile(c: Canvas, left: float, top: float, side: float) -> None:
    back, front, spot = c.rng.sample(c.palette, 3)
    c.lay(back, c.cut(box(left, top, left + side + 1, top + side + 1)))
    outlines = c.rng.choice(TILES)(left, top, side)
    if outlines:
        c.lay(front, c.cut(*outlines))
    if c.rng.random() < 0.22:
        c.lay(spot, c.cut(disc(left + side / 2, top + side / 2, side * 0.2)))


def quarter(x: float, y: float, side: float, turn: int) -> list[Point]:
    """A quarter of a disc in a square; `turn` chooses the corner."""
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    cx, cy = corners[turn]
    start = turn * math.pi / 2
    arc = [start + step * math.pi / 96 for step in range(49)]
    return [(cx, cy), *((cx + side * math.cos(a), cy + side * math.sin(a)) for a in arc)]


def _quarter(turn: int) -> Tile:
    return lambda x, y, side: [quarter(x, y, side, turn)]


def _leaf(turn: int) -> Tile:
    """Two quarters that meet: a lens from corner to corner."""

    def tile(x: float, y: float, side: float) -> list[list[Point]]:
        first, second = quarter(x, y, side, turn)[1:], quarter(x, y, side, (turn + 2) % 4)[1:]
        return [first + second]

    return tile


def _disc(x: float, y: float, side: float) -> list[list[Point]]:
    return [disc(x + side / 2, y + side / 2, side * 0.38)]


def _half(x: float, y: float, side: float) -> list[list[Point]]:
    arc = [step * math.pi / 48 for step in range(49)]
    middle, half = x + side / 2, side / 2
    top = [(middle - half * math.cos(a), y + side - side * math.sin(a)) for a in arc]
    return [top]


def _stripes(x: float, y: float, side: float) -> list[list[Point]]:
    band = side / 7
    return [box(x, y + band * n, x + side, y + band * (n + 1)) for n in (0, 2, 4, 6)]


def _wedge(x: float, y: float, side: float) -> list[list[Point]]:
    return [[(x, y + side), (x + side, y), (x + side, y + side)]]


def _rings(x: float, y: float, side: float) -> list[list[Point]]:
    return [
        [*quarter(x, y, side * big, 0)[1:], *quarter(x, y, side * small, 0)[:0:-1]]
        for big, small in ((1, 0.8), (0.6, 0.4), (0.2, 0.01))
    ]


def _plain(x: float, y: float, side: float) -> list[list[Point]]:
    return []


TILES: tuple[Tile, ...] = (
    *(_quarter(turn) for turn in range(4)),
    *(_leaf(turn) for turn in range(4)),
    _disc,
    _disc,
    _half,
    _half,
    _stripes,
    _wedge,
    _rings,
    _rings,
    _plain,
)


def blocks(c: Canvas) -> None:
    """Columns in isometric view, on a quiet ground."""
    ground, shade, *tones = c.palette
    c.fill(down(c.size, (mix(ground, WHITE, 0.25), ground, mix(ground, shade, 0.18))))
    count = c.rng.choice((6, 7, 8))
    half = min(c.w / (2.5 * count), c.h / (1.9 * count))
    middle, base = c.w / 2, c.h * 0.54 - count * half * 0.5
    c.shade(shade, _footprint(c, middle, base, half, count).soft(46 * c.unit).faint(0.5))
    heights = c.rng.choice((_hills, _random_heights))(c, count)
    for row_, column in sorted(product(range(count), repeat=2), key=sum):
        x = middle + (column - row_) * half
        y = base + (column + row_) * half * 0.5
        _column(c, x, y, half, heights[row_][column] * half * 3.2, c.rng.choice(tones))


def _footprint(c: Canvas, x: float, y: float, half: float, count: int) -> Stencil:
    reach = half * count
    drop = half * 1.4
    return c.cut(
        [
            (x, y + drop),
            (x + reach, y + reach / 2 + drop),
            (x, y + reach + drop * 1.6),
            (x - reach, y + reach / 2 + drop),
        ]
    )


def _hills(c: Canvas, count: int) -> list[list[float]]:
    peak = c.rng.uniform(0, count), c.rng.uniform(0, count)
    return [
        [
            max(0.1, 1.1 - math.dist((r, k), peak) / count) * c.rng.uniform(0.75, 1.1)
            for k in range(count)
        ]
        for r in range(count)
    ]


def _random_heights(c: Canvas, count: int) -> list[list[float]]:
    return [[c.rng.random() ** 1.7 + 0.08 for _ in range(count)] for _ in range(count)]


def _column(c: Canvas, x: float, y: float, half: float, tall: float, colour: Colour) -> None:
    """Three faces: light above, the colour on the left, shade on the right."""
    top, q, foot = y - tall, half / 2, y + half * 1.4
    lid = [(x, top), (x + half, top + q), (x, top + half), (x - half, top + q)]
    left = [(x - half, top + q), (x, top + half), (x, foot + half), (x - half, foot + q)]
    right = [(x + half, top + q), (x, top + half), (x, foot + half), (x + half, foot + q)]
    dark = mix(colour, (20, 22, 50), 0.42)
    _face(c, left, colour, mix(colour, dark, 0.35))
    _face(c, right, dark, mix(dark, (10, 10, 30), 0.3))
    c.lay(mix(colour, WHITE, 0.42), c.cut(lid))


def _face(c: Canvas, outline: list[Point], upper: Colour, lower: Colour) -> None:
    stencil = c.cut(outline)
    c.lay(down(stencil.mask.size, (upper, upper, lower)), stencil)


FAMILIES = (
    Family(
        name="papercut",
        words=word_set(
            "paper papercut cut layers layered collage origami topographic relief canyon "
            "map organic shapes craft"
        ),
        palettes=(
            "red orange warm: #fbe3b4 #f4a259 #ee7b3b #d1462f #8c1d40 #4a0f36",
            "teal blue sea: #f1f4e8 #9fd3c7 #4fa6a8 #23758a #144b66 #0b2942",
            "green forest: #eaf0c8 #b5cf7c #76a84f #3d7c3f #1f5331 #0e2f22",
            "purple pink: #f6e7f5 #c9b3ef #9a7fe0 #6a51bd #40307f #1d1647",
            "pink warm: #fff0e6 #fbc4b4 #f3918b #d65d75 #93376a #4d1d4d",
            "blue night: #e4ecfb #9dbbed #5f86d6 #3757a8 #1f3272 #101a40",
        ),
        paint=papercut,
    ),
    Family(
        name="bauhaus",
        words=word_set(
            "bauhaus geometric geometry poster pattern tile tiles graphic design logo "
            "vector minimal minimalist retro modern flat icon print typography"
        ),
        palettes=(
            "red blue yellow: #f2e9d8 #d8402b #1f3f8f #f0b429 #16161a",
            "teal orange warm: #f4e7d3 #e9724c #0d5c63 #f2c14e #1f2937",
            "pink purple: #fbeee6 #ef798a #5b2a86 #f7b267 #22223b",
            "green: #f1f0e4 #3a7d44 #f2a541 #164a41 #d96c4f",
            "blue quiet cold: #eef1f4 #2f5d8a #9fc2d9 #12263a #e8aa72",
            "black white quiet paper: #f4f1ea #17171a #8a8378 #c9bfae #d8402b",
        ),
        paint=bauhaus,
    ),
    Family(
        name="blocks",
        words=word_set(
            "isometric blocks block cube cubes lego voxel data chart server computer "
            "technology tech machine robot factory game"
        ),
        palettes=(
            "blue orange quiet: #e9e4da #4a4238 #2f4b6e #e07a4f #c9bfa8 #17263f #86a3b8",
            "teal green: #dfeae4 #27443f #1f7a6d #9bd0b3 #f0c24f #0f4a4a #e9f2e4",
            "purple pink: #eee3f2 #40284f #6b4fb0 #f08fa8 #c9b3ef #2f2463 #fbd0c4",
            "night dark blue: #1b2036 #05070f #3d5bd9 #6fd0f0 #2a3263 #f2a65a #8a93c9",
            "red warm: #f3e0d0 #5a2a1c #c8402f #f2a65a #7a1f2e #f7d9b0 #d96c4f",
        ),
        paint=blocks,
    ),
)
