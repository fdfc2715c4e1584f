"""Stars, tags and the orders by stars beside a plain model: the same pictures in the same order."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gallery import finding, indexing, listings, ranking, rating, search, shelves
from gallery.models import Gallery, Image, Membership, Placement, Tag
from gallery.search import BY_STARS, BY_TEAM
from gallery.shelves import Mark

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# How many stars Alice, Bob and Charlie gave, and the tags; the first is the oldest.
DRAWN = [
    (5, 0, 0, {"night"}),
    (0, 5, 0, {"night", "harbour"}),
    (4, 5, 0, set()),
    (3, 4, 5, {"über", "harbour"}),
    (0, 0, 0, set()),
    (1, 2, 2, {"a b"}),
    (4, 5, 5, {"night"}),
    (4, 1, 1, set()),
    (0, 3, 3, {"harbour"}),
    (0, 0, 0, {"night"}),
    (5, 5, 5, set()),
    (2, 3, 3, {"night", "harbour"}),
]
# How far PostgreSQL walks at first and at most: past all, or a little and then by its index.
STEPS = [(100, 100), (1, 1), (2, 9), (3, 4)]

pytestmark = pytest.mark.django_db
often = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True, kw_only=True)
class Row:
    key: uuid.UUID
    age: int
    stars: tuple[int, ...]
    tags: set[str]

    @property
    def average(self):
        given = [stars for stars in self.stars if stars]
        return (sum(given) * 1000 // len(given) + 50) // 100 if given else 0


@pytest.fixture
def people(alice, bob, charlie):
    return [alice, bob, charlie]


@pytest.fixture
def spring(alice, bob, charlie):
    gallery = Gallery.objects.create(owner=alice, name="Spring")
    for person in (bob, charlie):
        Membership.objects.create(gallery=gallery, person=person)
    return gallery


@pytest.fixture
def rows(people, spring, make_row):
    """Alice's, seen by all three."""
    made = []
    for number, (*stars, tags) in enumerate(DRAWN):
        image = make_row(people[0], f"fox {number}", created_at=NOON + timedelta(days=number))
        Placement.objects.create(gallery=spring, image=image)
        for person, number_of_stars in zip(people, stars, strict=True):
            if number_of_stars:
                rating.rate([image.pk], by=person, stars=number_of_stars)
        rating.tag([image.pk], sorted(tags), by=people[0])
        made.append(Row(key=image.pk, age=-number, stars=tuple(stars), tags=tags))
    return made


def expected(rows, who, asked):
    """Keys, as they should stand."""
    stars, tags = asked.get("stars", ""), set(filter(None, asked.get("tag", "").split(",")))
    fitting = [row for row in rows if tags <= row.tags]
    if stars == "none":
        fitting = [row for row in fitting if not row.stars[who]]
    elif stars:
        fitting = [row for row in fitting if row.stars[who] >= int(stars)]
    first = {
        BY_STARS: lambda row: -row.stars[who],
        BY_TEAM: lambda row: -row.average,
    }.get(asked.get("order", ""), lambda row: 0)
    return [row.key for row in sorted(fitting, key=lambda row: (first(row), row.age))]


def walked(listing):
    """Page after page, and then back again one by one."""
    after, found = None, []
    while page := shelves.older(listing, after, most=2):
        found += page
        after = shelves.mark(str(Mark.of(page[-1])), listing)
    back, before = [], shelves.mark_of(found[-1], listing) if found else None
    while before and (page := shelves.newer(listing, before, most=1)):
        back += page
        before = Mark.of(page[0])
    assert [row.pk for row in [*reversed(back), *found[-1:]]] == [row.pk for row in found]
    return [row.pk for row in found]


