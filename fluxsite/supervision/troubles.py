"""Troubles that last: told when they begin and when they are over, and not each second between."""

import logging

logger = logging.getLogger(__name__)


class Trouble:
    def __init__(self, what: str) -> None:
        self._what = what
        self._lasts = False

    def is_there(self, error: Exception) -> None:
        if not self._lasts:
            logger.warning("%s: %s", self._what.capitalize(), " ".join(str(error).split()))
        self._lasts = True

    def is_over(self) -> None:
        if self._lasts:
            logger.warning("Over: %s.", self._what)
        self._lasts = False


def one_line(error: Exception) -> str:
    """Without its last full stop, since the mend follows."""
    return " ".join(str(error).split()).rstrip(".")
