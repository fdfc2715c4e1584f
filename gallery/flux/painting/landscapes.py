"""Mountains and dunes."""

from PIL import Image, ImageChops

from gallery.flux.painting.canvas import (
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


def ridges(c: Canvas) -> None:
    """Ridge behind ridge, paler with distance, mist between them."""
    high, low, sun, far, near = c.palette
    c.fill(down(c.size, (high, mix(high, low, 0.55), low, low)))
    x, y = c.w * c.rng.uniform(0.22, 0.78), c.h * c.rng.uniform(0.2, 0.36)
    clouds(c, mix(low, WHITE, 0.35), 0.5)
    low_sun(c, x, y, 42 * c.unit, sun, low)
    layers = 7
    for layer in range(layers):
        share = layer / (layers - 1)
        colour = mix(far, near, share**1.15)
        mist = mix(colour, mix(low, sun, 0.3), 0.55 * (1 - share))
        base = c.h * (0.47 + 0.46 * share)
        crest = crest_line(c, base, c.h * (0.2 - 0.11 * share), 2.2 + 3 * share)
        if layer >= layers - 2:
            crest = _trees(c, crest)
        _slope(c, crest, colour, mist)
        if layer < 3:
            c.light(sun, c.glow(x, y, c.h * 0.55, 0.16))
    c.shade((120, 124, 140), _ground(c, 0.8))


def crest_line(c: Canvas, base: float, height: float, cells: float) -> list[Point]:
    """A mountain line: folded noise makes peaks instead of hills."""
    cells *= c.w / c.h**0.5 / 32
    steps = c.w // 2
    rise, rough = c.line(steps, cells, 2), c.line(steps, cells * 3, 5)
    tops = [
        base - height * (1.5 * one + (0.8 - abs(two - 0.5) * 1.6) - 0.9)
        for one, two in zip(rise, rough, strict=True)
    ]
    return [(step * c.w / (steps - 1), top) for step, top in enumerate(tops)]


def _trees(c: Canvas, crest: list[Point]) -> list[Point]:
    """Conifers along a line."""
    outline: list[Point] = []
    x, size = 0.0, c.unit * 26
    while x < c.w:
        _, y = crest[min(int(x * len(crest) / c.w), len(crest) - 1)]
        tall = size * c.rng.uniform(0.5, 1.25)
        half = tall * 0.2
        for step in range(4):
            at = step / 4
            outline.append((x - half * (1 - at) - half * 0.2, y - tall * at))
            outline.append((x - half * (1 - at) * 0.5, y - tall * at - tall * 0.04))
        outline += [(x, y - tall * 1.08), (x + half * 0.55, y - tall * 0.5), (x + half * 1.2, y)]
        x += half * c.rng.uniform(0.9, 2.6)
    return outline


def _slope(c: Canvas, crest: list[Point], colour: Colour, mist: Colour) -> None:
    top = max(0, int(min(y for _, y in crest)))
    stencil = c.cut([(-2, c.h + 2), *crest, (c.w + 2, c.h + 2)])
    paint = Image.new("RGB", c.size, mist)
    reach = max(2, int(c.h * 0.3))
    paint.paste(down((c.w, reach), (colour, colour, mist)), (0, top))
    c.lay(paint, stencil)


def _ground(c: Canvas, start: float) -> Stencil:
    """A shadow that grows towards the lower edge."""
    table = [max(0, round(255 * (value / 255 - start) / (1 - start))) for value in range(256)]
    return Stencil(Image.linear_gradient("L").point(table).resize(c.size))


def clouds(c: Canvas, colour: Colour, share: float) -> None:
    field = c.noise(3.2, 5, detail=3, stretch=3.2)
    cover = ImageChops.multiply(span(field, 0.5, 0.95), span(c.noise(1.5, 2, detail=8), 0.3, 0.8))
    fade = Image.linear_gradient("L").point([max(0, 255 - value * 2) for value in range(256)])
    c.lay(colour, Stencil(ImageChops.multiply(cover, fade.resize(c.size))).faint(share))


def low_sun(c: Canvas, x: float, y: float, radius: float, colour: Colour, sky: Colour) -> None:
    c.light(mix(sky, colour, 0.4), c.glow(x, y, radius * 16, 0.6))
    c.light(colour, c.glow(x, y, radius * 5, 0.6))
    c.lay(mix(colour, WHITE, 0.35), c.cut(disc(x, y, radius)).soft(radius / 30))


def dunes(c: Canvas) -> None:
    """Sand with a lit and a shaded side to each crest."""
    high, low, sun, lit, dark = c.palette
    c.fill(down(c.size, (high, mix(high, low, 0.7), low, low)))
    side = c.rng.choice((0.24, 0.7))
    low_sun(c, c.w * side, c.h * c.rng.uniform(0.15, 0.26), 38 * c.unit, sun, low)
    layers = 7
    for layer in range(layers):
        share = layer / (layers - 1)
        haze = 0.55 * (1 - share) ** 1.4
        colours = mix(dark, low, haze), mix(lit, low, haze)
        height = min(c.h, c.w) * (0.1 + 0.05 * share)
        hills = _wave(c, c.h * (0.43 + 0.45 * share**1.1), height)
        _dune(c, hills, colours, light=1 if side < 0.5 else -1)


def _wave(c: Canvas, base: float, height: float) -> list[float]:
    """Long smooth hills across twice the width, so that shading may lean out of the picture."""
    cells = 2 * c.rng.uniform(1.3, 1.9) * max(0.9, c.w / c.h)
    hills, drift = c.line(2 * c.w, cells, 1), c.line(2 * c.w, cells * 2.5, 1)
    return [
        base - height * (2.2 * hill**1.4 - 0.9 + 0.2 * slow)
        for hill, slow in zip(hills, drift, strict=True)
    ]


def _dune(c: Canvas, hills: list[float], colours: tuple[Colour, Colour], light: int) -> None:
    """Shade by the slope of the crest above, leaning with depth, and darker further down."""
    dark, lit = colours
    crest = hills[c.w // 2 : c.w // 2 + c.w]
    lean = light * 0.55
    shift = (1, lean, c.w / 2 - lean * sum(crest) / c.w, 0, 1, 0)
    slopes = _slopes(c, hills, light).transform(c.size, Image.Transform.AFFINE, shift, 2)
    depth, ripple = _depth(c, crest), c.noise(22, 2, stretch=7)
    shade = calc(
        lambda a: a["s"] * (1 - a["d"] * 0.45) + 0.2 * (1 - a["d"]) + (a["r"] - 0.5) * 0.06,
        s=slopes,
        d=depth,
        r=ripple,
    )
    stops = (dark, mix(dark, lit, 0.6), lit, mix(lit, WHITE, 0.35))
    c.lay(
        tint(span(shade, 0, 1.15), stops),
        c.cut([(-2, c.h + 2), *enumerate(crest), (c.w + 2, c.h + 2)]),
    )


def _slopes(c: Canvas, hills: list[float], light: int) -> Image.Image:
    step, last = max(2, c.w // 160), len(hills) - 1
    falls = [hills[min(x + step, last)] - hills[max(x - step, 0)] for x in range(last + 1)]
    return row([0.52 - light * fall / step * 0.6 for fall in falls]).resize((last + 1, c.h))


def _depth(c: Canvas, crest: list[float]) -> Image.Image:
    """How far below the crest each place is: 0 at the crest, 1 a quarter of the height below."""
    small = (c.w // 8, c.h // 8)
    reach = c.h * 0.25 / 8
    lines = [crest[min(x * 8, c.w - 1)] / 8 for x in range(small[0])]
    down_by = Image.new("F", (1, small[1]))
    down_by.putdata([float(y) for y in range(small[1])])
    field = calc(lambda a: a["y"] - a["c"], y=down_by.resize(small), c=row(lines).resize(small))
    return span(field, 0, reach).convert("F").resize(c.size, 2).point(lambda v: v * (1 / 255) + 0)


FAMILIES = (
    Family(
        name="ridges",
        words=word_set(
            "mountain mountains ridge ridges hill hills valley peak peaks alps landscape "
            "fog mist forest pine pines wood woods tree trees highland cliff canyon cabin"
        ),
        palettes=(
            "dawn warm orange: #2b4a8f #f3b78c #ffe3bd #e2a98a #16202f",
            "night blue cold: #071029 #2f4f86 #dfe9ff #3d629b #050a18",
            "dusk purple pink: #5b3a78 #f0879a #ffd9c4 #c46f83 #2a1230",
            "day green forest fog: #8fb9c4 #e9f1ec #ffffff #a9c4bf #14302d",
            "snow white cold winter: #7f9fc4 #dfe9f4 #ffffff #c3d3e6 #3a506e",
            "ink paper quiet: #e9e3d6 #f5f1e7 #e2543b #c9c6bd #22262b",
            "autumn red warm: #c8643c #f9d29a #fff0c9 #d98b58 #3b1513",
        ),
        paint=ridges,
    ),
    Family(
        name="dunes",
        words=word_set("dune dunes desert sand sahara arid wave waves"),
        palettes=(
            "day dawn warm orange: #5f9fc4 #f3dfc0 #fff3d6 #eebd80 #8a4a24",
            "dusk purple pink: #46346f #f4a48f #ffd7b8 #e79a86 #4a2350",
            "night blue cold: #0b1433 #3d5688 #e8efff #6d86b8 #0e1a3a",
            "red warm: #e9b184 #fbe3c2 #fff5de #e0743f #671c18",
            "white snow cold: #8fb4d6 #f1f3f5 #ffffff #f2efe9 #6e87a6",
        ),
        paint=dunes,
    ),
)
