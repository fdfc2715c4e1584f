"""The library's pages as they answer: tabs, filters in the address, saved searches."""

import html
import re
import uuid

import pytest
from django.urls import reverse

from gallery import rating
from gallery.models import Gallery, Membership, Placement, SavedSearch
from gallery.saving import MOST


def shown(answer):
    return re.findall(
        r'class="tile-link" href="/images/([0-9a-f-]+)/([^"]*)"', answer.content.decode()
    )


@pytest.fixture
def foxes(alice, bob, make_row):
    """What Alice shares with Bob."""
    gallery = Gallery.objects.create(owner=alice, name="Foxes")
    Membership.objects.create(gallery=gallery, person=bob)
    rows = [make_row(alice, f"A fox, number {number}") for number in range(3)]
    Placement.objects.bulk_create([Placement(gallery=gallery, image=row) for row in rows])
    return rows


@pytest.mark.parametrize("name", ["library", "shared", "teams", "favourites", "trash"])
@pytest.mark.parametrize("query", ["", "?q=fox", "?q=%22&shape=x&by=1&from=9&month=2026-01"])
def test_every_list_answers(alice, client_of, foxes, name, query):
    assert client_of(alice).get(reverse(name) + query).status_code == 200


@pytest.mark.parametrize("month", ["x", "2026", "2026-13", "0001-01", "9999-12", "2026-1-1-1"])
def test_a_month_that_is_none_is_not_found(alice, client_of, month):
    for name in ("library", "shared", "trash"):
        assert client_of(alice).get(reverse(name), {"month": month}).status_code == 404


@pytest.mark.parametrize("mark", ["x", "1~2", f"{2**63 - 1}~{'0' * 32}", f"-5~{'0' * 32}"])
def test_a_mark_in_a_search_breaks_nothing(alice, client_of, mark):
    assert client_of(alice).get("/library/", {"q": "fox", "after": mark}).status_code in (200, 404)


def test_the_viewer_walks_what_was_found(alice, client_of, foxes, make_row):
    make_row(alice, "A wolf between them")
    client = client_of(alice)

    (_, query), *_ = shown(client.get("/library/?q=fox"))
    page = client.get(f"/images/{foxes[1].pk}/{query}")

    assert query == "?q=fox"
    walk = page.context["view"].walk
    assert str(foxes[2].pk) in walk.previous.page and str(foxes[0].pk) in walk.next.page
    assert walk.previous.page.endswith(query) and walk.back == "/library/?q=fox"


def test_a_picture_that_a_search_does_not_have_stands_alone(alice, client_of, foxes):
    walk = client_of(alice).get(f"/images/{foxes[1].pk}/?q=wolf").context["view"].walk

    assert walk.previous is None and walk.next is None


def test_what_is_shared_is_walked_too(bob, client_of, foxes):
    client = client_of(bob)

    (_, query), *_ = shown(client.get("/library/shared/?q=number"))
    walk = client.get(f"/images/{foxes[1].pk}/{query.replace('&amp;', '&')}").context["view"].walk

    assert str(foxes[2].pk) in walk.previous.page and str(foxes[0].pk) in walk.next.page
    assert walk.back == "/library/shared/?q=number"


def test_nothing_found_offers_a_way_on(alice, client_of, foxes):
    page = client_of(alice).get("/library/?q=submarine").content.decode()

    assert "Nothing matches “submarine”" in page
    assert 'href="/library/shared/?q=submarine"' in page


def test_what_narrows_stands_as_chips_that_can_be_left_out(alice, client_of, foxes):
    answer = client_of(alice).get("/library/?q=fox&shape=landscape&shape=square&q=fox")

    without = {chip.label: chip.without for chip in answer.context["bar"].chips}
    assert without == {
        "“fox”": "/library/?shape=landscape%2Csquare",
        "Landscape": "/library/?q=fox&shape=square",
        "Square": "/library/?q=fox&shape=landscape",
    }
    assert answer.context["count"] == "3 pictures"


def test_htmx_learns_the_address_that_can_be_kept(alice, client_of, foxes):
    headers = {"HX-Request": "true"}

    answer = client_of(alice).get("/library/?q=fox&from=&to=&range=", headers=headers)

    assert answer["HX-Push-Url"] == "/library/?q=fox"


@pytest.mark.parametrize("name", ["library", "shared", "teams"])
@pytest.mark.parametrize("number", [2, 40])
def test_a_search_takes_the_same_number_of_queries_for_few_and_many(
    number, name, alice, bob, client_of, make_row, django_assert_max_num_queries
):
    gallery = Gallery.objects.create(owner=alice, name="All", is_for_team=True)
    for _ in range(number):
        Placement.objects.create(gallery=gallery, image=make_row(alice, "A fox"))
    person = alice if name == "library" else bob
    client = client_of(person)
    client.get("/library/")

    with django_assert_max_num_queries(15):  # PostgreSQL looks up to three times for a page
        answer = client.get(reverse(name), {"q": "fox"})

    assert len(shown(answer)) == number


# ── Saved searches ───────────────────────────────────────────────────────────────────────────────


