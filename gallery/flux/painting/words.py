"""Reading words, and drawing lots that fall the same way each time."""

import hashlib
import re
from collections.abc import Sequence


def words_of(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def number(text: str) -> int:
    """A large number that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8])


def lot(choices: Sequence[str], text: str) -> str:
    return choices[number(text) % len(choices)]
