"""What becomes of a wish: the API's own checks, and then a ticket."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gallery.flux import catalog
from gallery.flux.emulator import pictures, tickets
from gallery.flux.emulator.behaviours import called, is_even_minute, is_rush
from gallery.flux.emulator.tickets import OFFERS, Recipe, Source, Ticket
from gallery.flux.painting import choose, plan
from gallery.flux.painting.words import number

# How long a picture takes, give or take a fifth.
SECONDS = {
    "flux-2-klein": 2.5,
    "flux-dev": 4.0,
    "flux-2-flex": 5.0,
    "flux-pro-1.1": 5.0,
    "flux-pro": 6.0,
    "flux-2-pro": 6.0,
    "flux-kontext-pro": 6.0,
    "flux-pro-1.1-ultra": 8.0,
    "flux-kontext-max": 8.0,
    "flux-2-max": 8.0,
}
SLOW, USUAL = 60.0, 6.0


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """An error answer of the API."""

    status: int
    code: str
    message: str


class Vanished(Exception):
    """The connection ends; `is_sent` says whether the request went out before."""

    def __init__(self, *, is_sent: bool) -> None:
        super().__init__("vanished")
        self.is_sent = is_sent


def submit(body: Mapping[str, Any], *, now: float, pace: float, keep: Path) -> Ticket:
    """Check a wish as the API does, and accept it. Raises Refusal or Vanished."""
    prompt = _prompt(body.get("prompt"))
    words = called(prompt)
    _misfortune(words, now)
    offer, nonce = _offer(body), secrets.token_hex(4)
    size, count = _size(offer, body.get("size")), _count(body)
    return Ticket(
        started=now,
        seconds=_seconds(offer.name, words, nonce) * pace,
        action=body["action"],
        model=offer.name,
        size=size,
        count=max(1, count - 1) if "one short" in words else count,
        prompt=tickets.shortened(prompt),
        words=tuple(sorted(words)),
        nonce=nonce,
        recipe=_recipe(body, tickets.pixels(offer.name, size), nonce, keep),
    )


def _prompt(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refusal(400, "bad_request", "prompt is required")
    return value.strip()


def _misfortune(words: frozenset[str], now: float) -> None:
    """What goes wrong before a wish is looked at."""
    if "unreachable" in words and is_rush(now):
        raise Vanished(is_sent=False)
    if "no answer" in words:
        raise Vanished(is_sent=True)
    if "token" in words and is_even_minute(now):
        raise Refusal(401, "invalid_token", "The token is invalid.")
    if "used up" in words and is_even_minute(now):
        raise Refusal(403, "used_up", "The credits of this account are used up.")
    if "busy" in words and is_rush(now):
        raise Refusal(429, "too_many_requests", "Too many requests. Try again later.")
    if "server error" in words:
        raise Refusal(500, "api_error", "fetch failed")
    if "moderated" in words:
        raise Refusal(403, "forbidden", "The prompt was moderated by the safety filter.")


def _offer(body: Mapping[str, Any]) -> catalog.Offer:
    """The model, if it does what is asked."""
    action = body.get("action")
    if action not in ("generate", "edit"):
        raise Refusal(400, "bad_request", "action is invalid, use generate or edit")
    offer = OFFERS.get(str(body.get("model", "flux-dev")))
    if offer is None or not (offer.can_edit if action == "edit" else offer.can_generate):
        raise Refusal(400, "bad_request", "model is invalid.")
    return offer


def _size(offer: catalog.Offer, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Refusal(400, "bad_request", "size is required")
    problem = catalog.size_problem(offer.size_rule, value)
    if problem:
        raise Refusal(400, "bad_request", f"size is invalid. {problem}")
    return value


def _count(body: Mapping[str, Any]) -> int:
    count = 1 if body.get("count") is None else body["count"]
    if isinstance(count, bool) or not isinstance(count, int | float) or count % 1:
        raise Refusal(400, "bad_request", "count is invalid, use a whole number")
    if not 1 <= count <= catalog.MAX_COUNT:
        raise Refusal(400, "bad_request", f"count is invalid, use 1 to {catalog.MAX_COUNT}")
    if body["action"] == "edit" and count != 1:
        raise Refusal(400, "bad_request", "count is only valid for generate")
    return int(count)


def _seconds(model: str, words: frozenset[str], nonce: str) -> float:
    if "at once" in words:
        return 0
    if "slow" in words:
        return SLOW
    return SECONDS.get(model, USUAL) * (0.8 + number(nonce) % 401 / 1000)


def _recipe(body: Mapping[str, Any], size: tuple[int, int], nonce: str, keep: Path) -> Recipe:
    if body["action"] == "edit":
        return _edited(body["prompt"], body.get("image_url"), nonce, keep)
    choice = choose(body["prompt"])
    source = Source(family=choice.family, palettes=choice.palettes, seed=nonce, size=size)
    return Recipe(source=source)


def _edited(prompt: str, url: object, nonce: str, keep: Path) -> Recipe:
    """One more edit on top of what a picture of ours is already made from."""
    if not isinstance(url, str) or not url.strip():
        raise Refusal(400, "bad_request", "image_url is required")
    origin = pictures.origin(url.strip(), keep)
    if origin is None:
        raise Refusal(400, "bad_request", "image_url cannot be opened by the emulator")
    edits = (*origin.edits, plan(prompt, nonce))[-tickets.MAX_EDITS :]
    return Recipe(source=origin.source, edits=edits)
