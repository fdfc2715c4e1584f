import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def shown(answer):
    return re.findall(r'class="tile-link" href="/images/([0-9a-f-]+)/"', answer.content.decode())


def test_ones_own_pictures_are_there_newest_first(alice, bob, client_of, make_image):
    first, second = make_image(alice), make_image(alice)
    make_image(bob)

    answer = client_of(alice).get("/library/")

    assert shown(answer) == [str(second.pk), str(first.pk)]


def test_an_empty_library_says_how_to_fill_it(alice, client_of):
    page = client_of(alice).get("/library/").content.decode()

    assert "No pictures yet" in page and 'href="/"' in page


def test_each_day_has_its_heading(alice, client_of, make_image):
    for days in (0, 0, 1, 30, 400):
        make_image(alice, created_at=NOON - timedelta(days=days))

    with time_machine.travel(NOON):
        page = client_of(alice).get("/library/").content.decode()

    assert re.findall(r"<h2>([^<]+)</h2>", page.split("<main")[1].split("</main")[0]) == [
        "Today",
        "Yesterday",
        "23 October",
        "18 October 2025",
    ]


def test_pages_follow_each_other_without_gap_or_overlap(alice, client_of, make_image, monkeypatch):
    monkeypatch.setattr("gallery.shelves.PAGE", 4)
    generation = make_image(alice).generation
    for _ in range(8):  # some at the same moment
        make_image(alice, generation=generation, created_at=NOON)
    client, address, pages = client_of(alice), "/library/", []

    while address:
        answer = client.get(address)
        pages.append(shown(answer))
        link = re.search(r'href="(/library/\?after=[^"]+)"', answer.content.decode())
        address = link and link[1]

    assert [len(page) for page in pages] == [4, 4, 1]
    assert len(set(sum(pages, []))) == 9


def test_a_day_that_goes_on_has_no_second_heading(alice, client_of, make_image, monkeypatch):
    monkeypatch.setattr("gallery.shelves.PAGE", 2)
    for _ in range(3):
        make_image(alice)
    client = client_of(alice)

    older = client.get("/library/").context["shelf"].older
    shelf = client.get(f"/library/?after={older}").context["shelf"]

    assert [day.heading for day in shelf.days] == [""]


@pytest.mark.parametrize(
    "mark", ["x", "1~2", "99999999999999999999~" + "0" * 32, "~", "1", "-1~" + "0" * 32]
)
def test_a_mark_that_is_none_is_not_found(mark, alice, client_of):
    assert client_of(alice).get(f"/library/?after={mark}").status_code == 404


@pytest.mark.parametrize("number", [2, 40])
def test_the_library_takes_the_same_number_of_queries_for_few_and_many(
    number, alice, client_of, make_image, django_assert_num_queries
):
    generation = make_image(alice).generation
    for _ in range(number - 1):
        make_image(alice, generation=generation)
    client = client_of(alice)
    client.get("/library/")

    with django_assert_num_queries(10):
        answer = client.get("/library/")

    assert len(shown(answer)) == number
