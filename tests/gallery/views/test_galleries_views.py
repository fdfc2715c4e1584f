import re

import pytest
from django.utils import timezone

from gallery import ordering, placing
from gallery.models import Gallery, Membership, Placement

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def spring(alice):
    return Gallery.objects.create(name="Spring", owner=alice, description="Soft light")


@pytest.fixture
def pictures(alice, spring, make_image):
    """Three of them; the first one lies on top."""
    images = [make_image(alice) for _ in range(3)]
    placing.place_many(images, spring, by=alice)
    return images


def shown(answer):
    return re.findall(r'class="tile-link" href="/images/([0-9a-f-]+)/', answer.content.decode())


def post(client, gallery, verb, data=None, **others):
    return client.post(f"/galleries/{gallery.pk}/{verb}/", data or {}, **others)


def in_order(gallery):
    gallery.refresh_from_db()
    return list(Placement.objects.in_order_of(gallery).values_list("image", flat=True))


def test_all_mine_and_shared_list_what_they_say(alice, bob, spring, client_of):
    Gallery.objects.create(name="Whole team", owner=bob, is_for_team=True)
    Gallery.objects.create(name="A secret of Bob's", owner=bob)

    pages = {
        show: client_of(alice).get(f"/galleries/?show={show}").content.decode()
        for show in ("", "mine", "shared")
    }

    assert [("Spring" in page, "Whole team" in page) for page in pages.values()] == [
        (True, True),
        (True, False),
        (False, True),
    ]
    assert "secret" not in "".join(pages.values())
    assert client_of(alice).get("/galleries/?show=others").status_code == 404


def test_a_card_tells_its_state_its_size_and_its_people(alice, bob, spring, pictures, client_of):
    card = client_of(alice).get("/galleries/").context["wall"].cards[0]
    assert (card.state.words, card.size, len(card.pictures)) == ("Private", "3 pictures", 3)

    Membership.objects.create(gallery=spring, person=bob)
    pictures[0].__class__.objects.filter(pk=pictures[0].pk).update(trashed_at=timezone.now())
    card = client_of(bob).get("/galleries/").context["wall"].cards[0]

    assert (card.state.words, card.size) == ("Selected people", "2 pictures")
    assert [face.name for face in card.faces] == ["Alice Adler", "Bob Brandt"]


def test_pages_of_galleries_follow_each_other(alice, client_of, monkeypatch):
    monkeypatch.setattr("gallery.covers.PAGE", 2)
    now = timezone.now()
    for number in range(5):
        Gallery.objects.create(name=f"Number {number}", owner=alice, created_at=now)
    client, address, names = client_of(alice), "/galleries/?show=mine", []

    while address:
        wall = client.get(address).context["wall"]
        names.append([card.name for card in wall.cards])
        address = wall.older

    assert [len(page) for page in names] == [2, 2, 1] and len(set(sum(names, []))) == 5


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_takes_the_same_number_of_queries_for_few_and_many(
    number, alice, client_of, make_image, django_assert_num_queries
):
    image = make_image(alice)
    for place in range(number):
        gallery = Gallery.objects.create(name=f"Number {place}", owner=alice)
        placing.place_many([image], gallery, by=alice)
    client = client_of(alice)
    client.get("/galleries/")

    with django_assert_num_queries(9):
        assert len(client.get("/galleries/").context["wall"].cards) == number


@pytest.mark.parametrize("number", [2, 30])
def test_a_gallery_takes_the_same_number_of_queries_for_few_and_many(
    number, alice, spring, client_of, make_image, django_assert_num_queries
):
    generation = make_image(alice).generation
    images = [make_image(alice, generation=generation) for _ in range(number)]
    placing.place_many(images, spring, by=alice)
    client = client_of(alice)
    client.get(spring.get_absolute_url())

    with django_assert_num_queries(11):
        assert len(shown(client.get(spring.get_absolute_url()))) == number


def test_a_gallery_is_made_and_opened(alice, client_of):
    answer = client_of(alice).post("/galleries/new/", {"name": "Autumn", "description": "Leaves"})

    made = Gallery.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    page = client_of(alice).get(made.get_absolute_url()).content.decode()
    assert "Autumn" in page and "Leaves" in page and "No pictures yet" in page


@pytest.mark.parametrize(
    ("name", "problem"), [(" ", "Give it a name."), ("x" * 121, "Use at most 120 characters.")]
)
def test_a_name_that_is_none_is_told_at_the_field_and_the_rest_is_kept(
    name, problem, alice, client_of
):
    answer = client_of(alice).post("/galleries/new/", {"name": name, "description": "Kept"})

    assert answer.status_code == 422
    assert problem in answer.content.decode() and "Kept" in answer.content.decode()


def test_who_only_looks_makes_no_gallery(victor, client_of):
    assert client_of(victor).post("/galleries/new/", {"name": "Mine"}).status_code == 403
    assert "New gallery" not in client_of(victor).get("/galleries/").content.decode()
    assert not Gallery.objects.exists()


def test_pictures_stand_as_they_were_placed_and_the_viewer_walks_them(
    alice, spring, pictures, client_of
):
    client = client_of(alice)
    first, second, third = pictures

    assert shown(client.get(spring.get_absolute_url())) == [str(each.pk) for each in pictures]
    view = client.get(f"/images/{second.pk}/?in={spring.pk}").context["view"]

    assert str(first.pk) in view.walk.previous.page and f"?in={spring.pk}" in view.walk.next.page
    assert view.walk.back == spring.get_absolute_url()


