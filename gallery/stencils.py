"""What stands on a page many times: its template is run once, with holes, which are then filled.

A picture's tile takes Django's templates half a millisecond, and filling its holes a fiftieth of
that. So a template used here may ask nothing of a hole (no `if`, no filter): what it decides by is
a choice, and each combination of choices has a pattern of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from html import escape
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

HOLE = re.compile(r"holefor(\w+?)endofhole")
PATTERNS = 256  # kept; a few dozen are in use


@dataclass(frozen=True, slots=True)
class Stencil:
    template: str
    name: str  # of a row in it
    holes: tuple[str, ...]
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, kind: type, template: str, name: str, *choices: str) -> "Stencil":
        """Every field of this dataclass is a hole, but for the choices."""
        holes = tuple(field.name for field in fields(kind) if field.name not in choices)
        return cls(template, name, holes, choices)

    def filled(self, rows: Iterable[Any], **around: str | bool) -> SafeString:
        """All rows, one after another; `around` is what the template knows besides."""
        same = tuple(sorted(around.items()))
        return mark_safe("".join(self._filled(row, same) for row in rows))  # noqa: S308 - escaped

    def _filled(self, row: Any, same: tuple[tuple[str, str | bool], ...]) -> str:
        chosen = tuple(getattr(row, name) for name in self.choices)
        words = {name: escape(getattr(row, name)) for name in self.holes}
        return _pattern(self, chosen, same) % words


@lru_cache(maxsize=PATTERNS)
def _pattern(stencil: Stencil, chosen: tuple[Any, ...], same: tuple[tuple[str, Any], ...]) -> str:
    """The template's text, to be filled by `%`."""
    holes = {name: f"holefor{name}endofhole" for name in stencil.holes}
    row = SimpleNamespace(**holes, **dict(zip(stencil.choices, chosen, strict=True)))
    text = render_to_string(stencil.template, {**dict(same), stencil.name: row})
    return HOLE.sub(r"%(\1)s", text.replace("%", "%%"))
