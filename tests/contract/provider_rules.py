"""What the provider refuses in a wish."""

from typing import Any

from provider_faults import REFUSALS, Reply, refusal

PIXELS = {"1024x1024", "1024x1792", "1792x1024"}
RATIOS = {"21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"}


def problem(wish: dict[str, Any], models: frozenset[str]) -> Reply | None:
    """The refusal of a wish, or None when it is a good one."""
    model, size, action = wish.get("model", "flux-dev"), wish.get("size"), wish.get("action")
    if model not in models:
        return REFUSALS["model-invalid"]
    if not size:
        return REFUSALS["size-required"]
    checks = {
        "action is invalid": action in {"generate", "edit"},
        "prompt is required": bool(str(wish.get("prompt", "")).strip()),
        "size is invalid": size in RATIOS or _takes_pixels(model, size),
        "image_url is required": action != "edit" or _is_address(wish.get("image_url")),
        "count is invalid": "count" not in wish or _is_count(wish["count"], action),
    }
    wrong = next((message for message, is_fine in checks.items() if not is_fine), None)
    return refusal(400, "bad_request", wrong, success=False) if wrong else None


def _takes_pixels(model: str, size: str) -> bool:
    if model in {"flux-dev", "flux-pro"}:
        return size in PIXELS
    sides = size.split("x")
    fits = [s.isdecimal() and 256 <= int(s) <= 1440 and int(s) % 32 == 0 for s in sides]
    return model == "flux-pro-1.1" and len(sides) == 2 and all(fits)


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _is_count(value: object, action: object) -> bool:
    return action == "generate" and type(value) is int and 1 <= value <= 4
