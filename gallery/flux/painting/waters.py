"""The open sea, and northern lights over a lake."""

from functools import cache

from PIL import Image, ImageChops, ImageFilter

from gallery.flux.painting.canvas import (
    BLACK,
    WHITE,
    Canvas,
    Colour,
    Stencil,
    box,
    disc,
    down,
    mix,
    soften,
    span,
)
from gallery.flux.painting.family import Family, word_set
from gallery.flux.painting.landscapes import clouds, crest_line, low_sun


def sea(c: Canvas) -> None:
    """Sun over open water, with its path."""
    high, low, sun, far, near = c.palette
    horizon = round(c.h * c.rng.uniform(0.46, 0.58))
    c.fill(down((c.w, horizon), (high, mix(high, low, 0.45), low)).resize(c.size))
    c.image.paste(down((c.w, horizon), (high, mix(high, low, 0.45), low)), (0, 0))
    clouds(c, mix(low, sun, 0.5), 0.75)
    x, y = c.w * c.rng.uniform(0.3, 0.7), horizon - c.h * c.rng.uniform(0.03, 0.16)
    low_sun(c, x, y, 46 * c.unit, sun, low)
    _water(c, horizon, (far, mix(far, near, 0.6), near), mix(low, sun, 0.3))
    _path(c, x, horizon, mix(sun, WHITE, 0.3))


def _water(c: Canvas, horizon: int, stops: tuple[Colour, ...], sky: Colour) -> None:
    size = (c.w, c.h - horizon)
    c.image.paste(down(size, stops), (0, horizon))
    waves = _swell(c, size)
    c.light(sky, Stencil(span(waves, 0.5, 0.95), (0, horizon)).faint(0.6))
    c.shade(mix(stops[-1], BLACK, 0.35), Stencil(span(waves, 0.5, 0.2), (0, horizon)).faint(0.7))
    c.light(
        sky, c.cut(box(-2, horizon - 1, c.w + 2, horizon + 4 * c.unit)).soft(5 * c.unit).faint(0.5)
    )


def _swell(c: Canvas, size: tuple[int, int], cells: float = 40) -> Image.Image:
    """Noise laid down in perspective, so that waves grow towards the viewer."""
    flat = c.noise(cells, 3, detail=1, stretch=1.6)
    reach = size[1] / 7
    middle = c.w / 2
    lens = (1, middle / reach, 0, 0, 0, c.h - 2, 0, 1 / reach)
    return flat.transform(size, Image.Transform.PERSPECTIVE, lens, Image.Resampling.BICUBIC)


def _path(c: Canvas, x: float, horizon: int, colour: Colour) -> None:
    """Glitter below the sun: the crests of small waves, within a widening beam."""
    half = 34 * c.unit
    beam = c.cut(
        [(x - half, horizon), (x + half, horizon), (x + half * 4, c.h), (x - half * 4, c.h)]
    )
    waves = _swell(c, (c.w, c.h - horizon), 75)
    crests = Stencil(span(waves, 0.5, 0.62), (0, horizon))
    c.light(colour, beam.soft(60 * c.unit).faint(0.35))
    c.light(colour, crests.within(beam.soft(36 * c.unit)))


def aurora(c: Canvas) -> None:
    """Curtains of light over a lake."""
    night, low, first, second, land = c.palette
    shore = round(c.h * c.rng.uniform(0.66, 0.74))
    c.fill(down(c.size, (night, mix(night, low, 0.5), low)))
    stars(c, 260, 0.75)
    for colour, share in ((second, 0.75), (first, 1.0), (mix(first, second, 0.4), 0.6)):
        _curtain(c, shore, colour, share)
    crest = [(x, shore - (shore - y) * 0.55) for x, y in crest_line(c, shore * 0.97, c.h * 0.1, 4)]
    c.lay(land, c.cut([(-2, shore), *crest, (c.w + 2, shore)]))
    mirror(c, shore, land)


