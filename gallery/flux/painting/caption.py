"""The label on each picture: what was asked for, and that this is no Flux picture."""

import math

from PIL import Image, ImageDraw, ImageFilter

from gallery.flux.painting.canvas import Colour
from gallery.flux.painting.lettering import Lettering, lettering

HONEST = "Fluxsite emulator · not a Flux picture"
LONGEST = 300  # characters; more than three lines can hold
DARK: tuple[Colour, Colour, Colour] = (18, 19, 24), (250, 250, 250), (205, 207, 214)
LIGHT: tuple[Colour, Colour, Colour] = (252, 251, 249), (22, 23, 28), (84, 86, 94)


def label(image: Image.Image, text: str, model: str) -> None:
    """Lay a pane of frosted glass into the lower left corner, and write on it."""
    unit = math.sqrt(image.width * image.height) / 1024
    size, small = max(10, round(20 * unit)), max(8, round(13.5 * unit))
    margin, pad = round(24 * unit), max(6, round(15 * unit))
    room = min(image.width - 2 * margin - 2 * pad, round(470 * unit))
    large, drawable = lettering(text[:LONGEST], size)
    lines = wrapped(drawable, large, room, 3 if image.height > image.width else 2)
    fine, notes = _notes(model, small, room)
    inks = [*((line, large, size) for line in lines), *((note, fine, small) for note in notes)]
    wide = max(face.width(line) for line, face, _ in inks)
    tall = sum(_leading(high) for *_, high in inks) + (pad // 2 if lines else 0)
    pane = (margin, image.height - margin - tall - 2 * pad, margin + round(wide) + 2 * pad)
    strong, faint = _glass(image, (*pane, image.height - margin), unit)
    y = float(pane[1] + pad)
    for number, (line, face, high) in enumerate(inks):
        y += pad // 2 if number == len(lines) and lines else 0
        at = (margin + pad, y + high * 0.98)
        face.draw(image, at, line, strong if number < len(lines) else faint)
        y += _leading(high)


def _leading(size: float) -> int:
    return round(size * 1.38)


def _notes(model: str, size: float, room: float) -> tuple[Lettering, list[str]]:
    """One line where there is room, else two."""
    face, line = lettering(f"{HONEST} · {model}", size)
    if face.width(line) <= room:
        return face, [line]
    return face, [part for one in (HONEST, model) for part in wrapped(one, face, room, 2)]


def wrapped(text: str, face: Lettering, room: float, most: int) -> list[str]:
    """Break a text into lines that fit; end with an ellipsis what does not."""
    lines: list[str] = []
    left = text.split()
    while left and len(lines) < most:
        line = _fitting(left, face, room)
        lines.append(line)
        left = " ".join(left)[len(line) :].split()
    if left and lines:
        lines[-1] = _shortened(lines[-1], face, room)
    return lines


def _fitting(words: list[str], face: Lettering, room: float) -> str:
    """As many words as fit, or the beginning of one that is too long."""
    count = 1
    while count < len(words) and face.width(" ".join(words[: count + 1])) <= room:
        count += 1
    line = " ".join(words[:count])
    while len(line) > 1 and face.width(line) > room:
        line = line[:-1]
    return line


def _shortened(line: str, face: Lettering, room: float) -> str:
    while line and face.width(line + "…") > room:
        line = line[:-1].rstrip(" ,.;:-")
    return line + "…"


def _glass(
    image: Image.Image, pane: tuple[int, int, int, int], unit: float
) -> tuple[Colour, Colour]:
    """Blur and tint what lies beneath; return the two inks that read well on it."""
    area = image.crop(pane).filter(ImageFilter.GaussianBlur(14 * unit))
    light = area.convert("L").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    is_light = isinstance(light, int | float) and light > 128
    tint, strong, faint = LIGHT if is_light else DARK
    glass = Image.blend(area, Image.new("RGB", area.size, tint), 0.8 if is_light else 0.68)
    mask = Image.new("L", (area.width * 2, area.height * 2))
    corner = round(20 * unit)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *(side - 1 for side in mask.size)), corner, 255)
    image.paste(glass, pane, mask.reduce(2))
    return strong, faint
