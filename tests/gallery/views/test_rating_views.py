import pytest

from gallery import rating
from gallery.models import Gallery, Image, Membership, Placement, Rating, Tag

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def image(alice, make_image):
    return make_image(alice)


def test_a_star_is_given_and_taken_back(image, alice, client_of):
    client, path = client_of(alice), f"/images/{image.pk}/rate/"

    answer = client.post(path, {"stars": "4"}, **HTMX)

    page = answer.content.decode()
    assert page.count(' on"') == 4 and "Team: 4.0 from 1 person" in page
    assert "4 stars" in answer["HX-Trigger"]
    assert client.post(path, {"stars": "0"})["Location"] == f"/images/{image.pk}/"
    assert not Rating.objects.exists()


@pytest.mark.parametrize(("sent", "kept"), [("9", [5]), ("x", []), ("-1", []), ("²", [])])
def test_no_form_gives_other_numbers_of_stars(sent, kept, image, alice, client_of):
    client_of(alice).post(f"/images/{image.pk}/rate/", {"stars": sent})

    assert list(Rating.objects.values_list("stars", flat=True)) == kept


def test_a_tag_is_added_and_removed(image, alice, client_of):
    client = client_of(alice)

    page = client.post(f"/images/{image.pk}/tag/", {"tags": "Harbour, Night"}, **HTMX)
    assert "Remove the tag harbour" in page.content.decode()
    client.post(f"/images/{image.pk}/untag/", {"tag": "harbour"})

    assert [tag.name for tag in Tag.objects.all()] == ["night"]


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_what_is_no_tag_is_told_at_the_field_and_kept(extra, image, alice, client_of):
    answer = client_of(alice).post(f"/images/{image.pk}/tag/", {"tags": "x" * 50}, **extra)

    assert answer.status_code == 422
    assert (
        "at most 40 characters" in answer.content.decode() and "x" * 50 in answer.content.decode()
    )


def test_who_only_sees_it_may_rate_but_not_tag(image, alice, bob, client_of):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    Placement.objects.create(gallery=gallery, image=image)
    client = client_of(bob)

    assert client.post(f"/images/{image.pk}/rate/", {"stars": "3"}).status_code == 302
    assert client.post(f"/images/{image.pk}/tag/", {"tags": "x"}).status_code == 404
    page = client.get(f"/images/{image.pk}/").content.decode()
    assert 'id="star-3"' in page and "Add a tag" not in page


def test_tags_are_completed_after_the_last_comma(image, alice, client_of):
    rating.tag([image.pk], ["harbour", "night"], by=alice)

    page = client_of(alice).get("/tags/", {"tags": "dawn, ni"}).content.decode()

    assert page.strip() == '<option value="dawn, night"></option>'


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def images(alice, make_image):
    return [make_image(alice) for _ in range(3)]


def ticked(images, **fields):
    return {"image": " ".join(str(image.pk) for image in images), **fields}


def test_many_are_rated(images, alice, client_of):
    page = client_of(alice).post("/selection/rate/", ticked(images, stars="5"), **HTMX)

    assert "3 pictures rated with 5 stars." in page.content.decode()
    assert set(Image.objects.values_list("team_rating", flat=True)) == {5000}


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_tags_for_many_are_asked_for_and_then_set(extra, images, alice, client_of):
    client = client_of(alice)

    page = client.post("/selection/tag/", ticked(images), **extra).content.decode()
    assert images[0].pk.hex in page and 'name="tags"' in page
    refused = client.post("/selection/tag/", ticked(images, tags=" , "), **extra)
    assert refused.status_code == 422 and "Type a tag." in refused.content.decode()
    client.post("/selection/tag/", ticked(images, tags="Spring"), **extra)

    assert Image.objects.tagged("spring").count() == 3


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_many_go_to_a_gallery_in_their_order(extra, images, alice, client_of):
    gallery, client = Gallery.objects.create(name="Spring", owner=alice), client_of(alice)
    assert "Spring" in client.post("/selection/gallery/", ticked(images), **extra).content.decode()

    fields = ticked(images, gallery=str(gallery.pk), name="")
    client.post("/selection/gallery/", fields, **extra)

    placed = Placement.objects.in_order_of(gallery).values_list("image", flat=True)
    assert list(placed) == [image.pk for image in images]


def test_many_go_to_a_new_gallery(images, alice, client_of):
    client_of(alice).post("/selection/gallery/", ticked(images, name="Autumn"))

    assert Gallery.objects.get(name="Autumn").placements.count() == 3


def test_no_gallery_and_one_of_others_are_refused(images, alice, bob, client_of):
    closed = Gallery.objects.create(name="Closed", owner=bob, is_for_team=True)
    client = client_of(alice)

    nothing = client.post("/selection/gallery/", ticked(images, name=" "), **HTMX)
    others = client.post("/selection/gallery/", ticked(images, name="", gallery=str(closed.pk)))

    assert nothing.status_code == others.status_code == 422
    assert "Choose a gallery, or name a new one." in nothing.content.decode()
    assert "takes nothing from you" in others.content.decode()
    assert not Placement.objects.exists()


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_deleting_many_for_good_asks_first(extra, images, alice, client_of):
    client = client_of(alice)
    client.post("/selection/trash/", ticked(images))

    page = client.post("/selection/purge/", ticked(images[:2], list="?in=trash"), **extra)
    assert "2 pictures and their files are deleted" in page.content.decode()
    assert Image.objects.in_trash_of(alice).count() == 3
    client.post("/selection/purge/", ticked(images[:2], sure="1"), **extra)

    assert list(Image.objects.in_trash_of(alice)) == images[2:]
