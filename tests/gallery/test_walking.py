import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import favourites, listings, shelves, trash, walking
from gallery.listings import FAVOURITES, LIBRARY, TRASH
from gallery.models import Batch, Image
from gallery.walking import FEED


def id_of(step):
    return step and uuid.UUID(step.page.split("/")[2])


def walked(start, person, name):
    """The ids met by going on to the end, and by coming back from there."""
    there, back = [start.pk], []
    while step := walking.walk(fresh(there[-1]), person, {"in": name}).next:
        there.append(id_of(step))
    back.append(there[-1])
    while step := walking.walk(fresh(back[-1]), person, {"in": name}).previous:
        back.append(id_of(step))
    return there, back


def fresh(pk):
    return Image.objects.select_related("generation").get(pk=pk)


def shown(name, person):
    tiles = [
        tile
        for day in shelves.shelf(listings.find(person, {"in": name})).days
        for tile in day.tiles
    ]
    return [uuid.UUID(tile.id) for tile in tiles]


@pytest.fixture
def pictures(alice, make_image):
    """Some at the same moment."""
    at = timezone.now() - timedelta(hours=1)
    moments = [at, at, at, at + timedelta(minutes=1), at + timedelta(minutes=2)]
    return [make_image(alice, created_at=moment) for moment in moments]


@pytest.mark.parametrize("name", [LIBRARY, FAVOURITES, TRASH])
def test_one_walks_through_the_list_as_it_stands_on_the_page(name, pictures, alice, bob):
    for image in pictures[::-1]:
        favourites.mark(image, by=alice, is_favourite=True)
    if name == TRASH:
        for image in [pictures[2], *pictures[:2]]:
            trash.throw_away(image)
    listed = shown(name, alice)

    there, back = walked(fresh(listed[0]), alice, name)

    assert there == listed == back[::-1]
    assert len(listed) == (3 if name == TRASH else 5)


def test_the_feed_is_walked_card_by_card(alice, bob, make_generation, make_image):
    cards = []
    for count in (2, 1, 3):
        job = make_generation(alice, status="succeeded", count=count)
        images = [make_image(alice, generation=job, position=n) for n in range(count)]
        cards.insert(0, [image.pk for image in images])
    hidden = make_generation(alice, status="succeeded", hidden_at=timezone.now())
    make_image(alice, generation=hidden)
    make_image(bob)

    there, back = walked(fresh(cards[0][0]), alice, FEED)

    assert there == sum(cards, []) == back[::-1]


def test_a_batch_is_walked_as_its_card_stands(alice, make_generation, make_image):
    older = make_image(alice, generation=make_generation(alice, status="succeeded"))
    batch = Batch.objects.create(owner=alice, template="A door", form_token=uuid.uuid4())
    at = timezone.now()
    cells = []
    for place in range(3):
        job = make_generation(
            alice,
            status="succeeded",
            batch=batch,
            place_in_batch=place,
            created_at=at + timedelta(microseconds=place),
        )
        cells += [make_image(alice, generation=job, position=n).pk for n in range(2)]
    newer = make_image(alice, generation=make_generation(alice, status="succeeded"))

    there, back = walked(fresh(newer.pk), alice, FEED)

    assert there == [newer.pk, *cells, older.pk] == back[::-1]


def test_nothing_thrown_away_is_met(pictures, alice):
    trash.throw_away(pictures[3])

    step = walking.walk(fresh(pictures[4].pk), alice, {}).next

    assert id_of(step) != pictures[3].pk


def test_a_picture_that_is_not_in_the_list_has_no_neighbours(pictures, alice, bob, make_image):
    other = make_image(bob)

    for name in (LIBRARY, FAVOURITES, FEED):
        walk = walking.walk(fresh(other.pk), alice, {"in": name})
        assert (walk.previous, walk.next) == (None, None)


@pytest.mark.parametrize("name", [LIBRARY, FAVOURITES, FEED])
@pytest.mark.parametrize("number", [2, 30])
def test_a_step_takes_as_many_queries_in_a_long_list(
    name, number, alice, make_image, django_assert_max_num_queries
):
    first = make_image(alice)
    images = [first, *(make_image(alice, generation=first.generation) for _ in range(number - 1))]
    for image in images:
        favourites.mark(image, by=alice, is_favourite=True)
    image = fresh(images[number // 2].pk)

    with django_assert_max_num_queries(6 if name == FEED else 3):
        walking.walk(image, alice, {"in": name})


@pytest.mark.parametrize("asked", ["", "trash", "nonsense", "library"])
def test_a_list_that_is_none_is_the_library(asked, pictures, alice):
    walk = walking.walk(fresh(pictures[3].pk), alice, {"in": asked})

    assert walk.back == "/library/" and walk.next.page.endswith("/")
