"""Filters and lists of the search, and how its index follows what happens to pictures."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from looking import found

from gallery import favourites, indexing, listings, search, shelves, trash
from gallery.models import Entry, Favourite, Gallery, Image, Membership, Placement
from gallery.search import Search

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def shared_gallery(alice, bob):
    gallery = Gallery.objects.create(owner=alice, name="Foxes")
    Membership.objects.create(gallery=gallery, person=bob)
    return gallery


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"model": "flux-pro"}, {"pro"}),
        ({"model": "flux-pro,flux-dev"}, {"pro", "wide", "tall", "edit"}),
        ({"model": "of nobody"}, set()),
        ({"shape": "square"}, {"pro", "edit"}),
        ({"shape": "landscape"}, {"wide"}),
        ({"shape": "portrait"}, {"tall"}),
        ({"shape": "16:9,9:16"}, {"wide", "tall"}),
        ({"shape": "1:1"}, {"pro", "edit"}),
        ({"shape": "round"}, {"pro", "wide", "tall", "edit"}),
        ({"edited": "yes"}, {"edit"}),
        ({"edited": "no"}, {"pro", "wide", "tall"}),
        ({"edited": "perhaps"}, {"pro", "wide", "tall", "edit"}),
        ({"favourite": "yes"}, {"tall"}),
        ({"from": "2026-11-20"}, {"pro"}),
        ({"to": "2026-11-19"}, {"wide", "tall", "edit"}),
        ({"from": "2026-11-10", "to": "2026-11-19"}, {"tall"}),
        ({"range": "today"}, {"pro"}),
        ({"range": "7"}, {"pro", "tall"}),
        ({"range": "365"}, {"pro", "wide", "tall", "edit"}),
        ({"from": "tomorrow", "to": "2026-13-45", "range": "x"}, {"pro", "wide", "tall", "edit"}),
        ({"by": "nobody"}, {"pro", "wide", "tall", "edit"}),
        ({"by": str(uuid.UUID(int=7))}, set()),
        ({"q": "ed*", "shape": "square", "edited": "yes"}, {"edit"}),
    ],
)
def test_filters(alice, make_row, make_generation, asked, expected):
    make_row(alice, "pro", model_name="flux-pro", width=1000, height=1000, created_at=NOON)
    make_row(alice, "wide", width=1920, height=1080, created_at=NOON - timedelta(days=20))
    tall = make_row(alice, "tall", width=720, height=1280, created_at=NOON - timedelta(days=5))
    edit = make_generation(alice, action="edit")
    old = NOON - timedelta(days=60)
    make_row(alice, "edit", generation=edit, width=1000, height=1050, created_at=old)
    favourites.mark(tall, by=alice, is_favourite=True)

    with time_machine.travel(NOON):
        assert set(found(alice, **asked)) == expected


def test_an_owner_and_a_gallery(alice, bob, make_row, shared_gallery):
    Placement.objects.create(gallery=shared_gallery, image=make_row(alice, "red"))
    Placement.objects.create(gallery=shared_gallery, image=make_row(bob, "blue"))
    make_row(alice, "green")

    assert found(bob, **{"in": "shared"}) == ["red"]
    assert found(bob, **{"in": "shared", "by": str(alice.pk)}) == ["red"]
    assert found(bob, **{"in": "shared", "by": str(bob.pk)}) == []
    assert found(alice, gallery=str(shared_gallery.pk)) == ["red"]
    assert found(alice, **{"in": "shared"}) == ["blue"]


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["library", "shared", "teams", "favourites", "trash", "", "x"])
@pytest.mark.parametrize("asked", [{}, {"q": "fox"}, {"shape": "landscape"}])
def test_an_outsider_finds_nothing(alice, charlie, make_row, name, asked, shared_gallery):
    secret = make_row(alice, "A secret fox")
    Placement.objects.create(gallery=shared_gallery, image=secret)
    Favourite.objects.create(person=charlie, image=secret)  # of when it was shared
    asked = {**asked, "in": name, "gallery": str(shared_gallery.pk), "by": str(alice.pk)}

    assert found(charlie, **asked) == []


def test_the_list_of_the_team_holds_what_is_for_all(alice, bob, make_row):
    everybodys = Gallery.objects.create(owner=alice, name="All", is_for_team=True)
    Placement.objects.create(gallery=everybodys, image=make_row(alice, "open"))
    make_row(alice, "closed")

    assert found(bob, **{"in": "teams"}) == found(alice, **{"in": "teams"}) == ["open"]
    everybodys.is_for_team = False
    everybodys.save()
    assert found(bob, **{"in": "teams"}) == found(bob, **{"in": "shared"}) == []


@pytest.mark.parametrize("asked", [{}, {"q": "fox"}, {"q": "one"}, {"q": "-one"}])
def test_many_galleries_show_the_same_as_few(alice, bob, make_row, monkeypatch, asked):
    monkeypatch.setattr("gallery.shelves.PAGE", 3)
    galleries = [Gallery.objects.create(owner=alice, name=f"{number}") for number in range(4)]
    for number, gallery in enumerate(galleries):
        Membership.objects.create(gallery=gallery, person=bob)
        Placement.objects.create(gallery=gallery, image=make_row(alice, f"fox {number}"))
        make_row(alice, "A secret fox")
    Placement.objects.create(gallery=galleries[0], image=make_row(alice, "fox one"))

    few = walked(bob, {"in": "shared", **asked})
    monkeypatch.setattr("gallery.listings.MANY", 1)
    many = walked(bob, {"in": "shared", **asked})

    assert few == many
    assert len(few) == {"{}": 5, "one": 1, "-one": 4}.get(asked.get("q", "{}"), 5)
    assert "A secret fox" not in few


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────


def walked(person, asked):
    listing, after, prompts = listings.find(person, asked), None, []
    while True:
        shelf = shelves.shelf(listing, after=after)
        prompts += [tile.prompt for day in shelf.days for tile in day.tiles]
        if not shelf.older:
            return prompts
        after = shelves.mark(shelf.older, listing)


def test_pages_of_hits_at_the_same_moment_have_no_gap_and_no_overlap(alice, make_row, monkeypatch):
    monkeypatch.setattr("gallery.shelves.PAGE", 4)
    prompts = [f"fox {number}" for number in range(11)]
    for prompt in prompts:
        make_row(alice, prompt, created_at=NOON)

    assert sorted(walked(alice, {"q": "fox"})) == sorted(prompts)


def test_more_pictures_of_one_moment_than_a_microsecond_has_places(alice, make_row):
    first = make_row(alice, "first", created_at=NOON)
    rows = [
        Image(**{field.attname: getattr(first, field.attname) for field in Image._meta.fields})
        for _ in range(1100)
    ]
    for row in rows:
        row.pk, row.created_at = uuid.uuid4(), NOON + timedelta(microseconds=row.pk.int % 2)
    Image.objects.bulk_create(rows)

    assert Entry.objects.count() == 1101


def test_the_newest_stands_first(alice, make_row):
    for days in (3, 1, 2):
        make_row(alice, f"fox of {days}", created_at=NOON - timedelta(days=days))

    assert found(alice, q="fox") == ["fox of 1", "fox of 2", "fox of 3"]


# ── The index follows ────────────────────────────────────────────────────────────────────────────


def test_what_is_thrown_away_is_found_in_the_trash_alone(alice, make_row):
    one = make_row(alice, "A red fox")

    trash.throw_away(one)

    assert found(alice, q="fox") == []
    assert found(alice, **{"in": "trash", "q": "fox"}) == ["A red fox"]
    assert found(alice, **{"in": "trash", "q": "wolf"}) == []
    trash.restore(one, by=alice)
    assert found(alice, q="fox") == ["A red fox"]


def test_what_is_purged_leaves_the_index(alice, make_image):
    one = make_image(alice, prompt="A red fox")
    trash.throw_away(one)
    trash.purge(one, by=alice)

    assert not Entry.objects.exists()
    assert not words_in_index()


def test_what_is_deleted_leaves_the_index(alice, make_row):
    make_row(alice, "A red fox").delete()

    assert not Entry.objects.exists() and not words_in_index()


def words_in_index():
    table = "gallery_entry_words" if connection.vendor == "sqlite" else "gallery_entry"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_a_changed_row_is_found_by_what_it_says_now(alice, bob, make_row):
    one = make_row(alice, "A red fox", created_at=NOON)

    Image.objects.update(prompt="A grey wolf", model_name="flux-pro", width=10, height=30)
    Image.objects.update(created_at=NOON - timedelta(days=900))

    assert found(alice, q="fox") == []
    shape = {"model": "flux-pro", "shape": "portrait", "to": "2025-01-01"}
    assert found(alice, q="wolf", **shape) == ["A grey wolf"]
    one.refresh_from_db()
    one.owner = bob
    one.save()
    assert found(alice, q="wolf") == [] and found(bob, q="wolf") == ["A grey wolf"]


def test_favourites_and_galleries_come_and_go(alice, bob, make_row, shared_gallery):
    one = make_row(alice, "A red fox")
    placement = Placement.objects.create(gallery=shared_gallery, image=one)
    favourites.mark(one, by=bob, is_favourite=True)

    assert found(bob, **{"in": "favourites", "q": "fox"}) == ["A red fox"]
    assert found(bob, **{"in": "shared", "favourite": "yes"}) == ["A red fox"]
    favourites.mark(one, by=bob, is_favourite=False)
    assert found(bob, **{"in": "shared", "favourite": "yes"}) == []
    other = Gallery.objects.create(owner=alice, name="Others")
    placement.gallery = other
    placement.save()
    assert found(alice, gallery=str(other.pk)) == ["A red fox"]
    assert found(alice, gallery=str(shared_gallery.pk)) == []
    placement.delete()
    assert found(alice, gallery=str(other.pk)) == []


def test_the_index_can_be_taken_away_and_made_anew(alice, bob, make_row, shared_gallery):
    for prompt in ("fox one", "fox two", "fox three"):
        Placement.objects.create(
            gallery=shared_gallery, image=make_row(alice, prompt, created_at=NOON)
        )
    before = set(found(bob, **{"in": "shared", "q": "fox"}))

    indexing.remove(connection)
    indexing.install(connection)

    assert set(found(bob, **{"in": "shared", "q": "fox"})) == before
    make_row(alice, "fox four")
    assert len(found(alice, q="fox")) == 4


def test_every_trigger_stands_after_all_migrations(db):
    """On SQLite a migration that alters a table loses them: see `gallery.indexing`."""
    table = (
        "sqlite_master WHERE type = 'trigger'" if connection.vendor == "sqlite" else "pg_trigger"
    )
    column = "name" if connection.vendor == "sqlite" else "tgname"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        names = {name for (name,) in cursor.fetchall()}

    statements = indexing.SQLITE if connection.vendor == "sqlite" else indexing.POSTGRESQL
    made = {text.split()[2] for text in statements if text.startswith("CREATE TRIGGER")}
    assert made and made <= names


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────


def test_an_address_says_the_same_search_always_alike():
    one = search.asked(QueryDict("q=+red++fox&model=b&model=a&shape=square&from=2026-01-02&to="))
    other = search.asked(QueryDict("shape=square&from=2026-01-02&model=a,b,a&q=red+fox&edited="))

    assert search.read(one).query == search.read(other).query
    assert search.read(dict(QueryDict(search.read(one).query).items())) == search.read(one)


def test_a_list_is_found_again_by_its_query(alice, make_row):
    asked = {"in": "shared", "q": 'fox -"red wolf"', "model": "a,b", "range": "7"}
    listing = listings.find(alice, asked)

    again = listings.find(alice, QueryDict(listing.query.removeprefix("?")).dict())

    assert again.query == listing.query and again.search == listing.search


def test_moments_are_days_of_the_sites_own_time_zone(settings):
    settings.TIME_ZONE = "UTC"
    asked = Search(since=date(2026, 1, 1), until=date(2026, 1, 1))

    assert asked.begins == datetime(2026, 1, 1, tzinfo=UTC)
    assert asked.ends == datetime(2026, 1, 2, tzinfo=UTC)
