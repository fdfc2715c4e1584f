"""How numbers, times and sizes are said on pages."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.utils import formats, timezone

MINUTE, HOUR, DAY = 60, 3600, 86400


def credits(amount: Decimal) -> str:
    """The exact number, without the zeros that say nothing: 0.216 or 1,234."""
    text = f"{amount:,.4f}"
    return text.rstrip("0").rstrip(".")


def in_credits(amount: Decimal) -> str:
    return f"{credits(amount)} {'credit' if amount == 1 else 'credits'}"


def roughly(amount: Decimal) -> str:
    """Credits at a glance, never more than there are: 1,234 or 86.4 or 3.21."""
    digits = Decimal("1") if amount >= 1000 else Decimal("0.1") if amount >= 10 else Decimal("0.01")
    return credits(amount.quantize(digits, rounding=ROUND_DOWN))


def ordinal(number: int) -> str:
    tens, ones = divmod(number % 100, 10)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(ones, "th") if tens != 1 else "th"
    return f"{number:,}{ending}"


def pictures(number: int) -> str:
    return f"{number} {'picture' if number == 1 else 'pictures'}"


def stars(number: int) -> str:
    return f"{number} {'star' if number == 1 else 'stars'}"


def size(text: str) -> str:
    """Pixels as people write them, 1024 × 768; a ratio as it is."""
    return text.replace("x", " × ")


def placed(galleries: Sequence[str]) -> str:
    """In which galleries a picture is now."""
    if not galleries:
        return "In none of your galleries."
    return "In " + " and ".join(filter(None, [", ".join(galleries[:-1]), galleries[-1]])) + "."


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else clock(round(seconds))


def clock(seconds: int) -> str:
    """Whole seconds, as the page's own clock writes them, too."""
    minutes, rest = divmod(seconds, MINUTE)
    if not minutes:
        return f"{rest} s"
    return f"{minutes:,} min" if minutes >= 10 or not rest else f"{minutes} min {rest} s"


def ago(moment: datetime, now: datetime) -> str:
    """Relative up to a week, then a date. The page's own clock goes on with the same words."""
    seconds = (now - moment).total_seconds()
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h ago"
    if seconds < 7 * DAY:
        days = int(seconds // DAY)
        return f"{days} {'day' if days == 1 else 'days'} ago"
    return formats.date_format(timezone.localtime(moment), "j M Y")


def file_size(octets: int) -> str:
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000)):,} kB"
    return f"{octets / 1_000_000:.1f} MB"


def shortened(text: str, length: int) -> str:
    """On one line and no longer than this, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
