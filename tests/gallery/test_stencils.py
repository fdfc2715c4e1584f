from dataclasses import fields, replace

import pytest
from django.template.loader import render_to_string

from gallery.narrowing import Option
from gallery.stencils import HOLE
from gallery.templatetags.page import CHOICE, TILE
from gallery.tiles import Tile

NASTY = [
    "A fox",
    "",
    """<b title='x' class="y">& 100 % %s %(id)s {{ tile.id }} {0}</b>""",
    "holeforidendofhole and naïve 狐",
]
AROUND = {"sizes": "(width < 48rem) 40vw", "is_trash": False, "picks": True, "is_maker": True}


def tile(text, **facts):
    words = {field.name: f"{field.name} {text}" for field in fields(Tile)}
    return Tile(**words | {"is_favourite": False, "approval": ""} | facts)


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("approval", ["", "approved", "rejected"])
@pytest.mark.parametrize("is_favourite", [True, False])
@pytest.mark.parametrize("around", [{}, {"is_trash": True, "is_maker": False, "picks": False}])
def test_a_filled_tile_is_what_its_template_makes_of_it(text, approval, is_favourite, around):
    one = tile(text, approval=approval, is_favourite=is_favourite)

    filled = TILE.filled([one], **AROUND | around)

    assert filled == render_to_string("gallery/_tile.html", {"tile": one} | AROUND | around)


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_filled_choice_is_what_its_template_makes_of_it(text, is_chosen):
    one = Option(value=text, label=text, is_chosen=is_chosen)

    filled = CHOICE.filled([one], name="gallery")

    same = {"option": one, "name": "gallery"}
    assert filled == render_to_string("gallery/_choice.html", same)


def test_rows_follow_each_other_each_with_its_own_words():
    one, two = tile("one"), replace(tile("two"), is_favourite=True)

    filled = TILE.filled([one, two], **AROUND)

    assert filled == TILE.filled([one], **AROUND) + TILE.filled([two], **AROUND)
    assert not HOLE.search(filled)
