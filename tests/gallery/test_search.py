"""The words of the search, on whichever database this is."""

import pytest
from looking import found


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
def test_words(alice, make_row, q, is_found):
    prompt = "The red fox, jumping over hedges: black-and-white 3D render, Café"
    make_row(alice, prompt)

    assert found(alice, q=q) == ([prompt] if is_found else [])


@pytest.mark.parametrize("q", ["", "   ", "!!!", '""', "-", "*", "-*", "'", "\\"])
def test_a_search_without_a_word_narrows_nothing(alice, make_row, q):
    make_row(alice, "A fox")

    assert found(alice, q=q) == ["A fox"]
