"""The search beside a plain model of it in Python: any text, no error, the same pictures."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gallery import finding, listings, search, shelves
from gallery.models import Image

# Words that no stem is cut off of, one of them the beginning of another.
VOCABULARY = ["ox", "foxglo", "fo", "dog", "moor", "x1", "fjord", "über", "北", "loam"]
PROMPTS = [
    "ox dog moor",
    "dog ox, moor",
    "OX-dog; loam",
    "fo foxglo",
    "foxglo x1 über",
    "Uber fjord (loam)",
    "北 dog",
    "moor moor dog fjord",
    "",
]

pytestmark = pytest.mark.django_db
often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def library(alice, make_row):
    for prompt in PROMPTS:
        make_row(alice, prompt)
    return alice


def plain(text):
    """The words of a text, in small letters without accents."""
    bare = "".join(
        one for one in unicodedata.normalize("NFD", text) if not "\u0300" <= one <= "\u036f"
    )
    return re.findall(r"[^\W_]+", bare.casefold())


def fits(prompt, wanted):
    """Whether a prompt has what a list of (is unwanted, words, is prefix) asks for."""
    have = plain(prompt)

    def has(words, is_prefix):
        last = len(words) - 1
        return any(
            all(
                have[start + place].startswith(word)
                if is_prefix and place == last
                else have[start + place] == word
                for place, word in enumerate(words)
            )
            for start in range(len(have) - last)
        )

    return all(has(words, is_prefix) != is_unwanted for is_unwanted, words, is_prefix in wanted)


words = st.sampled_from(VOCABULARY)
single = st.tuples(st.booleans(), st.lists(words, min_size=1, max_size=1), st.booleans())
phrase = st.tuples(st.booleans(), st.lists(words, min_size=2, max_size=3), st.just(False))


def written(one):
    is_unwanted, parts, is_prefix = one
    text = f'"{" ".join(parts)}"' if len(parts) > 1 else parts[0] + "*" * is_prefix
    return "-" * is_unwanted + text


@often
@given(
    st.lists(single | phrase, min_size=1, max_size=4),
    st.sampled_from([(100, 100), (1, 1), (2, 9), (3, 4)]),
)
@example([(False, ["fo"], True)], (1, 9))
@example([(True, ["ox"], False)], (2, 9))
@example([(False, ["ox", "dog"], False), (True, ["loam"], False)], (100, 100))
def test_the_same_pictures_as_the_plain_model(library, monkeypatch, wanted, steps):
    monkeypatch.setattr(finding, "NEAR", steps[0])  # how far PostgreSQL walks at first
    monkeypatch.setattr(finding, "FAR", steps[1])  # and at most
    asked = " ".join(map(written, wanted))
    read = [
        (out, [word for text in parts for word in plain(text)], star) for out, parts, star in wanted
    ]

    listing = listings.find(library, {"q": asked})
    found = [row.prompt for row in shelves.older(listing, None, most=100)]

    assert sorted(found) == sorted(prompt for prompt in PROMPTS if fits(prompt, read))
    assert sorted(found) == sorted(row.prompt for row in listing.rows)


@often
@given(st.text(max_size=60))
@example('"')
@example('-"*')
@example("a AND b OR (c NOT d) NEAR/3 {x} : ^y")
@example("'; DELETE FROM gallery_image; --")
@example("\\' & | ! <-> :*")
@example("\0\u200b\ud7ff\U0001f600 e\u0301\u0301")
@example("%s %(name)s %%")
def test_any_text_is_a_search(library, text):
    listing = listings.find(library, {"q": text, "in": "library"})

    found = shelves.older(listing, None, most=100)

    assert {row.pk for row in found} == {row.pk for row in listing.rows}
    assert Image.objects.count() == len(PROMPTS)
    assert search.read(listing.search.parameters) == listing.search


@often
@example({"model": "0\r\0"})
@example({"model": "x" * 59 + " y"})
@given(
    st.dictionaries(
        st.sampled_from(["by", "model", "shape", "gallery", "range", "from", "to", "favourite"]),
        st.text(max_size=40) | st.sampled_from(["0001-01-01", "9999-12-31", "2026-02-30", "yes"]),
    )
)
def test_any_filter_is_read_or_left_out(library, asked):
    listing = listings.find(library, asked)

    shelves.shelf(listing)

    assert search.read(listing.search.parameters) == listing.search


@given(st.text(max_size=400))
def test_terms_are_few_and_made_of_words(text):
    terms = search.terms(text)

    assert len(terms) <= search.MOST
    assert all(word.isalnum() for term in terms for word in term.words)
    assert all(term.words for term in terms)


def test_a_wish_without_words_asks_for_facets_alone(alice):
    wish = listings.find(alice, {"shape": "square"}).index.wish

    assert not wish.terms
    assert wish.groups == ((finding.owned(alice.pk),), ("ssz",))
    assert wish.unwanted == (finding.IN_TRASH,)
