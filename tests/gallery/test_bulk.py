import uuid

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from gallery import bulk, selections, trash
from gallery.models import Favourite, FeedVersion, Gallery, Image, Membership, Placement
from tests.conftest import all_at_once


@pytest.fixture
def make_images(make_generation, make_image):
    """`make_images(alice, 5)`: bare rows, of as many jobs."""

    def make(owner, number, **fields):
        first = make_image(owner, **fields)
        jobs = [make_generation(owner, status="succeeded") for _ in range(number - 1)]
        rows = [Image(**{**_values(first), "id": uuid.uuid4(), "generation": job}) for job in jobs]
        return [first, *Image.objects.bulk_create(rows)]

    return make


def _values(image):
    fields = [field for field in Image._meta.concrete_fields if field.name != "id"]
    return {
        field.attname: getattr(image, field.attname) for field in fields if not field.is_relation
    } | {"owner_id": image.owner_id}


@pytest.fixture
def bobs(alice, bob, make_image):
    """A picture of Bob's that Alice sees in a gallery."""
    image, gallery = make_image(bob), Gallery.objects.create(name="Spring", owner=bob)
    Membership.objects.create(gallery=gallery, person=alice)
    Placement.objects.create(gallery=gallery, image=image)
    return image


def keys_of(images):
    return [image.pk for image in images]


def queries_of(work):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work()
    return len(queries)


def form(**fields):
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data


# ── What is selected ─────────────────────────────────────────────────────────────────────────────


def test_ticked_pictures_come_one_field_each_or_all_in_one(alice, make_images):
    keys = [str(key) for key in keys_of(make_images(alice, 3))]

    each = selections.read(alice, form(image=keys))
    in_one = selections.read(alice, form(image=" ".join([*keys, keys[0], "nonsense"])))

    assert [str(key) for key in each.keys] == [str(key) for key in in_one.keys] == keys


def test_everything_is_what_the_list_finds(alice, bob, make_images):
    mine = make_images(alice, 3)
    make_images(bob, 2)
    bulk.mark(keys_of(mine[:2]), by=alice, is_favourite=True)

    library = selections.read(alice, form(everything="1", list=""))
    favourites = selections.read(alice, form(everything="1", list="?in=favourites"))

    assert set(library.keys) == set(keys_of(mine))
    assert set(favourites.keys) == set(keys_of(mine[:2]))
    assert favourites.listing.page == "/library/favourites/"


def test_nothing_and_too_much_are_told(alice, make_images, monkeypatch):
    monkeypatch.setattr(selections, "MOST", 2)
    make_images(alice, 3)

    with pytest.raises(selections.Unusable, match="Select pictures first"):
        selections.read(alice, form(image="nonsense"))
    with pytest.raises(selections.Unusable, match="more than 2 pictures"):
        selections.read(alice, form(everything="1"))


# ── Favourites ───────────────────────────────────────────────────────────────────────────────────


def test_many_become_favourites_and_cease_to_be(alice, make_images, bobs):
    images = [*make_images(alice, 3), bobs]
    bulk.mark(keys_of(images[:1]), by=alice, is_favourite=True)

    outcome = bulk.mark(keys_of(images), by=alice, is_favourite=True)

    assert outcome.done == tuple(keys_of(images))
    assert Favourite.objects.filter(person=alice).count() == 4
    bulk.mark(keys_of(images[1:]), by=alice, is_favourite=False)
    assert keys_of([images[0]]) == list(Favourite.objects.values_list("image", flat=True))


def test_what_is_not_seen_becomes_no_favourite(alice, bob, make_image):
    hidden, nobodys = make_image(bob).pk, uuid.uuid4()

    outcome = bulk.mark([hidden, nobodys], by=alice, is_favourite=True)

    assert not Favourite.objects.exists()
    assert outcome.told("marked") == "2 were no longer there."


# ── The trash ────────────────────────────────────────────────────────────────────────────────────


def test_only_ones_own_go_to_the_trash_and_the_others_are_named(alice, make_images, bobs):
    images = make_images(alice, 2)

    outcome, _ = bulk.throw_away([*keys_of(images), bobs.pk, uuid.uuid4()], by=alice)

    assert set(outcome.done) == set(keys_of(images))
    assert outcome.told("moved to the trash") == (
        "2 pictures moved to the trash. 1 of 4 belongs to others and stays. 1 was no longer there."
    )
    assert Image.objects.get(pk=bobs.pk).trashed_at is None


