"""What every page shows; nothing is asked of the database unless the page shows it."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import credits
from accounts.credits import Statement
from accounts.models import Person
from gallery import feed
from gallery.feed import Standing
from gallery.models import Conductor

# The first part of an address says where one is; tests/fluxsite/test_places.py walks them.
PLACES = {
    "studio": ["", "edit", "generations", "batches", "preview", "prompts", "presets"],
    "library": ["library", "images", "selection", "compare"],
    "galleries": ["galleries"],
    "team": ["team"],
    "settings": ["settings", "accounts", "api"],
}


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "is_demo": settings.DEMO,
        "place": _place(request.path),
        "credits": SimpleLazyObject(lambda: _statement(request)),
        "pause": SimpleLazyObject(_pause),
        "following": SimpleLazyObject(lambda: _following(request)),
    }


def _place(path: str) -> str:
    """Which of the main places is marked as the current one; empty for none."""
    first = path.split("/")[1]
    return next((place for place, parts in PLACES.items() if first in parts), "")


def _statement(request: HttpRequest) -> Statement | None:
    """What the person may spend; None for a stranger."""
    # A request that was refused early has not met the middleware that knows people.
    person = getattr(request, "user", None)
    return credits.statement(person) if person and person.is_authenticated else None


def _following(request: HttpRequest) -> Standing | None:
    """How this person's open jobs stand; None for who makes no pictures."""
    person = getattr(request, "user", None)
    return feed.standing(person) if isinstance(person, Person) and person.is_maker else None


def _pause() -> Conductor | None:
    """The conductor's row while it submits nothing."""
    return Conductor.objects.exclude(pause="").first()
