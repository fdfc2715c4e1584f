import uuid
from decimal import Decimal

import pytest
from django.http import QueryDict

from gallery.forms import WishForm

SENT = {"prompt": " A fox ", "model": "flux-pro-1.1", "size": "1:1", "count": "3"}


def form(**others):
    data = QueryDict(mutable=True)
    data.update(SENT | {"form_token": str(uuid.uuid4())} | others)
    return WishForm(data)


def test_a_good_form_is_a_wish(db):
    sent = form()

    assert sent.is_valid()
    wish = sent.wish()
    assert (wish.prompt, wish.model.name, wish.size, wish.count) == (
        "A fox",
        "flux-pro-1.1",
        "1:1",
        3,
    )
    assert wish.price == Decimal("1.269")


@pytest.mark.parametrize("prompt", ["x" * 4000, "x" * 3999 + "\r\n", "🦊" * 4000])
def test_the_longest_prompt_is_taken(prompt, db):
    assert form(prompt=prompt).is_valid()


def test_one_character_too_many_is_counted(db):
    sent = form(prompt="x" * 4001)

    assert sent.errors["prompt"] == [
        "The prompt has 4,001 characters, 1 too many. Shorten it to 4,000."
    ]


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        ("1300", "768", "Use a multiple of 32 for the width. The nearest are 1280 and 1312."),
        ("1312", "9", "Use a height between 256 and 1440 pixels."),
        ("", "768", "Give a width and a height in pixels."),
        ("wide", "768", "Give a width and a height in pixels."),
        ("-512", "768", "Use a ratio"),
    ],
)
def test_a_size_of_ones_own_is_checked(width, height, words, db):
    sent = form(size="custom", width=width, height=height)

    assert sent.errors["size"][0].startswith(words)


@pytest.mark.parametrize("prompt", ["\u200b\u200d", "\ufeff \u2060", "\u00a0\u2003", "\u202e"])
def test_a_prompt_of_which_nothing_is_seen_is_blank(prompt, db):
    assert form(prompt=prompt).errors["prompt"] == ["Describe the picture that you want."]


@pytest.mark.parametrize("prompt", ["🦊", "ก", "猫", "!", "\u202eשלום"])
def test_anything_that_is_seen_is_a_prompt(prompt, db):
    assert form(prompt=prompt).is_valid()


@pytest.mark.parametrize("side", ["width", "height"])
def test_a_side_that_is_no_number_is_named(side, db):
    assert side in form(**{side: "abc"}).errors[side][0]