def test_pages_of_a_gallery_follow_each_other_in_either_order(
    alice, spring, pictures, client_of, monkeypatch
):
    monkeypatch.setattr("gallery.shelves.PAGE", 2)
    for order in ("newest", "hand"):
        ordering.set_order(spring, order)
        client, address, pages = client_of(alice), spring.get_absolute_url(), []
        while address:
            answer = client.get(address)
            pages += shown(answer)
            link = re.search(r'href="([^"]+\?after=[^"]+)"', answer.content.decode())
            address = link and link[1]

        assert pages == [str(each.pk) for each in pictures]


def test_name_description_and_order_are_changed(alice, spring, pictures, client_of):
    data = {"name": "Summer", "description": "", "order": "hand"}

    assert post(client_of(alice), spring, "edit", data).status_code == 302

    spring.refresh_from_db()
    assert (spring.name, spring.description, spring.order) == ("Summer", "", "hand")
    refused = post(client_of(alice), spring, "edit", data | {"order": "x"})
    assert refused.status_code == 422 and "Choose an order." in refused.content.decode()


def test_deleting_a_gallery_leaves_its_pictures(alice, spring, pictures, client_of):
    assert post(client_of(alice), spring, "delete")["Location"] == "/galleries/"

    assert not Gallery.objects.exists()
    assert client_of(alice).get(f"/images/{pictures[0].pk}/").status_code == 200


def test_one_leaves_what_one_was_invited_to(bob, spring, client_of):
    Membership.objects.create(gallery=spring, person=bob)
    client = client_of(bob)

    assert post(client, spring, "leave")["Location"] == "/galleries/"

    assert client.get(spring.get_absolute_url()).status_code == 404
    Gallery.objects.update(is_for_team=True)
    assert post(client, spring, "leave").status_code == 404


def test_own_pictures_are_added_and_nobody_elses(alice, bob, spring, client_of, make_image):
    mine, theirs = make_image(alice), make_image(bob)
    data = {"image": [str(mine.pk), str(theirs.pk), "x"]}

    answer = post(client_of(alice), spring, "add", data)

    assert answer["Location"] == spring.get_absolute_url()
    assert in_order(spring) == [mine.pk]
    assert (
        "is in it already" in client_of(alice).get(f"/galleries/{spring.pk}/add/").content.decode()
    )


def test_a_cover_is_one_of_the_pictures(alice, spring, pictures, client_of, make_image):
    client = client_of(alice)

    assert post(client, spring, f"images/{pictures[2].pk}/cover").status_code == 302
    assert post(client, spring, f"images/{make_image(alice).pk}/cover").status_code == 404

    head = client.get(spring.get_absolute_url()).context["head"]
    assert head.pictures[0].id == str(pictures[2].pk)


def test_a_manager_takes_out_any_picture_and_an_owner_their_own(
    alice, bob, spring, pictures, client_of, make_image
):
    member = Membership.objects.create(gallery=spring, person=bob, role="contributor")
    theirs = make_image(bob)
    placing.place_many([theirs], spring, by=bob)

    assert post(client_of(bob), spring, f"images/{pictures[0].pk}/remove").status_code == 404
    answer = post(client_of(bob), spring, f"images/{theirs.pk}/remove", **HTMX)
    assert "picture-removed" in answer["HX-Trigger"]
    member.role = "manager"
    member.save()
    assert post(client_of(bob), spring, f"images/{pictures[0].pk}/remove").status_code == 302

    assert in_order(spring) == [each.pk for each in pictures[1:]]


@pytest.mark.parametrize(
    ("which", "way", "order"),
    [
        (2, "first", [2, 0, 1]),
        (2, "earlier", [0, 2, 1]),
        (0, "later", [1, 0, 2]),
        (0, "last", [1, 2, 0]),
        (0, "earlier", [0, 1, 2]),
        (2, "later", [0, 1, 2]),
        (1, "later", [0, 2, 1]),
    ],
)
def test_a_picture_is_moved_by_hand(which, way, order, alice, spring, pictures, client_of):
    post(client_of(alice), spring, "order", {"order": "hand"})

    answer = post(
        client_of(alice), spring, f"images/{pictures[which].pk}/move", {"way": way}, **HTMX
    )

    assert answer.status_code == 204 and "picture-moved" in answer["HX-Trigger"]
    assert in_order(spring) == [pictures[place].pk for place in order]


def test_a_picture_is_dropped_before_another_one(alice, spring, pictures, client_of):
    first, _, third = pictures
    client = client_of(alice)
    move = f"images/{third.pk}/move"
    assert post(client, spring, move, {"before": str(first.pk)}).status_code == 404  # by date

    post(client, spring, "order", {"order": "hand"})
    answer = post(client, spring, move, {"before": str(first.pk)})

    assert answer["Location"].endswith(f"#placed-{third.pk}")
    assert in_order(spring)[0] == third.pk
    assert post(client, spring, move, {"way": "sideways"}).status_code == 404
    assert post(client, spring, move, {"before": str(third.pk)}).status_code == 404


def test_a_picture_is_dropped_at_the_end(alice, spring, pictures, client_of):
    post(client_of(alice), spring, "order", {"order": "hand"})

    post(client_of(alice), spring, f"images/{pictures[0].pk}/move", {"before": ""})

    assert in_order(spring)[-1] == pictures[0].pk


def test_whoever_was_removed_meanwhile_is_told_at_the_next_step(
    alice, bob, spring, pictures, client_of
):
    Membership.objects.create(gallery=spring, person=bob, role="manager")
    client = client_of(bob)
    assert client.get(f"/galleries/{spring.pk}/arrange/").status_code == 200
    Membership.objects.all().delete()

    for verb in ("edit", "add", f"images/{pictures[0].pk}/move", "share/people"):
        assert post(client, spring, verb, {"name": "x", "way": "first"}).status_code == 404