def stars(c: Canvas, count: int, reach: float) -> None:
    for size, share in ((0.7, 0.5), (1.1, 0.8), (1.8, 1.0)):
        spots = [
            disc(c.rng.random() * c.w, c.rng.random() ** 1.3 * c.h * reach, size * c.unit)
            for _ in range(round(count / size**3))
        ]
        c.light(WHITE, c.cut(*spots).faint(share))


def _curtain(c: Canvas, shore: int, colour: Colour, share: float) -> None:
    """Vertical rays above a winding line, which fade upwards, and quickly downwards."""
    small = (c.w // 4, c.h // 4)
    wind, folds = c.line(small[0], 1.6 * c.w / c.h, 2), c.line(small[0], 3, 2)
    rays = c.line(small[0], 24 * c.w / c.h, 3)
    curtain = Image.new("L", small)
    base = c.rng.uniform(0.45, 0.75) * shore / 4
    for x, (bend, ray, fold) in enumerate(zip(wind, rays, folds, strict=True)):
        tall = max(8, round(shore / 4 * (0.5 + 0.45 * ray)))
        strand = _strand().resize((1, tall)).point(_dimmed(share * fold * (0.25 + 0.75 * ray)))
        curtain.paste(strand, (x, round(base + (bend - 0.5) * shore / 7) - round(tall * 0.75)))
    curtain = curtain.filter(ImageFilter.GaussianBlur(1.4))
    bright = ImageChops.screen(curtain, soften(curtain, 9))
    c.light(colour, Stencil(bright.resize(c.size, Image.Resampling.BICUBIC)))


@cache
def _strand() -> Image.Image:
    """One ray: dark, slowly brighter, and soon dark again below."""
    rise = [round(255 * (y / 190) ** 2) for y in range(190)]
    fall = [round(255 * (1 - y / 66) ** 2 * (1 + 2 * y / 66)) for y in range(66)]
    return Image.frombytes("L", (1, 256), bytes(rise + fall))


def _dimmed(share: float) -> list[int]:
    return [round(value * min(share, 1)) for value in range(256)]


def mirror(c: Canvas, shore: int, land: Colour, *, dim: float = 0.35, blur: int = 12) -> None:
    """Still water: what is above, upside down, blurred and darker."""
    deep = c.h - shore
    above = c.image.crop((0, max(0, shore - round(deep * 1.6)), c.w, shore))
    flipped = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((c.w, deep))
    low = flipped.resize((c.w // 2, max(2, deep // blur))).resize((c.w, deep), 3)
    pale = Image.blend(flipped, low, 0.75)
    c.image.paste(Image.blend(pale, Image.new("RGB", (c.w, deep), land), dim), (0, shore))
    waves = _swell(c, (c.w, deep))
    c.shade(mix(land, BLACK, 0.2), Stencil(span(waves, 0.6, 0.3), (0, shore)).faint(0.35))


FAMILIES = (
    Family(
        name="sea",
        words=word_set(
            "sea ocean beach water lake coast island boat ship sail sunset sunrise horizon "
            "harbour harbor shore lighthouse fish whale river"
        ),
        palettes=(
            "dusk purple orange: #2a1f5c #f58a5b #ffd59a #7a3f6e #0e1238",
            "dawn day teal: #6fb6cf #fbe7bd #fff4d0 #5fa7a8 #0b4a58",
            "night blue cold: #050b20 #27467c #e6eeff #1d3a6b #030816",
            "red warm: #6d1d2d #f4713c #ffdf9c #8a2f35 #1d0a18",
            "day blue: #3f86c8 #dcecf5 #ffffff #4f97c2 #0f3d70",
        ),
        paint=sea,
    ),
    Family(
        name="aurora",
        words=word_set("aurora northern lights polar arctic iceland norway stars magic"),
        palettes=(
            "green night cold: #040b1c #0d3340 #3df0a4 #2a7fb8 #02060c",
            "purple night: #070820 #241a55 #a06bff #3f8cff #04040f",
            "pink red night: #0b0a1f #36204d #ff6f91 #7d5bff #06040d",
            "teal blue night: #031420 #0b4257 #53e6e6 #3e6bff #020a10",
        ),
        paint=aurora,
    ),
)
