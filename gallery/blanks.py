"""Prompts with blanks: `{product} on {background}`, and lists such as `{red|green|blue}`.

A blank has a name, and its values are given beside the text; the same name twice is the same
value twice. A list stands for each of its entries in turn. `{{…}}` means the braces themselves,
and so does every brace that makes neither a blank nor a list.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

LONGEST_NAME = 40
_TOKENS = re.compile(r"\{\{(?P<literal>[^{}]*)\}\}|\{(?P<inside>[^{}]*)\}")
_NAME = re.compile(rf"\w[\w -]{{0,{LONGEST_NAME - 1}}}")


@dataclass(frozen=True, slots=True)
class Blank:
    """What is chosen anew for each prompt; `values` are there from the start for a list."""

    name: str
    values: tuple[str, ...] = ()


Part = str | Blank


@dataclass(frozen=True, slots=True)
class Filled:
    text: str
    label: str  # what was filled in


@dataclass(frozen=True, slots=True)
class Template:
    parts: tuple[Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the blanks that need values, in the order of the text."""
        return tuple(blank.name for blank in self.blanks if not blank.values)

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """Each once; two equal lists are two, and vary each for itself."""
        lists_and_names = (part for part in self.parts if isinstance(part, Blank))
        seen: dict[object, Blank] = {}
        for place, blank in enumerate(lists_and_names):
            seen.setdefault(place if blank.values else blank.name, blank)
        return tuple(seen.values())

    def number(self, values: Mapping[str, Sequence[str]]) -> int:
        """How many prompts it makes, without making them."""
        return prod(len(blank.values or values.get(blank.name, ())) for blank in self.blanks)

    def filled(self, values: Mapping[str, Sequence[str]]) -> Iterator[Filled]:
        """Every prompt; the last blank changes fastest."""
        lists = [blank.values or values.get(blank.name, ()) for blank in self.blanks]
        for chosen in itertools.product(*lists):
            yield Filled(self._text(chosen), " · ".join(filter(None, chosen)))

    def _text(self, chosen: Sequence[str]) -> str:
        blanks = self.blanks
        by_name = {
            blank.name: value
            for blank, value in zip(blanks, chosen, strict=True)
            if not blank.values
        }
        of_lists = iter(
            [value for blank, value in zip(blanks, chosen, strict=True) if blank.values]
        )
        return "".join(
            part if isinstance(part, str) else next(of_lists) if part.values else by_name[part.name]
            for part in self.parts
        )


def parse(text: str) -> Template:
    """Never fails: what is no blank and no list is text."""
    return Template(tuple(_parts(text)))


def escaped(text: str) -> str:
    """What is read as this very text: braces that would make a blank or a list are doubled."""
    return _TOKENS.sub(_doubled, text)


def _doubled(match: re.Match[str]) -> str:
    return match[0] if match["inside"] and _part(match) == match[0] else f"{{{match[0]}}}"


def values_of(text: str) -> tuple[str, ...]:
    """One value a line, or on a single line with commas between; each once."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line]
    if len(found) == 1:
        found = [value.strip() for value in found[0].split(",")]
    return tuple(dict.fromkeys(filter(None, found)))


def _parts(text: str) -> Iterator[Part]:
    end = 0
    for match in _TOKENS.finditer(text):
        yield text[end : match.start()]
        yield _part(match)
        end = match.end()
    yield text[end:]


def _part(match: re.Match[str]) -> Part:
    if match["literal"] is not None:
        return f"{{{match['literal']}}}"
    inside = match["inside"].strip()
    if "|" in inside:
        return Blank(inside, tuple(dict.fromkeys(value.strip() for value in inside.split("|"))))
    return Blank(inside) if _NAME.fullmatch(inside) else match[0]
