import re

import pytest

from gallery import bulk, selections
from gallery.models import Favourite, Image

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def images(alice, make_image):
    return [make_image(alice, prompt=f"A lighthouse, number {n}") for n in range(3)]


def ticked(images, **fields):
    return {"image": [str(image.pk) for image in images], "list": "", **fields}


def test_each_tile_has_a_box_of_the_form(alice, client_of, images):
    page = client_of(alice).get("/library/").content.decode()

    for image in images:
        assert f'name="image" value="{image.pk}" form="bulk"' in page
    assert 'id="bulk"' in page and "data-select-mode" in page


def test_the_feed_has_no_boxes(alice, client_of, images):
    assert 'form="bulk"' not in client_of(alice).get("/").content.decode()


def test_without_a_script_one_is_led_back_to_the_list(alice, client_of, images):
    bulk.mark([images[0].pk], by=alice, is_favourite=True)
    asked = ticked(images, list="?in=favourites", is_favourite="1")

    answer = client_of(alice).post("/selection/favourite/", asked)

    assert (answer.status_code, answer["Location"]) == (303, "/library/favourites/")
    assert Favourite.objects.count() == 3


def test_htmx_is_told_which_they_were(alice, client_of, images):
    answer = client_of(alice).post("/selection/favourite/", ticked(images), **HTMX)
    page = answer.content.decode()

    assert "3 pictures added to your favourites." in page
    assert 'data-event="marked"' in page
    assert all(str(image.pk) in page for image in images)


def test_the_toast_of_the_trash_has_one_undo_for_all(alice, client_of, images):
    client = client_of(alice)
    page = client.post("/selection/trash/", ticked(images[:2]), **HTMX).content.decode()
    assert "2 pictures moved to the trash." in page
    assert Image.objects.in_trash_of(alice).count() == 2
    (undo,) = re.findall(r'hx-post="(/selection/undo/\d+/)"', page)

    page = client.post(undo, **HTMX).content.decode()

    assert "2 pictures back where they were." in page and 'data-event="restored"' in page
    assert not Image.objects.in_trash_of(alice).exists()
    assert "There is nothing to undo." in client.post(undo, **HTMX).content.decode()


@pytest.mark.parametrize("moment", ["1", "20261399", "x", "99999999999999999999999"])
def test_an_undo_of_no_moment_is_not_there(moment, alice, client_of):
    assert client_of(alice).post(f"/selection/undo/{moment}/").status_code == 404


def test_everything_acts_on_what_the_list_finds(alice, bob, client_of, images, make_image):
    make_image(bob)

    client_of(alice).post("/selection/trash/", {"everything": "1", "list": ""})

    assert Image.objects.in_trash_of(alice).count() == 3
    assert Image.objects.kept().count() == 1


def test_nothing_selected_is_said(alice, client_of, images, monkeypatch):
    client = client_of(alice)

    page = client.post("/selection/trash/", {"image": ""}, **HTMX).content.decode()
    assert "Select pictures first." in page
    monkeypatch.setattr(selections, "MOST", 2)
    page = client.post("/selection/trash/", ticked(images), **HTMX).content.decode()
    assert "more than 2 pictures" in page
    assert not Image.objects.in_trash_of(alice).exists()


def test_two_to_four_are_compared(alice, client_of, images, make_image):
    client = client_of(alice)

    answer = client.post("/selection/compare/", ticked(images))
    assert client.get(answer["Location"]).status_code == 200
    assert client.post("/selection/compare/", ticked(images), **HTMX)["HX-Redirect"]
    page = client.post("/selection/compare/", ticked(images[:1]), **HTMX).content.decode()
    assert "Select 2 to 4 pictures" in page


def test_the_trash_gives_back(alice, client_of, images):
    bulk.throw_away([image.pk for image in images], by=alice)
    client = client_of(alice)
    assert 'action="/selection/' in client.get("/library/trash/").content.decode()

    answer = client.post("/selection/restore/", ticked(images[1:], list="?in=trash"))

    assert answer["Location"] == "/library/trash/"
    assert list(Image.objects.in_trash_of(alice)) == images[:1]


@pytest.mark.parametrize("verb", ["favourite", "trash", "restore", "compare", "undo/2026"])
def test_a_change_of_many_is_posted(verb, alice, client_of):
    assert client_of(alice).get(f"/selection/{verb}/").status_code == 405


def test_others_pictures_stay_whatever_is_asked(alice, charlie, client_of, images):
    for verb in ("favourite", "trash", "restore"):
        client_of(charlie).post(f"/selection/{verb}/", ticked(images))

    assert Image.objects.owned_by(alice).count() == 3
    assert not Favourite.objects.exists()


# ── The trash as a whole ─────────────────────────────────────────────────────────────────────────


def test_the_whole_trash_is_restored(alice, client_of, images):
    bulk.throw_away([image.pk for image in images], by=alice)
    client = client_of(alice)
    page = client.get("/library/trash/").content.decode()
    assert "/library/trash/restore/" in page and "Nobody can bring them back" in page

    page = client.post("/library/trash/restore/", follow=True).content.decode()

    assert "3 pictures restored." in page
    assert Image.objects.owned_by(alice).count() == 3


def test_the_whole_trash_is_emptied(alice, bob, client_of, images, make_image):
    other = make_image(bob)
    for person, some in ((alice, images), (bob, [other])):
        bulk.throw_away([image.pk for image in some], by=person)
    client = client_of(alice)

    page = client.post("/library/trash/empty/", follow=True).content.decode()

    assert "3 pictures deleted for good." in page and "The trash is empty" in page
    assert list(Image.objects.in_trash_of(bob)) == [other]
    assert (
        "The trash is empty." in client.post("/library/trash/empty/", follow=True).content.decode()
    )
