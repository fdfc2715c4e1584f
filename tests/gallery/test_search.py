"""The search, on whichever database this is: words, filters, an index that follows by itself."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Person
from gallery import listings, shelves
from gallery.models import Image


@pytest.fixture
def image(make_generation: Callable[..., Any]) -> Callable[..., Image]:
    """`image(alice, "A red fox")`: its row alone, without files."""
    generations: dict[Any, Any] = {}

    def make(owner: Person, prompt: str = "A lighthouse", **fields: Any) -> Image:
        generation = fields.pop("generation", None)
        if generation is None:
            generation = generations.get(owner.pk) or make_generation(owner, status="succeeded")
            generations[owner.pk] = generation
        usual = {
            "generation": generation,
            "model_name": "flux-dev",
            "width": 64,
            "height": 48,
            "bytes": 1,
            "sha256": "",
            "content_type": "image/png",
            "colour": "#8a6f5c",
            "original": f"{uuid.uuid4()}.png",
        }
        return Image.objects.create(owner=owner, prompt=prompt, **usual | fields)

    return make


def found(person: Person, **asked: str) -> list[str]:
    """The prompts on the first page, which are those of the whole list."""
    listing = listings.find(person, asked)
    tiles = [tile.prompt for day in shelves.shelf(listing).days for tile in day.tiles]
    assert sorted(tiles) == sorted(row.prompt for row in listing.rows)
    return tiles


@pytest.mark.parametrize(
    ("q", "is_found"),
    [
        ("fox", True),
        ("FOX", True),
        ("foxes", True),
        ("jump", True),
        ("hedge fox", True),
        ("fox wolf", False),
        ("fo", False),
        ("fo*", True),
        ("jum*", True),
        ('"red fox"', True),
        ('"fox red"', False),
        ('"red fox', True),
        ("fox -wolf", True),
        ("fox -hedge", False),
        ("-wolf", True),
        ("-fox", False),
        ('-"red fox"', False),
        ('-"fox red"', True),
        ("-he*", False),
        ("cafe", True),
        ("café", True),
        ("cafés", True),
        ("the", True),
        ("black-and-white", True),
        ("white-and-black", False),
        ("fox !!!", True),
        ("fox OR wolf", False),
        ("fox NEAR hedge", False),
        ("prompt:fox", False),
        ("'; DROP TABLE gallery_image; --", False),
        ("fox*wolf", False),
        ("3d", True),
        ("\0fox", True),
    ],
)
def test_words(alice, image, q, is_found):
    prompt = "The red fox, jumping over hedges: black-and-white 3D render, Café"
    image(alice, prompt)

    assert found(alice, q=q) == ([prompt] if is_found else [])


@pytest.mark.parametrize("q", ["", "   ", "!!!", '""', "-", "*", "-*", "'", "\\"])
def test_a_search_without_a_word_narrows_nothing(alice, image, q):
    image(alice, "A fox")

    assert found(alice, q=q) == ["A fox"]
