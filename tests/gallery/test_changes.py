import pytest

from gallery.changes import changed


def written(pieces):
    signs = {"same": "{}", "new": "[+{}]", "gone": "[-{}]"}
    return " ".join(signs[piece.mark].format(piece.text) for piece in pieces)


CASES = [
    ("", "A red door", "A red door"),
    ("A red door", "A red door", "A red door"),
    ("A red door at dusk", "A blue door at dusk", "A [-red] [+blue] door at dusk"),
    ("A red door", "A red door at dusk", "A red door [+at dusk]"),
    ("A red door at dusk", "A red door", "A red door [-at dusk]"),
    ("A red door, open", "A red door; open", "A red door [-,] [+;] open"),
    ("A red door", "Snow on the mountains, please!", "Snow on the mountains, please!"),
    ("A red door", "", ""),
]


@pytest.mark.parametrize(("before", "after", "said"), CASES)
def test_what_changed_is_marked_unless_everything_did(before, after, said):
    assert written(changed(before, after)) == said


def test_what_stays_is_shortened_where_there_is_little_room():
    before = " ".join(f"word{number}" for number in range(30))

    said = written(changed(before, before + " more", is_short=True))

    assert said == "word0 word1 word2 word3 … word26 word27 word28 word29 [+more]"


def test_very_long_prompts_are_compared_in_time():
    before, after = "a b " * 1000, "b a " * 1000

    assert changed(before, after)