@often
@given(
    who=st.integers(0, 2),
    few=st.sampled_from([0, 3, 100]),
    steps=st.sampled_from(STEPS),
    stars=st.sampled_from(["", "none", "1", "3", "5"]),
    tag=st.sampled_from(["", "night", "harbour", "harbour,night", "über", "a b", "nowhere"]),
    order=st.sampled_from(["", BY_STARS, BY_TEAM]),
)
@example(who=1, few=0, steps=(2, 9), stars="", tag="", order=BY_STARS)
@example(who=1, few=0, steps=(1, 1), stars="", tag="", order=BY_TEAM)
@example(who=0, few=3, steps=(2, 9), stars="3", tag="night", order=BY_TEAM)
def test_the_same_pictures_in_the_same_order_as_the_plain_model(
    rows, people, monkeypatch, who, few, steps, stars, tag, order
):
    monkeypatch.setattr(ranking, "FEW", few)  # beyond it bands are walked through
    monkeypatch.setattr(finding, "NEAR", steps[0])
    monkeypatch.setattr(finding, "FAR", steps[1])
    asked = {"stars": stars, "tag": tag, "order": order, "in": "shared" if who else "library"}

    listing = listings.find(people[who], asked)

    assert walked(listing) == expected(rows, who, asked)
    assert sorted(row.pk for row in listing.rows) == sorted(expected(rows, who, asked))
    assert search.read(listing.search.parameters) == listing.search


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("order", [BY_STARS, BY_TEAM])
def test_a_gallery_by_stars(rows, people, spring, monkeypatch, order, few):
    monkeypatch.setattr(ranking, "FEW", few)
    for who, person in enumerate(people):
        listing = listings.find(person, {"in": str(spring.pk), "order": order})

        assert walked(listing) == expected(rows, who, {"order": order})


@pytest.mark.parametrize("name", ["favourites", "shared"])
def test_an_outsider_learns_nothing_of_stars(rows, victor, people, name):
    for order in ("", BY_STARS, BY_TEAM):
        asked = {"in": name, "order": order, "tag": "night"}
        assert walked(listings.find(victor, asked)) == []


def test_stars_are_found_by_whoever_gave_them_alone(rows, people):
    found = {
        who: len(walked(listings.find(person, {"in": "shared" if who else "", "stars": "5"})))
        for who, person in enumerate(people)
    }

    assert found == {0: 2, 1: 4, 2: 3}


def test_stars_and_tags_come_and_go_in_the_index(rows, people, made_anew):
    alice, key = people[0], rows[4].key
    image = Image.objects.get(pk=key)

    rating.rate([key], by=alice, stars=5)
    rating.tag([key], ["fresh"], by=alice)
    assert walked(listings.find(alice, {"tag": "fresh", "stars": "5"})) == [key]
    rating.rate([key], by=alice, stars=1)
    assert walked(listings.find(alice, {"tag": "fresh", "stars": "2"})) == []
    rating.rate([key], by=alice, stars=0)
    assert walked(listings.find(alice, {"tag": "fresh", "stars": "none"})) == [key]
    Tag.objects.filter(name="fresh").update(name="old")
    rating.untag(image, ["night"], by=alice)
    assert walked(listings.find(alice, {"tag": "fresh"})) == []
    assert walked(listings.find(alice, {"tag": "old"})) == [key]


@pytest.fixture(params=["kept in step", "made anew"])
def made_anew(request, rows):
    if request.param == "made anew":
        indexing.remove(connection)
        indexing.install(connection)


@pytest.mark.parametrize("few", [0, 100])
def test_a_page_by_stars_takes_few_queries(
    rows, people, monkeypatch, django_assert_max_num_queries, few
):
    monkeypatch.setattr(ranking, "FEW", few)
    listing = listings.find(people[0], {"order": BY_TEAM})

    # Of 41 averages there are eight; those that nobody has are not asked for one by one.
    with django_assert_max_num_queries(80 if few == 0 else 6):
        shelves.shelf(listing)


@pytest.mark.parametrize("mark", ["1~{key}", "9.1~{key}", "x.1~{key}", "5.x~{key}", "-1.1~{key}"])
def test_a_mark_of_another_order_is_none(rows, people, mark):
    listing = listings.find(people[0], {"order": BY_STARS})

    with pytest.raises(ValueError):
        shelves.mark(mark.format(key=rows[0].key), listing)


def test_headings_say_how_many_stars(rows, people, monkeypatch):
    monkeypatch.setattr(shelves, "PAGE", 3)
    listing = listings.find(people[0], {"order": BY_STARS})

    first = shelves.shelf(listing)
    second = shelves.shelf(listing, after=shelves.mark(first.older, listing))

    assert [day.heading for day in first.days] == ["5 stars", "4 stars"]
    assert [day.heading for day in second.days] == ["", "3 stars"]
