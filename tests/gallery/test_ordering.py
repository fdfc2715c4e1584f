import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery import ordering, placing
from gallery.models import Gallery, Image, Placement
from tests.conftest import all_at_once


@pytest.fixture
def spring(alice):
    return Gallery.objects.create(name="Spring", owner=alice)


@pytest.fixture
def keys(alice, spring, make_image):
    """Five pictures in a gallery that is in order by hand."""
    generation = make_image(alice).generation
    images = [make_image(alice, generation=generation) for _ in range(5)]
    placing.place_many(images, spring, by=alice)
    ordering.set_order(spring, "hand")
    return [image.pk for image in images]


def in_order(gallery):
    return list(Placement.objects.in_order_of(gallery).values_list("image", flat=True))


def moved(keys, key, way):
    """What a plain list would do."""
    place, rest = keys.index(key), [each for each in keys if each != key]
    ways = {
        "first": 0,
        "earlier": max(0, place - 1),
        "later": min(len(rest), place + 1),
        "last": len(rest),
    }
    rest.insert(ways[way], key)
    return rest


steps = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([*ordering.WAYS, 0, 1, 2, 3, 4])), max_size=12
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_any_moves_do_what_a_plain_list_does(steps, spring, keys, monkeypatch):
    monkeypatch.setattr(ordering, "GAP", 2)  # room for one only, so that ranks are made anew
    expected = in_order(spring)
    for which, way in steps:
        key = keys[which]
        if way in ordering.WAYS:
            ordering.move(spring, key, way=way)
            expected = moved(expected, key, way)
        elif way != which:
            ordering.move_before(spring, key, keys[way])
            expected.remove(key)
            expected.insert(expected.index(keys[way]), key)

    assert in_order(spring) == expected


def test_many_moves_into_the_same_place_never_run_out_of_room(spring, keys):
    for _ in range(60):
        first, second, third = in_order(spring)[:3]
        ordering.move_before(spring, third, second)
        assert in_order(spring)[:3] == [first, third, second]


def test_a_moved_picture_is_told_before_which_one_it_stands(spring, keys):
    assert ordering.move(spring, keys[2], way="first").before == keys[0]
    assert ordering.move(spring, keys[2], way="last").before is None


def test_what_is_in_the_trash_is_passed_over_and_keeps_its_place(spring, keys):
    image = Image.objects.get(pk=keys[1])
    Image.objects.filter(pk=image.pk).update(trashed_at=image.created_at)

    ordering.move(spring, keys[2], way="earlier")
    with pytest.raises(ordering.NotMoved):
        ordering.move(spring, keys[1], way="first")

    assert in_order(spring)[0] == keys[2]
    assert in_order(spring).index(keys[1]) == 2  # still between the first one and the fourth


def test_by_hand_begins_as_it_stood_by_date(alice, spring, make_image):
    images = [make_image(alice) for _ in range(3)]
    for image in images:  # as placed before there was an order by hand
        Placement.objects.create(gallery=spring, image=image)

    ordering.set_order(spring, "hand")

    assert in_order(spring) == [image.pk for image in reversed(images)]
    assert len(set(Placement.objects.values_list("rank", flat=True))) == 3


def test_the_order_by_hand_is_kept_while_it_is_by_date(spring, keys):
    ordering.move(spring, keys[4], way="first")
    by_hand = in_order(spring)

    ordering.set_order(spring, "newest")
    assert in_order(spring) == keys
    ordering.set_order(spring, "hand")

    assert in_order(spring) == by_hand


@pytest.mark.parametrize("image", ["of another gallery", "nobody's"])
def test_what_is_not_there_is_not_moved(image, alice, spring, keys, make_image):
    key = make_image(alice).pk if image == "of another gallery" else spring.pk

    with pytest.raises(ordering.NotMoved):
        ordering.move(spring, key, way="first")
    with pytest.raises(ordering.NotMoved):
        ordering.move_before(spring, keys[0], key)


@pytest.mark.django_db(transaction=True)
def test_two_who_order_at_once_each_get_what_they_asked_for(spring, keys):
    first, second, third, fourth, fifth = keys
    asked = [(fifth, first), (fourth, second)]

    all_at_once(lambda number: ordering.move_before(spring, *asked[number]), times=2)

    assert in_order(spring) == [fifth, first, fourth, second, third]


@pytest.mark.django_db(transaction=True)
def test_many_who_order_and_place_at_once_lose_no_picture(alice, spring, keys, make_image):
    dice = random.Random(7)
    others = [make_image(alice) for _ in range(4)]

    def act(number):
        if number < 4:
            return placing.place_many([others[number]], spring, by=alice)
        return ordering.move(spring, dice.choice(keys), way=dice.choice(ordering.WAYS))

    all_at_once(act, times=8)

    assert set(in_order(spring)) == {*keys, *(image.pk for image in others)}
    ranks = list(Placement.objects.values_list("rank", flat=True))
    assert len(set(ranks)) == len(ranks) == 9
