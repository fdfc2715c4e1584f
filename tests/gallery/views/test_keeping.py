import re

import pytest
from django.utils import timezone

from gallery import favourites, trash
from gallery.models import Favourite, Gallery, Image, Membership, Placement

HTMX = {"HTTP_HX_REQUEST": "true"}
WAS = 'name="was" value="([^"]+)"'


@pytest.fixture
def image(alice, make_image):
    return make_image(alice, prompt="A lighthouse at dusk")


@pytest.fixture
def shared(image, alice, bob):
    """A gallery in which Bob sees Alice's picture."""
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    Placement.objects.create(gallery=gallery, image=image)
    return gallery


def post(client, image, verb, *args, **others):
    return client.post(f"/images/{image.pk}/{verb}/", *args, **others)


@pytest.mark.parametrize("verb", ["favourite", "trash", "restore", "purge"])
def test_a_change_is_posted(verb, image, alice, client_of):
    assert client_of(alice).get(f"/images/{image.pk}/{verb}/").status_code == 405


def test_a_favourite_is_ones_own(image, shared, alice, bob, client_of):
    answer = post(client_of(bob), image, "favourite", {"is_favourite": "1"}, **HTMX)

    assert answer.status_code == 204
    assert '"is": true' in answer["HX-Trigger"]
    assert Favourite.objects.get().person == bob
    assert 'aria-pressed="true"' in client_of(bob).get("/library/favourites/").content.decode()
    assert "No favourites yet" in client_of(alice).get("/library/favourites/").content.decode()


def test_the_same_favourite_twice_is_one_and_taken_back_it_is_none(image, alice, client_of):
    client = client_of(alice)

    for wanted, number in (("1", 1), ("1", 1), ("0", 0), ("0", 0)):
        post(client, image, "favourite", {"is_favourite": wanted})
        assert Favourite.objects.count() == number


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/library/?after=1-2", "/library/?after=1-2"),
        ("http://elsewhere.example/", "/library/"),
        ("", "/library/"),
    ],
)
def test_without_a_script_one_comes_back_to_where_one_was(
    came_from, leads_to, image, alice, client_of
):
    answer = post(client_of(alice), image, "favourite", HTTP_REFERER=came_from)

    assert (answer.status_code, answer["Location"]) == (302, leads_to)


def test_a_favourite_that_one_may_no_longer_see_is_not_listed(image, shared, bob, client_of):
    favourites.mark(image, by=bob, is_favourite=True)
    Membership.objects.all().delete()

    assert "No favourites yet" in client_of(bob).get("/library/favourites/").content.decode()


@pytest.mark.parametrize("number", [2, 30])
@pytest.mark.parametrize("place", ["favourites", "trash"])
def test_lists_take_the_same_number_of_queries_for_few_and_many(
    place, number, alice, client_of, make_image, django_assert_num_queries
):
    first = make_image(alice)
    for image in [
        first,
        *(make_image(alice, generation=first.generation) for _ in range(number - 1)),
    ]:
        favourites.mark(image, by=alice, is_favourite=True)
    if place == "trash":
        Image.objects.update(trashed_at=timezone.now())
    client = client_of(alice)
    client.get(f"/library/{place}/")

    with django_assert_num_queries(11 if place == "favourites" else 10):
        answer = client.get(f"/library/{place}/")

    assert answer.content.decode().count('class="tile ') == number


def test_pages_of_favourites_follow_each_other(alice, client_of, make_image, monkeypatch):
    monkeypatch.setattr("gallery.shelves.PAGE", 2)
    for _ in range(3):
        favourites.mark(make_image(alice), by=alice, is_favourite=True)
    client, pages, address = client_of(alice), [], "/library/favourites/"

    while address:
        shelf = client.get(address).context["shelf"]
        pages.append([tile.id for day in shelf.days for tile in day.tiles])
        address = shelf.older and f"/library/favourites/?after={shelf.older}"

    assert [len(page) for page in pages] == [2, 1] and len(set(sum(pages, []))) == 3


