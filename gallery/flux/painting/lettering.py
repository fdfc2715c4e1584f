"""Text in Pillow's own typeface. It knows plain Latin only, so accents are made from its signs.

Where a prompt is written in another script, a typeface of the system takes over if there is one
that can draw more of it. What nobody can draw is left out.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from gallery.flux.painting.canvas import Colour

SYSTEM_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc")
PLAIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d",
        "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
        "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "„": "“", "×": "x", "•": "·",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ",
    }
)  # fmt: skip
# A mark, the sign it is made from, and how that is turned.
MIRRORED, FLIPPED = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM
ABOVE: dict[str, tuple[str, Image.Transpose | None]] = {
    "\u0300": ("`", None),
    "\u0301": ("`", MIRRORED),
    "\u0302": ("^", None),
    "\u0303": ("~", None),
    "\u0304": ("-", None),
    "\u0306": ("^", FLIPPED),
    "\u0307": (".", None),
    "\u0308": ("..", None),
    "\u030a": ("°", None),
    "\u030b": ("``", MIRRORED),
    "\u030c": ("^", FLIPPED),
}
BELOW = {"\u0327": ",", "\u0328": ",", "\u0326": ",", "\u0323": "."}


@dataclass(frozen=True, slots=True)
class Lettering:
    """One typeface at one size."""

    font: ImageFont.FreeTypeFont

    def width(self, text: str) -> float:
        return self.font.getlength(_bare(text))

    def draw(self, image: Image.Image, at: tuple[float, float], text: str, fill: Colour) -> None:
        """Write text with the left end of its base line at a point."""
        pen = ImageDraw.Draw(image)
        pen.text(at, _bare(text), fill=fill, font=self.font, anchor="ls")
        base = ""
        for sign in text:
            if unicodedata.combining(sign):
                self._mark(pen, at, base, sign, fill)
            else:
                base += sign

    def _mark(
        self, pen: ImageDraw.ImageDraw, at: tuple[float, float], base: str, mark: str, fill: Colour
    ) -> None:
        left, top, right, bottom = self.font.getbbox(base[-1], anchor="ls")
        middle = at[0] + self.font.getlength(base[:-1]) + (left + right) / 2
        sign, turn = ABOVE.get(mark) or (BELOW[mark], None)
        shape = _sign(sign, turn, self.font.size)
        gap = max(1, round(self.font.size * 0.06))
        y = at[1] + bottom if mark in BELOW else at[1] + top - gap - shape.height
        pen.bitmap((round(middle - shape.width / 2), round(y)), shape, fill=fill)


def lettering(text: str, size: float) -> tuple[Lettering, str]:
    """The typeface that draws most of a text, and what of the text it can draw."""
    best = _own_font(size)
    drawn = _drawable(text, best)
    wanted = len(_bare(text))
    for name in SYSTEM_FONTS:
        if len(_bare(drawn)) >= wanted:
            break
        font = _system_font(name, size)
        other = _drawable(text, font) if font else ""
        if font and len(_bare(other)) > len(_bare(drawn)):
            best, drawn = font, other
    return Lettering(best), drawn


def _drawable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """Text as letters followed by marks, without what the typeface lacks."""
    kept = []
    for sign in unicodedata.normalize("NFC", text):
        if _has(font, sign):
            kept.append(sign)
        else:
            parts = unicodedata.normalize("NFKD", sign.translate(PLAIN))
            known = (part for part in parts if part in ABOVE or part in BELOW or _has(font, part))
            kept += known
    words = "".join(kept).split()
    return " ".join(words).lstrip("".join((*ABOVE, *BELOW)))


@lru_cache(4096)
def _has(font: ImageFont.FreeTypeFont, sign: str) -> bool:
    if sign.isspace():
        return sign == " "
    blank = bytes(font.getmask("\U0010ffff"))
    return unicodedata.category(sign)[0] not in "CM" and bytes(font.getmask(sign)) != blank


def _bare(text: str) -> str:
    return "".join(sign for sign in text if not unicodedata.combining(sign))


@lru_cache(32)
def _own_font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - what a size promises
    return font


@lru_cache(32)
def _system_font(name: str, size: float) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None  # not on this machine


@lru_cache(256)
def _sign(sign: str, turn: Image.Transpose | None, size: float) -> Image.Image:
    """A mark as a small picture, cut to its ink."""
    font = _own_font(size * (0.62 if sign in "^~-°" else 0.95))
    image = Image.new("L", (round(size * 1.5), round(size * 2)))
    ImageDraw.Draw(image).text((2, 2), sign, fill=255, font=font)
    shape = image.crop(image.getbbox())
    return shape.transpose(turn) if turn is not None else shape
