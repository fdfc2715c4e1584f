"""Names for many files at once, by a template; safe on every system, and no two alike."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone

from gallery import words
from gallery.facts import EXTENSIONS
from gallery.files import NOT_IN_NAMES
from gallery.models import Image

USUAL = "{date}-{prompt}-{id}"
BLANKS = ("date", "time", "prompt", "model", "owner", "seed", "size", "number", "id")
BLANK = re.compile(r"\{(\w+)\}")
LONGEST_TEMPLATE = 200
LONGEST_PROMPT = 50
LONGEST = 150  # bytes, so that there is room for what makes a name unique
# What Windows takes for a device, whatever its extension.
DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")


class BadTemplate(ValueError):
    """In words for whoever wrote it."""


def check(template: str) -> None:
    """Raises BadTemplate."""
    if len(template) > LONGEST_TEMPLATE:
        raise BadTemplate(f"Use at most {LONGEST_TEMPLATE} characters.")
    for name in BLANK.findall(template):
        if name not in BLANKS:
            raise BadTemplate(f"There is no {{{name}}}. {offer()}")


def offer() -> str:
    blanks = [f"{{{name}}}" for name in BLANKS]
    return f"Use {', '.join(blanks[:-1])} and {blanks[-1]}."


def names_of(images: Sequence[Image], template: str) -> Iterator[str]:
    """Needs each picture's owner at hand. An empty template is the usual one."""
    digits = len(str(len(images)))
    wanted = (
        (_filled(template.strip() or USUAL, image, f"{number:0{digits}}"), image.content_type)
        for number, image in enumerate(images, start=1)
    )
    return unique((safe(text), EXTENSIONS.get(kind, "bin")) for text, kind in wanted)


def safe(text: str) -> str:
    """As one file may be called anywhere: no folder, no device, nothing hidden, not too long."""
    line = NOT_IN_NAMES.sub("-", INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    name = " ".join(line.split()).strip(" .")
    name = name.encode()[:LONGEST].decode(errors="ignore").strip(" .") or "picture"
    return f"_{name}" if DEVICES.match(name) else name


def _filled(template: str, image: Image, number: str) -> str:
    made = timezone.localtime(image.created_at)
    values = {
        "date": f"{made:%Y-%m-%d}",
        "time": f"{made:%H%M%S}",
        "prompt": words.shortened(image.prompt, LONGEST_PROMPT).rstrip("…"),
        "model": image.model_name,
        "owner": str(image.owner),
        "seed": image.seed or "no seed",
        "size": f"{image.width}x{image.height}",
        "number": number,
        "id": image.pk.hex[:8],
    }
    return BLANK.sub(lambda blank: values[blank[1]], template)


def unique(names: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Alike is what differs in letter case alone: some systems keep but one of them."""
    seen: set[str] = set()
    times: dict[str, int] = {}
    for name, extension in names:
        key = name.casefold()
        free = name
        while f"{free.casefold()}.{extension}" in seen:
            times[key] = times.get(key, 1) + 1
            free = f"{name}-{times[key]}"
        seen.add(f"{free.casefold()}.{extension}")
        yield f"{free}.{extension}"
