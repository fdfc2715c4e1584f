import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery import blanks

PLAIN = st.text(st.characters(exclude_characters="{}"), max_size=60)
VALUES = st.lists(
    st.text("abc dé,", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4
)


def prompts(text, **values):
    return [filled.text for filled in blanks.parse(text).filled(values)]


def test_blanks_are_filled_in_every_way():
    found = prompts("{product} on {background}", product=["A", "B"], background=["x", "y"])

    assert found == ["A on x", "A on y", "B on x", "B on y"]


def test_a_list_stands_for_each_of_its_entries():
    assert prompts("a {red|green| blue } door") == ["a red door", "a green door", "a blue door"]


def test_an_entry_may_be_empty():
    assert prompts("a {|very} old door") == ["a  old door", "a very old door"]


def test_the_same_name_is_the_same_value_and_the_same_list_is_not():
    assert prompts("{pet} and {pet}", pet=["cat", "dog"]) == ["cat and cat", "dog and dog"]
    assert len(prompts("{a|b} and {a|b}")) == 4


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{{product}}", "{product}"),
        ("{{{product}}}", "{{product}}"),
        ("{}", "{}"),
        ("{ } {", "{ } {"),
        ('{"scene": {"light": "soft"}}', '{"scene": {"light": "soft"}}'),
        ("}{", "}{"),
    ],
)
def test_other_braces_mean_themselves(text, meant):
    assert prompts(text) == [meant]


def test_names_are_told_once_in_the_order_of_the_text():
    assert blanks.parse("{b} {a} {b} {x|y}").names == ("b", "a")


def test_a_label_says_what_was_filled_in():
    found = blanks.parse("{a} or {x|y}").filled({"a": ["1"]})

    assert [filled.label for filled in found] == ["1 · x", "1 · y"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("red shoe, blue shoe", ("red shoe", "blue shoe")),
        ("red, or so\nblue", ("red, or so", "blue")),
        (" one \n\n one \r\n two ", ("one", "two")),
        (" , ,", ()),
        ("", ()),
    ],
)
def test_values_stand_on_lines_or_between_commas(text, values):
    assert blanks.values_of(text) == values


def test_a_number_is_told_without_making_the_prompts():
    assert blanks.parse("{a|b}" * 200).number({}) == 2**200


def test_a_blank_without_values_makes_no_prompt():
    assert blanks.parse("{a} {b|c}").number({}) == 0
    assert prompts("{a} {b|c}") == []


@given(PLAIN)
def test_a_text_without_braces_is_itself(text):
    assert prompts(text) == [text]


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    template = blanks.parse(text)
    values = dict.fromkeys(template.names, ("x",))

    assert template.number(values) >= 1
    assert next(template.filled(values)).text is not None


@given(PLAIN, VALUES, PLAIN, VALUES)
def test_there_are_as_many_prompts_as_were_told(before, first, between, second):
    template = blanks.parse(f"{before}{{one}}{between}{{two}}")
    values = {"one": first, "two": second}
    found = list(template.filled(values))

    assert len(found) == template.number(values) == len(first) * len(second)
    assert {filled.text for filled in found} == {
        f"{before}{a}{between}{b}" for a in first for b in second
    }


@given(st.text("ab{}|, ", max_size=40))
def test_a_text_in_double_braces_is_never_a_blank(text):
    inside = text.replace("{", "").replace("}", "")

    assert prompts(f"{{{{{inside}}}}}") == [f"{{{inside}}}"]


@given(st.text(alphabet='{}|ab 1"', max_size=40))
def test_an_escaped_text_is_read_as_the_text_itself(text):
    template = blanks.parse(blanks.escaped(text))

    assert template.blanks == ()
    assert [filled.text for filled in template.filled({})] == [text]
