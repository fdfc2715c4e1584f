import pytest
from django.db import IntegrityError, transaction

from gallery import bulk, rating, trash
from gallery.models import Gallery, Image, Membership, Placement, Rating, Tag
from gallery.rating import NoTag
from tests.conftest import all_at_once


@pytest.fixture
def image(alice, make_image):
    return make_image(alice)


@pytest.fixture
def shared(image, alice, bob):
    """A gallery in which Bob sees Alice's picture."""
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    Placement.objects.create(gallery=gallery, image=image)
    return gallery


def average_of(image):
    return Image.objects.values_list("team_rating", flat=True).get(pk=image.pk)


# ── Stars ────────────────────────────────────────────────────────────────────────────────────────


def test_the_average_of_the_team_follows_each_rating(image, shared, alice, bob):
    rating.rate([image.pk], by=alice, stars=5)
    assert average_of(image) == 5000
    rating.rate([image.pk], by=bob, stars=2)
    assert average_of(image) == 3500
    rating.rate([image.pk], by=bob, stars=3)
    assert average_of(image) == 4000
    rating.rate([image.pk], by=alice, stars=0)
    assert average_of(image) == 3000
    rating.rate([image.pk], by=bob, stars=0)
    assert average_of(image) is None


def test_the_same_rating_twice_is_one(image, alice):
    for _ in range(2):
        rating.rate([image.pk], by=alice, stars=4)

    assert [rating.stars for rating in Rating.objects.all()] == [4]


def test_what_is_not_seen_is_not_rated(image, charlie):
    assert rating.rate([image.pk], by=charlie, stars=1) == []
    assert average_of(image) is None


def test_only_one_to_five_stars_are_kept(image, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(person=alice, image=image, stars=6)


def test_ratings_are_found_again(alice, bob, make_image):
    images = [make_image(alice) for _ in range(3)]
    for image, stars in zip(images, (2, 4, 5), strict=True):
        rating.rate([image.pk], by=alice, stars=stars)

    assert set(Image.objects.rated_by(alice, 4)) == set(images[1:])
    assert not Image.objects.rated_by(bob, 1).exists()


def test_one_sees_the_teams_average_and_ones_own_stars(image, shared, alice, bob):
    rating.rate([image.pk], by=alice, stars=5)
    rating.rate([image.pk], by=bob, stars=4)

    opinion = rating.opinion_of(image, bob)

    assert opinion.average == "4.5 from 2 people"
    assert [star.is_on for star in opinion.stars] == [True] * 4 + [False]
    assert [star.value for star in opinion.stars] == [1, 2, 3, 0, 5]


@pytest.mark.django_db(transaction=True)
def test_the_average_counts_all_who_rate_at_once(alice, bob, charlie, admin, make_image):
    people = [alice, bob, charlie, admin]
    images = [make_image(alice) for _ in range(6)]
    gallery = Gallery.objects.create(name="Spring", owner=alice, is_for_team=True)
    Placement.objects.bulk_create(Placement(gallery=gallery, image=image) for image in images)
    keys = [image.pk for image in images]

    def work(number):
        ordered = keys if number % 2 else keys[::-1]
        return len(rating.rate(ordered, by=people[number], stars=number + 1))

    assert all_at_once(work, times=4) == [6] * 4
    assert {average_of(image) for image in images} == {2500}


# ── Tags ─────────────────────────────────────────────────────────────────────────────────────────


def test_tags_are_kept_in_one_way_of_writing():
    assert rating.names_in(" #Harbour,  NIGHT   sky ,harbour, , Cafe\u0301") == (
        "harbour",
        "night sky",
        "café",
    )


@pytest.mark.parametrize("text", ["", " , ,", "#", "x" * 41, ",".join(map(str, range(21)))])
def test_what_is_no_tag_is_refused_in_words(text):
    with pytest.raises(NoTag, match="tag"):
        rating.names_in(text)


def test_a_picture_is_found_by_its_tag_however_it_is_written(image, alice, make_image):
    make_image(alice)
    rating.tag([image.pk], ["harbour"], by=alice)

    assert list(Image.objects.tagged(" #HARBOUR")) == [image]


def test_its_owner_and_who_manages_a_gallery_set_tags_and_nobody_else(image, shared, bob, charlie):
    for person in (bob, charlie):
        assert rating.tag([image.pk], ["x"], by=person).done == ()
        rating.untag(image, ["x"], by=person)
    shared.memberships.update(role="manager")

    assert rating.tag([image.pk], ["x"], by=bob).done == (image.pk,)
    assert not rating.opinion_of(image, charlie).may_tag
    assert rating.opinion_of(image, bob).tags == ("x",)


def test_a_picture_has_only_so_many_tags(image, alice, make_image):
    other = make_image(alice)
    rating.tag([image.pk], [str(number) for number in range(20)], by=alice)

    tagged = rating.tag([image.pk, other.pk], ["19", "one more"], by=alice)

    assert (tagged.done, tagged.full) == ((other.pk,), (image.pk,))
    assert Tag.objects.filter(image=image).count() == 20
    assert rating.tag([image.pk], ["19"], by=alice).done == (image.pk,)


@pytest.mark.django_db(transaction=True)
def test_never_too_many_tags_whoever_tags_at_once(alice, make_image):
    image = make_image(alice)

    def work(number):
        return rating.tag([image.pk], [f"{number}-{n}" for n in range(8)], by=alice)

    all_at_once(work, times=4)

    assert Tag.objects.filter(image=image).count() == 16


def test_tags_that_one_has_used_are_offered_and_no_others(image, alice, bob, make_image):
    rating.tag([image.pk], ["harbour", "harvest", "night"], by=alice)
    rating.tag([make_image(bob).pk], ["harp"], by=bob)

    assert rating.offered(alice, " HAR") == ["harbour", "harvest"]
    assert rating.offered(alice, "") == ["harbour", "harvest", "night"]


def test_the_trash_keeps_stars_and_tags_and_only_purging_forgets_them(image, alice):
    rating.rate([image.pk], by=alice, stars=5)
    rating.tag([image.pk], ["harbour"], by=alice)

    bulk.throw_away([image.pk], by=alice)
    bulk.restore([image.pk], by=alice)
    opinion = rating.opinion_of(image, alice)
    assert (opinion.tags, opinion.average) == (("harbour",), "5.0 from 1 person")

    bulk.throw_away([image.pk], by=alice)
    trash.purge(Image.objects.get(pk=image.pk), by=alice)
    assert not Rating.objects.exists() and not Tag.objects.exists()
    assert average_of(image) is None