def test_what_is_thrown_away_is_in_the_trash_with_a_way_back(image, alice, client_of):
    client = client_of(alice)

    answer = post(client, image, "trash", **HTMX)

    assert (
        "Undo" in answer.content.decode()
        and f"/images/{image.pk}/restore/" in answer.content.decode()
    )
    assert str(image.pk) in answer["HX-Trigger"]
    assert "No pictures yet" in client.get("/library/").content.decode()
    assert str(image.pk) in client.get("/library/trash/").content.decode()
    assert client.head(f"/images/{image.pk}/small.webp").status_code == 200
    post(client, image, "restore", **HTMX)
    assert str(image.pk) in client.get("/library/").content.decode()
    assert "The trash is empty" in client.get("/library/trash/").content.decode()


def test_without_a_script_one_is_led_back_to_the_list_and_told(image, alice, client_of):
    client = client_of(alice)

    answer = client.post(f"/images/{image.pk}/trash/?back=/", follow=True)

    assert answer.redirect_chain == [("/", 302)]
    assert "Moved to the trash." in answer.content.decode()
    assert f'formaction="/images/{image.pk}/restore/"' in answer.content.decode()
    assert "In the trash" in answer.content.decode()


@pytest.mark.parametrize("verb", ["trash", "restore", "purge", "galleries"])
def test_who_only_sees_a_picture_changes_nothing_about_it(verb, image, shared, bob, client_of):
    if verb in ("restore", "purge"):
        trash.throw_away(image)

    assert post(client_of(bob), image, verb).status_code == 404


def test_what_is_in_the_trash_is_closed_to_everybody_else(image, shared, bob, client_of):
    trash.throw_away(image)
    client = client_of(bob)

    for part in ("", "original/", "small.webp", "download/?as=png"):
        assert client.get(f"/images/{image.pk}/{part}").status_code == 404


def test_only_what_is_in_the_trash_is_deleted_for_good(image, alice, client_of):
    client = client_of(alice)
    assert post(client, image, "purge").status_code == 404
    trash.throw_away(image)

    assert post(client, image, "purge")["Location"] == "/library/trash/"

    assert Image.objects.get(pk=image.pk).purged_at
    assert client.get(f"/images/{image.pk}/").status_code == 404
    assert post(client, image, "restore").status_code == 404
    assert "Deleted for good" in client.get("/").content.decode()


def test_a_picture_is_put_into_galleries_and_a_new_one(image, alice, client_of):
    spring = Gallery.objects.create(name="Spring", owner=alice)
    client = client_of(alice)

    answer = post(client, image, "galleries", {"galleries": [spring.pk], "name": "Summer"}, **HTMX)

    assert "In Spring and Summer." in answer.content.decode()
    assert {str(each.gallery) for each in Placement.objects.filter(image=image)} == {
        "Spring",
        "Summer",
    }
    page = client.get(f"/images/{image.pk}/galleries/").content.decode()
    assert page.count("checked") == 2
    post(client, image, "galleries", {"galleries": [], "was": re.findall(WAS, page)})
    assert not Placement.objects.exists()


def test_the_name_of_a_gallery_that_is_there_makes_no_second_one(image, alice, client_of):
    Gallery.objects.create(name="Spring", owner=alice)

    post(client_of(alice), image, "galleries", {"name": " Spring "})

    assert Gallery.objects.count() == Placement.objects.count() == 1


@pytest.mark.parametrize("others", ["not-an-id", "somebody's"])
def test_galleries_of_others_are_refused_and_what_was_typed_stays(
    others, image, alice, charlie, client_of
):
    theirs = Gallery.objects.create(name="Theirs", owner=charlie)
    key = theirs.pk if others == "somebody's" else others

    answer = post(client_of(alice), image, "galleries", {"galleries": [key], "name": "Kept"})

    assert answer.status_code == 422
    assert (
        "no longer there" in answer.content.decode() and 'value="Kept"' in answer.content.decode()
    )
    assert not Placement.objects.exists()


def test_a_name_that_is_too_long_is_told_at_the_field(image, alice, client_of):
    answer = post(client_of(alice), image, "galleries", {"name": "x" * 121})

    assert answer.status_code == 422
    assert "Use at most 120 characters." in answer.content.decode()
