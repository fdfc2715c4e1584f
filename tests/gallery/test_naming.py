import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery import naming
from gallery.models import Image
from gallery.naming import BadTemplate


@pytest.fixture
def image(alice, make_image):
    made = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    return make_image(alice, prompt="A red door", seed="42", created_at=made)


def named(*images, template=""):
    return list(naming.names_of(images, template))


def test_the_template_is_filled(image):
    key = image.pk.hex[:8]

    assert named(image) == [f"2026-11-22-A red door-{key}.png"]
    assert named(image, template="{number} {model} {size} {seed} {owner} {time}") == [
        "1 flux-dev 64x48 42 Alice Adler 090500.png"
    ]


def test_numbers_have_as_many_digits_as_there_are_pictures(image):
    names = named(*[image] * 12, template="{number}")

    assert (names[0], names[-1]) == ("01.png", "12.png")


def test_a_blank_that_does_not_exist_is_named():
    with pytest.raises(BadTemplate, match=r"There is no \{colour\}. Use \{date\}"):
        naming.check("{date}-{colour}")
    with pytest.raises(BadTemplate, match="at most 200"):
        naming.check("x" * 201)
    naming.check("{ } {{}} %s {date}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "-..-etc-passwd"),
        ("..", "picture"),
        ("", "picture"),
        ("a/b\\c:d", "a-b-c-d"),
        ("line\nbreak\x00null\x7f", "line-break-null-"),
        (".hidden.", "hidden"),
        ("CON", "_CON"),
        ("lpt1.txt", "_lpt1.txt"),
        ("console", "console"),
        ("evil\u202egnp.exe", "evil-gnp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("Cafe\u0301 日本 🌊", "Café 日本 🌊"),
        ("é" * 100, "é" * 75),
    ],
)
def test_a_name_is_safe_everywhere(text, name):
    assert naming.safe(text) == name


@given(st.text())
def test_whatever_a_prompt_says_its_file_has_a_name_of_its_own_and_no_folder(text):
    name = naming.safe(text)

    assert name and name not in (".", "..") and len(name.encode()) <= naming.LONGEST + 1
    assert not re.search(r'[/\\\x00-\x1f:*?"<>|]', name)
    assert name == name.strip() and not name.startswith(".")


def test_no_two_are_alike_on_any_system(image):
    kind, at, owner = image.content_type, image.created_at, image.owner
    other, twin = (
        Image(prompt=prompt, content_type=kind, created_at=at, owner=owner)
        for prompt in ("a RED door", "A red door-2")
    )

    names = named(image, other, image, twin, template="{prompt}")

    assert len({name.casefold() for name in names}) == 4
    assert names[:2] == ["A red door.png", "a RED door-2.png"]


def test_thousands_of_the_same_name_take_no_time(image):
    names = named(*[image] * 5000, template="x")

    assert len(set(names)) == 5000 and names[-1] == "x-5000.png"