def test_undo_restores_exactly_what_that_act_threw_away(alice, make_images):
    before, one, two, again = make_images(alice, 4)
    trash.throw_away(before)
    _, at = bulk.throw_away(keys_of([before, one, two, again]), by=alice)
    trash.restore(again, by=alice)
    trash.throw_away(again)

    back = trash.restore_all(by=alice, thrown_away_at=at)

    assert set(back) == set(keys_of([one, two]))
    assert set(Image.objects.in_trash_of(alice)) == {before, again}
    assert trash.restore_all(by=alice, thrown_away_at=at) == []


def test_undo_is_for_ones_own_alone(alice, bob, make_images):
    _, at = bulk.throw_away(keys_of(make_images(alice, 2)), by=alice)

    assert trash.restore_all(by=bob, thrown_away_at=at) == []


def test_what_is_restored_is_still_in_its_galleries_and_a_favourite(alice, make_images):
    images = make_images(alice, 2)
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Placement.objects.bulk_create(Placement(gallery=gallery, image=image) for image in images)
    bulk.mark(keys_of(images), by=alice, is_favourite=True)
    bulk.throw_away(keys_of(images), by=alice)

    assert len(bulk.restore(keys_of(images), by=alice).done) == 2
    assert gallery.placements.count() == Favourite.objects.count() == 2


def test_open_pages_hear_of_each_job(alice, make_images):
    images = make_images(alice, 3)
    before = FeedVersion.objects.get(pk=alice.pk).version

    bulk.throw_away(keys_of(images), by=alice)

    versions = {Image.objects.get(pk=key).generation.version for key in keys_of(images)}
    assert versions == {FeedVersion.objects.get(pk=alice.pk).version} == {before + 1}


def test_what_is_doomed_is_not_had_back(alice, make_images):
    images = make_images(alice, 3)
    bulk.throw_away(keys_of(images), by=alice)

    assert len(bulk.doom(keys_of(images[:2]), by=alice).done) == 2
    assert bulk.restore(keys_of(images), by=alice).done == (images[2].pk,)


def test_the_trash_is_emptied_of_ones_own(alice, bob, make_images):
    mine, theirs = make_images(alice, 2), make_images(bob, 1)
    bulk.throw_away(keys_of(mine), by=alice)
    bulk.throw_away(keys_of(theirs), by=bob)

    assert set(trash.empty(by=alice)) == set(keys_of(mine))
    trash.clear()

    assert not Image.objects.in_trash_of(alice).exists() and not Image.objects.doomed().exists()
    assert list(Image.objects.in_trash_of(bob)) == theirs


@pytest.mark.parametrize(
    "verb",
    [
        lambda keys, by: bulk.mark(keys, by=by, is_favourite=True),
        lambda keys, by: bulk.mark(keys, by=by, is_favourite=False),
        lambda keys, by: bulk.throw_away(keys, by=by),
        lambda keys, by: trash.empty(by=by),
    ],
)
def test_the_number_of_queries_does_not_grow(verb, alice, make_images):
    few, many = keys_of(make_images(alice, 2)), keys_of(make_images(alice, 300))
    bulk.throw_away([], by=alice)

    assert queries_of(lambda: verb(few, alice)) == queries_of(lambda: verb(many, alice))


@pytest.mark.parametrize("verb", [bulk.restore, bulk.doom])
def test_the_number_of_queries_does_not_grow_in_the_trash(verb, alice, make_images):
    few, many = keys_of(make_images(alice, 2)), keys_of(make_images(alice, 300))
    bulk.throw_away([*few, *many], by=alice)

    assert queries_of(lambda: verb(few, by=alice)) == queries_of(lambda: verb(many, by=alice))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_wait_for_each_other_in_no_circle(alice, make_images):
    keys = keys_of(make_images(alice, 40))

    def work(number):
        ordered = keys if number % 2 else keys[::-1]
        if number < 4:
            return len(bulk.throw_away(ordered, by=alice)[0].done)
        for key in ordered[:8]:
            trash.throw_away(Image.objects.get(pk=key))
        return 0

    moved = all_at_once(work, times=6)

    assert sum(moved) <= 40
    assert Image.objects.in_trash_of(alice).count() == 40
