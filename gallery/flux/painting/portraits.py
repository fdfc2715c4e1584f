"""A head in profile with a landscape inside it, like two exposures on one film."""

from PIL import Image, ImageChops

from gallery.flux.painting.canvas import BLACK, WHITE, Canvas, Point, Stencil, disc, down, mix
from gallery.flux.painting.family import Family, word_set
from gallery.flux.painting.landscapes import ridges
from gallery.flux.painting.papers import fibre

# The outline of head and shoulders, looking right; the head is one high, its crown at 0.
PROFILE: tuple[Point, ...] = (
    (-1.25, 2.3), (-1.12, 1.86), (-0.86, 1.62), (-0.52, 1.5), (-0.3, 1.38), (-0.24, 1.18),
    (-0.3, 0.98), (-0.43, 0.78), (-0.49, 0.5), (-0.42, 0.25), (-0.24, 0.07), (0.0, 0.0),
    (0.24, 0.05), (0.4, 0.2), (0.45, 0.36), (0.44, 0.46), (0.43, 0.52), (0.49, 0.62),
    (0.56, 0.715), (0.54, 0.75), (0.47, 0.77), (0.485, 0.81), (0.51, 0.835), (0.47, 0.86),
    (0.5, 0.885), (0.485, 0.915), (0.455, 0.94), (0.475, 0.985), (0.45, 1.05), (0.36, 1.085),
    (0.22, 1.07), (0.12, 1.13), (0.1, 1.28), (0.18, 1.42), (0.48, 1.54), (0.84, 1.66),
    (1.08, 1.9), (1.2, 2.3),
)  # fmt: skip


def portrait(c: Canvas) -> None:
    """The profile before a disc, filled with another picture."""
    paper, round_, *inner = c.palette
    c.fill(down(c.size, (mix(paper, WHITE, 0.18), paper, mix(paper, BLACK, 0.08))))
    tall = min(c.h * 0.56, c.w * 0.46)
    x, top = c.w * 0.5, c.h * 0.48 - tall * 0.6
    side = c.rng.choice((1, -1))
    circle = disc(x + side * tall * c.rng.uniform(0.1, 0.4), top + tall * 0.62, tall * 0.92)
    c.lay(round_, c.cut(circle))
    figure = _figure(c, x, top, tall, side)
    c.shade(mix(paper, BLACK, 0.5), figure.moved(0, tall * 0.02).soft(tall * 0.05).faint(0.4))
    c.lay(_within(c, tuple(inner), figure), figure)
    fibre(c, 0.08)


def _figure(c: Canvas, x: float, top: float, tall: float, side: int) -> Stencil:
    """The profile; its shoulders go on to the lower edge."""
    outline = [(x + side * px * tall, top + py * tall) for px, py in _rounded(PROFILE)]
    ends = outline[-1], outline[0]
    figure = [[*outline, (ends[0][0] + side * tall * 0.2, c.h + 9), (ends[1][0], c.h + 9)]]
    if c.rng.random() < 0.5:
        figure.append(disc(x - side * tall * 0.47, top + tall * 0.2, tall * 0.19))
    return c.cut(*figure)


def _rounded(points: tuple[Point, ...]) -> list[Point]:
    """A curve through points (Catmull-Rom)."""
    last = len(points) - 1
    curve = []
    for n in range(last):
        a, b, d, e = (points[min(max(n + k, 0), last)] for k in (-1, 0, 1, 2))
        for step in range(6):
            curve.append(
                (
                    _between(a[0], b[0], d[0], e[0], step / 6),
                    _between(a[1], b[1], d[1], e[1], step / 6),
                )
            )
    return [*curve, points[last]]


def _between(a: float, b: float, d: float, e: float, t: float) -> float:
    return b + 0.5 * t * (d - a + t * (2 * a - 5 * b + 4 * d - e + t * (3 * (b - d) + e - a)))


def _within(c: Canvas, inner: tuple[tuple[int, int, int], ...], figure: Stencil) -> Image.Image:
    """The second exposure, brighter along the edge of the figure."""
    sheet = Canvas(c.size, inner, c.rng.randbytes(4).hex())
    ridges(sheet)
    edge = ImageChops.subtract(figure.mask, figure.soft(26 * c.unit).mask.crop(_core(c, figure)))
    sheet.light(mix(inner[1], WHITE, 0.4), Stencil(edge, figure.at).faint(0.5))
    return sheet.image


def _core(c: Canvas, figure: Stencil) -> tuple[int, int, int, int]:
    """Where the figure lies within its own blurred stencil."""
    blurred = figure.soft(26 * c.unit)
    left, top = figure.at[0] - blurred.at[0], figure.at[1] - blurred.at[1]
    return left, top, left + figure.mask.width, top + figure.mask.height


FAMILIES = (
    Family(
        name="portrait",
        words=word_set(
            "portrait face head bust man woman girl boy person people child king queen "
            "statue model fashion fisherman selfie headshot avatar character profile beard hero"
        ),
        palettes=(
            "warm orange quiet: #efe3d2 #e2643f #2b4a8f #f3b78c #ffe3bd #e2a98a #16202f",
            "teal green day: #e6ece4 #e9b44c #2f7f86 #b9dcd2 #ffffff #5f9a92 #0f2a2a",
            "pink purple dusk: #f4dfe0 #f3907a #5b3a78 #f0879a #ffd9c4 #c46f83 #2a1230",
            "night blue dark cold: #1d2745 #e8c07a #071029 #3a5f9f #dfe9ff #4a72ac #050a18",
            "red warm: #f2dcc4 #c8402f #6d1d2d #f4713c #ffdf9c #b2483f #1d0a18",
            "black white quiet: #eeece7 #d8402b #6f7076 #d4d1ca #f7f4ee #97979a #141519",
        ),
        paint=portrait,
    ),
)
