"""A sheet to paint on: colours, gradients, noise, stencils, light and shade, with Pillow alone.

Everything random comes from the canvas's own generator, so a seed gives the same pixels again.
"""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageMath

Colour = tuple[int, int, int]
Point = tuple[float, float]
Size = tuple[int, int]
Paint = Colour | Image.Image

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
SUPERSAMPLE = 2  # stencils are drawn this many times larger, for smooth edges


def colours(text: str) -> tuple[Colour, ...]:
    """Read "#102030 #a0b0c0 …"."""
    return tuple(ImageColor.getrgb(word)[:3] for word in text.split())


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from first to second."""
    r, g, b = (round(one + (two - one) * share) for one, two in zip(first, second, strict=True))
    return r, g, b


def ramp(stops: Sequence[Colour], steps: int) -> list[Colour]:
    """`steps` colours that pass evenly through all stops."""
    last = len(stops) - 1
    places = [step * last / (steps - 1) for step in range(steps)]
    return [mix(stops[int(at)], stops[min(int(at) + 1, last)], at - int(at)) for at in places]


def row(values: Sequence[float]) -> Image.Image:
    """One line of float pixels."""
    line = Image.new("F", (len(values), 1))
    line.putdata(values)
    return line


def values(image: Image.Image) -> list[float]:
    """All pixels of a float image."""
    return [float(value) for value in image.get_flattened_data()]  # type: ignore[arg-type]


def extremes(image: Image.Image) -> tuple[float, float]:
    """The least and the greatest pixel of a float image."""
    low, high = image.getextrema()
    assert isinstance(low, float) and isinstance(high, float)  # noqa: S101 - one channel
    return low, high


def calc(formula: Callable[[dict[str, Any]], Any], **images: Image.Image) -> Image.Image:
    """Arithmetic on float images, pixel by pixel."""
    result: Image.Image = ImageMath.lambda_eval(formula, **images)
    return result


def span(image: Image.Image, low: float, high: float) -> Image.Image:
    """A mask that is 0 where the float image is `low` or less, 255 from `high` on."""
    scale = 255 / (high - low)
    return image.point(lambda value: value * scale - low * scale).convert("L")


def tint(mask: Image.Image, stops: Sequence[Colour]) -> Image.Image:
    """Colour a grey image: black becomes the first stop, white the last."""
    table = ramp(stops, 256)
    return Image.merge("RGB", [mask.point([c[i] for c in table]) for i in range(3)])


def down(size: Size, stops: Sequence[Colour]) -> Image.Image:
    """A gradient from top to bottom."""
    line = Image.new("RGB", (1, 256))
    line.putdata(ramp(stops, 256))
    return line.resize(size, Image.Resampling.BICUBIC)


def soften(mask: Image.Image, radius: float) -> Image.Image:
    """Blur, at a lower resolution when the radius allows."""
    shrink = max(1, int(radius / 3))
    if shrink == 1:
        return mask.filter(ImageFilter.GaussianBlur(radius))
    small = mask.reduce(shrink).filter(ImageFilter.GaussianBlur(radius / shrink))
    return small.resize(mask.size, Image.Resampling.BICUBIC)


def _added(total: Image.Image, layer: Image.Image, share: float) -> Image.Image:
    return calc(lambda a: a["t"] + a["l"] * share, t=total, l=layer)


def _normal(field: Image.Image) -> Image.Image:
    """Stretched from 0 to 1."""
    low, high = extremes(field)
    scale = 1 / max(high - low, 1e-6)
    return field.point(lambda value: value * scale - low * scale)


@cache
def _halo() -> Image.Image:
    """A float field that falls from 1 in the middle to 0 on the inscribed circle."""
    line = row([(x - 127.5) / 127.5 for x in range(256)])
    across = line.resize((256, 256))
    along = across.transpose(Image.Transpose.TRANSPOSE)
    return calc(
        lambda a: a["max"](1 - (a["x"] * a["x"] + a["y"] * a["y"]) ** 0.5, 0) ** 2,
        x=across,
        y=along,
    )


def disc(x: float, y: float, rx: float, ry: float = 0, turn: float = 0) -> list[Point]:
    """The outline of a circle or an ellipse."""
    count = round(min(max(rx * 4, 12), 120))
    steps = [math.tau * step / count for step in range(count)]
    flat = [(rx * math.cos(a), (ry or rx) * math.sin(a)) for a in steps]
    cos, sin = math.cos(turn), math.sin(turn)
    return [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in flat]


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


@dataclass(frozen=True, slots=True)
class Stencil:
    """A mask and the place of its upper left corner on the canvas."""

    mask: Image.Image
    at: tuple[int, int] = (0, 0)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        x, y = self.at
        return x, y, x + self.mask.width, y + self.mask.height

    def moved(self, dx: float, dy: float) -> "Stencil":
        return Stencil(self.mask, (self.at[0] + round(dx), self.at[1] + round(dy)))

    def faint(self, share: float) -> "Stencil":
        return Stencil(self.mask.point([round(value * share) for value in range(256)]), self.at)

    def soft(self, radius: float) -> "Stencil":
        """Blurred, with room for the blur around it."""
        room = math.ceil(radius * 2.5)
        size = (self.mask.width + 2 * room, self.mask.height + 2 * room)
        wide = Image.new("L", size)
        wide.paste(self.mask, (room, room))
        return Stencil(soften(wide, radius), (self.at[0] - room, self.at[1] - room))

    def within(self, other: "Stencil") -> "Stencil":
        """Only where the other is, too."""
        x, y, right, bottom = self.bounds
        dx, dy = other.at
        area = other.mask.crop((x - dx, y - dy, right - dx, bottom - dy))
        return Stencil(ImageChops.multiply(self.mask, area), self.at)


class Canvas:
    """A picture in the making."""

    def __init__(self, size: Size, palette: tuple[Colour, ...], seed: str) -> None:
        self.size = size
        self.w, self.h = size
        self.unit = math.sqrt(self.w * self.h) / 1024
        self.palette = palette
        self.rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
        self.image = Image.new("RGB", size)

    @cached_property
    def is_tall(self) -> bool:
        return self.h > self.w

    def fill(self, paint: Paint) -> None:
        self.image.paste(paint, (0, 0, self.w, self.h))

    def lay(self, paint: Paint, stencil: Stencil) -> None:
        """Opaque paint through a stencil. A canvas-sized picture is cut to fit."""
        if isinstance(paint, Image.Image) and paint.size != stencil.mask.size:
            paint = paint.crop(stencil.bounds)
        self.image.paste(paint, stencil.bounds, stencil.mask)

    def light(self, paint: Paint, stencil: Stencil) -> None:
        """Add light."""
        self._blend(ImageChops.screen, paint, BLACK, stencil)

    def shade(self, paint: Paint, stencil: Stencil) -> None:
        """Take light away."""
        self._blend(ImageChops.multiply, paint, WHITE, stencil)

    def _blend(
        self,
        mode: Callable[[Image.Image, Image.Image], Image.Image],
        paint: Paint,
        nothing: Colour,
        stencil: Stencil,
    ) -> None:
        layer = Image.new("RGB", stencil.mask.size, nothing)
        source = paint.crop(stencil.bounds) if isinstance(paint, Image.Image) else paint
        layer.paste(source, (0, 0, *stencil.mask.size), stencil.mask)
        self.image.paste(mode(self.image.crop(stencil.bounds), layer), stencil.at)

    def cut(self, *outlines: Sequence[Point]) -> Stencil:
        """A stencil of closed outlines, with smooth edges."""
        left, top, right, bottom = self._bounds(outlines)
        scale = SUPERSAMPLE
        mask = Image.new("L", ((right - left) * scale, (bottom - top) * scale))
        pen = ImageDraw.Draw(mask)
        for outline in outlines:
            pen.polygon([((x - left) * scale, (y - top) * scale) for x, y in outline], fill=255)
        return Stencil(mask.reduce(scale), (left, top))

    def _bounds(self, outlines: Iterable[Sequence[Point]]) -> tuple[int, int, int, int]:
        """Where outlines lie, with a limit for what is far outside."""
        xs, ys = zip(*(point for outline in outlines for point in outline), strict=True)
        room = max(self.size) // 4
        left, right = max(min(xs), -room), min(max(xs), self.w + room)
        top, bottom = max(min(ys), -room), min(max(ys), self.h + room)
        right, bottom = max(right, left), max(bottom, top)
        return (
            math.floor(left) - 1,
            math.floor(top) - 1,
            math.ceil(right) + 1,
            math.ceil(bottom) + 1,
        )

    def glow(self, x: float, y: float, radius: float, share: float = 1) -> Stencil:
        """A round light that fades out."""
        side = max(2, round(radius * 2))
        light = _halo().resize((side, side), Image.Resampling.BICUBIC)
        # Without dither a wide glow would show as rings.
        dots = Image.frombytes("L", (side, side), self.rng.randbytes(side * side)).convert("F")
        mask = calc(lambda a: a["h"] * (255 * share) + a["d"] * (1 / 256), h=light, d=dots)
        return Stencil(mask.convert("L"), (round(x - radius), round(y - radius)))

    def noise(
        self, cells: float, octaves: int = 4, *, detail: int = 2, stretch: float = 1
    ) -> Image.Image:
        """A cloudy float field from 0 to 1, canvas-sized, `cells` features along the shorter side.

        `stretch` above 1 draws it out sideways.
        """
        size = (self.w // detail, self.h // detail)
        short = min(self.size)
        across, along = cells * self.w / short / stretch, cells * self.h / short
        field = self._octaves(size, (across, along), octaves)
        return field.resize(self.size, Image.Resampling.BICUBIC) if detail > 1 else field

    def line(self, count: int, cells: float, octaves: int = 4) -> list[float]:
        """The same along one line: `count` values from 0 to 1."""
        return values(self._octaves((count, 1), (cells, 0), octaves))

    def _octaves(self, size: Size, cells: tuple[float, float], octaves: int) -> Image.Image:
        total = Image.new("F", size)
        for octave in range(octaves):
            wide, tall = (max(1, round(count * 2**octave) + 1) for count in cells)
            rough = Image.frombytes("L", (wide, tall), self.rng.randbytes(wide * tall))
            layer = rough.convert("F").resize(size, Image.Resampling.BICUBIC)
            total = _added(total, layer, 0.5**octave)
        return _normal(total)

    def grain(self, strength: float = 4) -> None:
        """Fine noise over everything: it hides the steps of gradients and feels like paper."""
        offset = [
            max(0, min(255, round(128 + (value / 255 - 0.5) * 2 * strength)))
            for value in range(256)
        ]
        dots = Image.frombytes("L", self.size, self.rng.randbytes(self.w * self.h))
        layer = Image.merge("RGB", [dots.point(offset)] * 3)
        self.image = ImageChops.add(self.image, layer, 1, -128)

    def vignette(self, strength: float = 0.25) -> None:
        """Darken the corners a little."""
        table = [round(255 - 255 * strength * (value / 255) ** 2.5) for value in range(256)]
        ring = Image.radial_gradient("L").point(table)
        ring = ring.resize(self.size, Image.Resampling.BICUBIC)
        self.image = ImageChops.multiply(self.image, Image.merge("RGB", [ring] * 3))
