"""Which family and palette suit a prompt: its words first, and its hash where they are silent."""

from dataclasses import dataclass

from gallery.flux.painting import (
    architecture,
    flows,
    landscapes,
    nights,
    papers,
    plants,
    portraits,
    still_lifes,
    waters,
)
from gallery.flux.painting.family import Family
from gallery.flux.painting.words import number, words_of

MODULES = (
    landscapes,
    waters,
    nights,
    papers,
    plants,
    still_lifes,
    architecture,
    portraits,
    flows,
)
FAMILIES: dict[str, Family] = {
    family.name: family for module in MODULES for family in module.FAMILIES
}
# Words that ask for a mood which the palettes name otherwise.
MOODS = {
    "midnight": "night",
    "moonlit": "night",
    "moonlight": "night",
    "darkness": "dark",
    "sunset": "dusk",
    "twilight": "dusk",
    "evening": "dusk",
    "sunrise": "dawn",
    "morning": "dawn",
    "golden": "warm",
    "sunny": "day",
    "noon": "day",
    "fire": "warm",
    "fall": "autumn",
    "snowy": "snow",
    "frozen": "cold",
    "ice": "cold",
    "misty": "fog",
    "foggy": "fog",
    "mist": "fog",
    "scarlet": "red",
    "crimson": "red",
    "terracotta": "red",
    "cobalt": "blue",
    "navy": "blue",
    "azure": "blue",
    "turquoise": "teal",
    "emerald": "green",
    "mossy": "green",
    "lilac": "purple",
    "violet": "purple",
    "lavender": "purple",
    "rose": "pink",
    "cherry": "pink",
    "blossom": "pink",
    "ember": "warm",
    "amber": "orange",
    "monochrome": "black",
    "calm": "quiet",
    "minimal": "quiet",
    "grey": "quiet",
    "gray": "quiet",
}
MOST_PALETTES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A family, and the palettes that its variations go through in turn."""

    family: str
    palettes: tuple[int, ...]


def choose(prompt: str) -> Choice:
    words = words_of(prompt)
    family = _family(words, number(prompt))
    return Choice(family=family.name, palettes=_palettes(family, words, number(prompt + "#")))


def _family(words: tuple[str, ...], lot: int) -> Family:
    """The one that most words call for; among equals the one that is named first."""
    families = list(FAMILIES.values())
    hits = {f.name: [at for at, word in enumerate(words) if word in f.words] for f in families}
    most = max(len(places) for places in hits.values())
    if most == 0:
        return families[lot % len(families)]
    best = [family for family in families if len(hits[family.name]) == most]
    first = min(hits[family.name][0] for family in best)
    best = [family for family in best if hits[family.name][0] == first]
    return best[lot % len(best)]


def _palettes(family: Family, words: tuple[str, ...], lot: int) -> tuple[int, ...]:
    """Those of the mood that is asked for, or else any three."""
    wanted = {MOODS.get(word, word) for word in words}
    count = len(family.palettes)
    fits = [len(family.moods(number_) & wanted) for number_ in range(count)]
    order = [(lot + step) % count for step in range(count)]
    if max(fits) > 0:
        order = [palette for palette in order if fits[palette] == max(fits)]
    return tuple(order[:MOST_PALETTES])
