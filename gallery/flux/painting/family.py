"""What a family of pictures is: one composition in several moods."""

from collections.abc import Callable
from dataclasses import dataclass

from gallery.flux.painting.canvas import Canvas, Colour, colours


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`words` in a prompt call for it; each palette is a line "moods: #colour #colour …"."""

    name: str
    words: frozenset[str]
    palettes: tuple[str, ...]
    paint: Callable[[Canvas], None]

    def moods(self, palette: int) -> frozenset[str]:
        return frozenset(self.palettes[palette].partition(":")[0].split())

    def colours(self, palette: int) -> tuple[Colour, ...]:
        return colours(self.palettes[palette].partition(":")[2])


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())
