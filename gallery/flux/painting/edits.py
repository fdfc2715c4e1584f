"""How an edit changes a picture: other light for the whole, and one thing added.

Both follow the words of the instruction; where it has none that fits, they are drawn by lot.
"""

from dataclasses import dataclass

from PIL import Image, ImageEnhance

from gallery.flux.painting.additions import ADDITIONS
from gallery.flux.painting.canvas import Canvas, colours, tint
from gallery.flux.painting.words import lot, words_of

__all__ = ["ADDITIONS", "GRADES", "Edit", "plan", "retouch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Colours for shadow, middle and light, and how far to go towards them."""

    words: str
    stops: str
    share: float
    colour: float = 1.0
    addition: str = ""


GRADES: dict[str, Grade] = {
    "night": Grade(
        words="night midnight dark darker evening moon moonlight stars",
        stops="#02040c #081028 #1c3268 #6482c2",
        share=0.86,
        addition="moon",
    ),
    "dusk": Grade(
        words="dusk sunset twilight dawn sunrise golden",
        stops="#1a0d30 #7a2f5f #f08a5a #ffe3b0",
        share=0.62,
        addition="birds",
    ),
    "snow": Grade(
        words="snow snowy winter ice icy frost frozen christmas",
        stops="#2a3a52 #8fa6c2 #dfe8f2 #ffffff",
        share=0.62,
        colour=0.6,
        addition="snow",
    ),
    "rain": Grade(
        words="rain rainy storm stormy wet thunder",
        stops="#0c141c #3a4a56 #8798a3 #cfd8dc",
        share=0.6,
        colour=0.7,
        addition="rain",
    ),
    "fog": Grade(
        words="fog foggy mist misty haze pale soft pastel faded",
        stops="#6f7478 #b5b9ba #dcdedd #f7f6f3",
        share=0.55,
        colour=0.8,
    ),
    "mono": Grade(
        words="black white monochrome grey gray bw noir pencil charcoal",
        stops="#08080a #55565a #b5b6b9 #fbfbfa",
        share=1,
    ),
    "sepia": Grade(
        words="sepia vintage old retro antique brown film",
        stops="#1c120a #6b4a2c #c9a678 #f7ecd6",
        share=0.9,
    ),
    "warm": Grade(
        words="warm warmer sunny summer gold orange autumn fire desert candle",
        stops="#24100a #9c4a24 #f0a860 #fff3d6",
        share=0.62,
    ),
    "cold": Grade(
        words="cold colder cool cooler blue sea underwater ocean cobalt navy",
        stops="#040e22 #1f4a86 #7fb0e0 #eef6ff",
        share=0.55,
    ),
    "red": Grade(
        words="red crimson scarlet ruby blood mars terracotta",
        stops="#1c0408 #8f1820 #ee6a50 #ffe9dc",
        share=0.62,
    ),
    "green": Grade(
        words="green forest emerald moss spring jungle mint",
        stops="#04140c #1f5f3f #86c48f #f2fae4",
        share=0.58,
    ),
    "pink": Grade(
        words="pink magenta blossom cherry candy valentine",
        stops="#2a0a20 #a83a6c #f4a0b4 #fff0f2",
        share=0.58,
        addition="petals",
    ),
    "purple": Grade(
        words="purple violet lilac lavender magic",
        stops="#120828 #4a2a8f #a98ae6 #f6eefc",
        share=0.6,
    ),
    "teal": Grade(
        words="teal turquoise cyan aqua",
        stops="#02161a #0f5f66 #6cc4bd #effaf4",
        share=0.6,
    ),
    "yellow": Grade(
        words="yellow sunflower bright brighter lighter",
        stops="#241a06 #a8842c #f4d06a #fffbe6",
        share=0.5,
    ),
    "neon": Grade(
        words="neon cyberpunk vaporwave futuristic synthwave disco",
        stops="#0a0428 #7a1fb0 #ff4fa0 #7df9ff",
        share=0.75,
    ),
}
BY_LOT = ("dusk", "warm", "cold", "purple", "teal", "sepia")
KEEPS_CLEAR = words_of("remove without delete erase less empty clean no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an instruction has come to. `addition` may be empty."""

    grade: str
    addition: str
    seed: str


def plan(instruction: str, seed: str) -> Edit:
    """Read an instruction."""
    words = words_of(instruction)
    grade = _called(words, {name: grade.words for name, grade in GRADES.items()})
    addition = _called(words, {name: addition.words for name, addition in ADDITIONS.items()})
    if not addition and grade:
        addition = GRADES[grade].addition
    elif not addition:
        addition = lot(("birds", "balloon", "petals", "lanterns"), instruction)
    if set(words) & set(KEEPS_CLEAR):
        addition = ""
    return Edit(grade=grade or lot(BY_LOT, instruction), addition=addition, seed=seed)


def _called(words: tuple[str, ...], names: dict[str, str]) -> str:
    """The name whose word comes first, else the empty string."""
    for word in words:
        for name, known in names.items():
            if word in known.split():
                return name
    return ""


def retouch(image: Image.Image, edit: Edit) -> Image.Image:
    """The same picture in another light, with something new in it."""
    grade = GRADES[edit.grade]
    light = image.convert("L")
    base = ImageEnhance.Color(image).enhance(grade.colour)
    canvas = Canvas(image.size, (), edit.seed)
    canvas.image = Image.blend(base, tint(light, colours(grade.stops)), grade.share)
    if edit.addition:
        ADDITIONS[edit.addition].paint(canvas)
    return canvas.image
