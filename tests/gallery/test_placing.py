import pytest
from django.http import QueryDict
from django.utils import timezone

from gallery import placing
from gallery.models import Gallery, Image, Membership, Placement


@pytest.fixture
def spring(alice):
    return Gallery.objects.create(name="Spring", owner=alice)


@pytest.fixture
def with_bob(spring, bob):
    """`with_bob("contributor")`: the gallery in which Bob is that."""

    def share(role):
        Membership.objects.create(gallery=spring, person=bob, role=role)
        return spring

    return share


def tick(image, person, *, was=(), chosen=(), name=""):
    """What the person's form does, shown and sent."""
    data = QueryDict(mutable=True)
    data.setlist("was", [each.pk for each in was])
    data.setlist("galleries", [each.pk for each in chosen])
    data["name"] = name
    form = placing.PlacingForm(data, image=image, person=person)
    assert form.is_valid(), form.errors
    return placing.place(image, form, by=person)


def pictures_in(gallery):
    return list(Placement.objects.in_order_of(gallery).values_list("image", flat=True))


def test_two_tabs_change_only_what_each_has_ticked(alice, spring, make_image):
    image, summer = make_image(alice), Gallery.objects.create(name="Summer", owner=alice)
    assert tick(image, alice, chosen=[spring]) == [spring]

    # Another tab was opened before that, and knows nothing of it.
    assert tick(image, alice, chosen=[summer]) == [spring, summer]
    assert tick(image, alice, was=[spring, summer], chosen=[summer]) == [summer]
    assert tick(image, alice, was=[spring], chosen=[spring]) == [summer]


@pytest.mark.parametrize(
    ("role", "is_open"), [("viewer", False), ("contributor", True), ("manager", True)]
)
def test_who_contributes_is_offered_the_gallery(role, is_open, bob, with_bob, make_image):
    gallery, image = with_bob(role), make_image(bob)

    assert (gallery in placing.form_for(image, bob).offered) == is_open
    assert Gallery.objects.open_to_contributions_of(bob).contains(gallery) == is_open


def test_an_owner_takes_a_picture_back_where_they_add_none_any_more(bob, with_bob, make_image):
    gallery, image = with_bob("contributor"), make_image(bob)
    tick(image, bob, chosen=[gallery])
    Membership.objects.all().delete()

    assert tick(image, bob, was=[gallery]) == []
    form = placing.PlacingForm({"galleries": [gallery.pk]}, image=image, person=bob)
    assert not form.is_valid()


def test_of_many_ones_own_are_placed_once_and_the_first_one_lies_on_top(
    alice, bob, spring, make_image
):
    mine, theirs = [make_image(alice) for _ in range(3)], make_image(bob)
    trashed = make_image(alice, trashed_at=timezone.now())
    placing.place_many([mine[2]], spring, by=alice)

    assert placing.place_many([mine[0], theirs, mine[1], trashed, mine[2]], spring, by=alice) == 2
    assert placing.place_many(Image.objects.all(), spring, by=alice) == 0

    for order in ("newest", "hand"):
        spring.order = order
        assert pictures_in(spring) == [image.pk for image in mine]
    assert set(Placement.objects.values_list("placed_by", flat=True)) == {alice.pk}


@pytest.mark.parametrize("role", ["viewer", None])
def test_many_are_placed_by_nobody_who_may_not(role, bob, spring, with_bob, make_image):
    if role:
        with_bob(role)

    with pytest.raises(placing.NotOpen):
        placing.place_many([make_image(bob)], spring, by=bob)


def test_who_only_looks_on_this_site_contributes_nowhere(victor, spring):
    Membership.objects.create(gallery=spring, person=victor, role="manager")

    assert not Gallery.objects.open_to_contributions_of(victor).exists()


@pytest.mark.parametrize("number", [2, 30])
def test_placing_many_takes_the_same_number_of_queries_for_few_and_many(
    number, alice, spring, make_image, django_assert_num_queries
):
    generation = make_image(alice).generation
    images = [make_image(alice, generation=generation) for _ in range(number)]

    with django_assert_num_queries(7):
        assert placing.place_many(images, spring, by=alice) == number


def test_a_cover_that_is_taken_out_is_the_cover_no_more(alice, spring, make_image):
    image = make_image(alice)
    tick(image, alice, chosen=[spring])
    Gallery.objects.update(cover=image)

    tick(image, alice, was=[spring])

    assert Gallery.objects.get().cover is None
