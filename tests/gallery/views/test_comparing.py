import uuid
from urllib.parse import urlencode

import pytest

from gallery.models import Upload


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


@pytest.fixture
def pictures(alice, make_image):
    return [make_image(alice, prompt=f"A red door, number {n}") for n in range(5)]


def side_by_side(pictures):
    return f"/compare/?{urlencode([('i', picture.pk) for picture in pictures])}"


def letters(answer):
    return {side.letter: side.source.id for side in answer.context["comparison"].sides}


def test_two_lie_under_a_slider(client, pictures):
    a, b = pictures[:2]

    answer = client.get(f"/compare/?a={a.pk}&b={b.pk}")

    page = answer.content.decode()
    assert letters(answer) == {"A": str(a.pk), "B": str(b.pk)}
    assert page.count('type="range"') == 1
    assert "<del>" in page and "<ins>" in page
    assert f"/compare/?a={b.pk}&amp;b={a.pk}" in page  # swapped


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4])
def test_up_to_four_lie_side_by_side(client, pictures, number):
    answer = client.get(side_by_side(pictures[:number]))

    assert answer.status_code == 200
    assert len(letters(answer)) == number
    assert ("Add a picture" in answer.content.decode()) == (number < 4)


def test_a_fifth_has_no_place_and_twice_the_same_is_one(client, pictures):
    assert len(letters(client.get(side_by_side(pictures)))) == 4
    assert len(letters(client.get(side_by_side([pictures[0]] * 3)))) == 1
    twice = client.get(f"/compare/?a={pictures[0].pk}&b={pictures[0].pk}")
    assert len(letters(twice)) == 1


def test_an_upload_can_be_compared_with_its_edit(client, alice, pictures):
    upload = Upload.objects.create(
        owner=alice, name="x.png", content_type="image/png", width=4, height=3
    )

    answer = client.get(f"/compare/?a={upload.pk}&b={pictures[0].pk}")

    assert letters(answer) == {"A": str(upload.pk), "B": str(pictures[0].pk)}


def test_what_may_not_be_seen_is_not_compared(client_of, charlie, pictures, make_image):
    own = make_image(charlie)
    client = client_of(charlie)

    for address in (
        f"/compare/?a={own.pk}&b={pictures[0].pk}",
        side_by_side([own, pictures[0]]),
        f"/compare/?a={own.pk}&b={uuid.uuid4()}",
        f"/compare/?a={own.pk}",
        "/compare/?i=x",
    ):
        assert client.get(address).status_code == 404


def test_four_take_as_many_queries_as_two(client, pictures, django_assert_num_queries):
    for number in (2, 4):
        client.get(side_by_side(pictures[:number]))
        with django_assert_num_queries(QUERIES):
            client.get(side_by_side(pictures[:number]))


QUERIES = 7


def test_the_picker_lists_the_library_page_by_page(client, alice, pictures, monkeypatch):
    monkeypatch.setattr("gallery.shelves.PAGE", 2)

    first = client.get("/pick/")
    second = client.get(first.context["picker"].older)

    chosen = [c.tile.id for p in (first, second) for c in p.context["picker"].choices]
    assert chosen == [str(picture.pk) for picture in reversed(pictures)][:4]
    assert f'href="/edit/?image={pictures[-1].pk}"' in first.content.decode()


def test_the_picker_adds_to_what_is_compared(client, pictures):
    a, b = pictures[0].pk, pictures[1].pk

    page = client.get(f"/pick/?for=compare&i={a}").content.decode()

    assert f'href="/compare/?i={a}&amp;i={b}"' in page
    assert f"i={a}&amp;i={a}" not in page


def test_in_the_dialog_a_choice_changes_the_source_alone(client, pictures):
    fragment = client.get("/pick/", HTTP_HX_REQUEST="true").content.decode()
    source = client.get(f"/edit/source/?image={pictures[0].pk}").content.decode()

    assert f'hx-get="/edit/source/?image={pictures[0].pk}"' in fragment
    assert "<html" not in fragment
    assert f'name="image" value="{pictures[0].pk}"' in source


def test_nobody_picks_out_of_a_strangers_library(client_of, charlie, pictures):
    client = client_of(charlie)

    assert str(pictures[0].pk) not in client.get("/pick/").content.decode()
    assert client.get(f"/edit/source/?image={pictures[0].pk}").status_code == 404
    for address in ("/pick/?for=x", "/pick/?after=x", "/pick/?i=x", "/edit/source/"):
        assert client.get(address).status_code == 404
