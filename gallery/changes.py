"""What changed in the words, from one prompt to the next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LONGEST = 400  # words that are compared
LEAST_ALIKE = 0.4  # below, the words are other ones rather than changed ones
LONGEST_SAME, BESIDE = 12, 4  # words in a row that are shown, and that stay at its ends


class Mark(StrEnum):
    SAME = "same"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    mark: Mark
    text: str


def changed(before: str, after: str, *, is_short: bool = False) -> tuple[Piece, ...]:
    """The words of `after`, those marked that are new, and between them those that are gone.

    An instruction that has little in common with the words before it is left unmarked.
    """
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not old or matcher.ratio() < LEAST_ALIKE:
        return tuple(_pieces(Mark.SAME, new, is_short=is_short))
    found: list[Piece] = []
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            found += _pieces(Mark.SAME, new[k:m], is_short=is_short)
        else:
            found += _pieces(Mark.GONE, old[i:j])
            found += _pieces(Mark.NEW, new[k:m])
    return tuple(found)


def _words(text: str) -> list[str]:
    """Punctuation counts by itself, so that a comma more does not change the word before it."""
    return re.findall(r"[\w'’-]+|[^\w\s]", text)[:LONGEST]


def _pieces(mark: Mark, words: Sequence[str], *, is_short: bool = False) -> Iterator[Piece]:
    if words:
        yield Piece(mark=mark, text=_joined(words, is_short=is_short))


def _joined(words: Sequence[str], *, is_short: bool) -> str:
    if is_short and len(words) > LONGEST_SAME:
        words = [*words[:BESIDE], "…", *words[-BESIDE:]]
    return re.sub(r" (?=[.,;:!?)\]])", "", " ".join(words))