def test_a_search_is_saved_opened_renamed_and_deleted(alice, client_of, foxes):
    client = client_of(alice)

    saved = client.post("/library/searches/", {"name": "Foxes", "query": "in=shared&q=fox&to="})
    assert saved["Location"] == "/library/shared/?q=fox"
    one = SavedSearch.objects.get()
    assert (one.name, one.query) == ("Foxes", "in=shared&q=fox")

    assert "Foxes" in client.get("/library/").content.decode()
    beside = client.get("/library/shared/?q=fox").context["saved"]
    assert [search.is_current for search in beside] == [True]

    client.post(f"/library/searches/{one.pk}/", {"name": "Red ones"})
    assert "Red ones" in client.get("/library/searches/").content.decode()
    client.post(f"/library/searches/{one.pk}/delete/")
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("name", ["", "Foxes", "x" * 81])
def test_a_name_that_does_not_do_is_said_at_the_field(alice, client_of, name):
    SavedSearch.objects.create(owner=alice, name="Foxes", query="q=fox")

    answer = client_of(alice).post("/library/searches/", {"name": name, "query": "q=wolf"})

    assert answer.status_code == 422
    assert 'value="q=wolf"' in answer.content.decode()
    assert SavedSearch.objects.count() == 1


def test_nobody_keeps_searches_without_end(alice, client_of):
    SavedSearch.objects.bulk_create(
        [SavedSearch(owner=alice, name=f"{number}", query="q=x") for number in range(MOST)]
    )

    answer = client_of(alice).post("/library/searches/", {"name": "One more", "query": "q=y"})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query", ["", "in=nowhere&q=a", "in=", "%00", "&&&=", f"by={uuid.UUID(int=1)}"]
)
def test_any_query_can_be_saved_and_opened(alice, client_of, query):
    client = client_of(alice)

    saved = client.post("/library/searches/", {"name": "Odd", "query": query})

    assert client.get(saved["Location"]).status_code == 200


def test_saved_searches_are_ones_own(alice, charlie, client_of):
    one = SavedSearch.objects.create(owner=alice, name="A secret", query="q=fox")
    client = client_of(charlie)

    assert "A secret" not in client.get("/library/").content.decode()
    assert client.get(f"/library/searches/{one.pk}/").status_code == 404
    assert client.post(f"/library/searches/{one.pk}/delete/").status_code == 404


# ── Stars, tags, orders ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def rated(alice, foxes):
    """Of three, the oldest has most stars; the newest has none."""
    rating.rate([foxes[0].pk], by=alice, stars=5)
    rating.rate([foxes[1].pk], by=alice, stars=3)
    rating.tag([foxes[0].pk, foxes[2].pk], ["spring"], by=alice)
    return foxes


def keys(*rows):
    return [str(row.pk) for row in rows]


@pytest.mark.parametrize("page", ["/library/?order=stars", "/library/?order=team", "gallery"])
def test_pictures_stand_by_their_stars_and_the_viewer_walks_so(rated, alice, client_of, page):
    client, oldest, middle, newest = client_of(alice), *rated
    if page == "gallery":
        page = f"{Gallery.objects.get().get_absolute_url()}?order=stars"

    found = shown(client.get(page))

    assert [key for key, _ in found] == keys(oldest, middle, newest)
    query = html.unescape(found[1][1])
    walk = client.get(f"/images/{middle.pk}/{query}").context["view"].walk
    assert str(oldest.pk) in walk.previous.page and str(newest.pk) in walk.next.page
    assert walk.back == page
    frames = client.get(f"/library/cull/{query}").context["cull"].frames
    assert [frame.id for frame in frames] == keys(oldest, middle, newest)


def test_stars_and_tags_narrow_and_can_be_left_out_one_by_one(rated, alice, client_of):
    oldest, middle, newest = rated
    client = client_of(alice)

    assert [key for key, _ in shown(client.get("/library/?stars=none"))] == keys(newest)
    assert [key for key, _ in shown(client.get("/library/?stars=3"))] == keys(middle, oldest)
    answer = client.get("/library/?tag=Spring&tag=&stars=4&order=stars")

    assert [key for key, _ in shown(answer)] == keys(oldest)
    chips = {chip.label: chip.without for chip in answer.context["bar"].chips}
    assert chips == {
        "4 stars or more": "/library/?tag=spring&order=stars",
        "#spring": "/library/?stars=4&order=stars",
    }


def test_a_saved_search_keeps_stars_tags_and_order(rated, alice, client_of):
    query = "tag=spring&stars=1&order=team"
    client_of(alice).post("/library/searches/", {"name": "Best of spring", "query": query})

    assert SavedSearch.objects.get().query == "stars=1&tag=spring&order=team"


def test_an_order_alone_leaves_nothing_out_and_knows_no_months(rated, alice, client_of):
    answer = client_of(alice).get("/library/?order=stars")

    assert answer.context["bar"].chips == () and answer.context["count"] == ""
    assert answer.context["years"] == []
    assert client_of(alice).get("/library/?order=stars&month=2026-01").status_code == 404


def test_tags_are_completed_in_the_filter(rated, alice, client_of):
    page = client_of(alice).get("/tags/", {"tag": "night, s"}).content.decode()

    assert "night, spring" in page
