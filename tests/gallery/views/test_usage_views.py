"""The pages of figures: who may see them, what they say, and how many questions they ask."""

import re
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import credits, months
from accounts.models import CreditEntry, Person
from gallery import gallery_costs, periods, usage
from gallery.models import Gallery, Membership, Placement

pytestmark = pytest.mark.django_db

TEAM = ["/team/usage/", "/team/usage/galleries/", "/team/usage/ledger.csv"]
TEAM += ["/team/usage/ledger.json", "/team/health/", "/team/models/", "/team/models/flux-dev/"]
POSTED = ["/team/health/pause/", "/team/health/resume/", "/team/health/test/"]
POSTED += ["/team/health/look/", "/team/models/flux-dev/", "/team/models/flux-dev/up/"]
POSTED += ["/team/models/flux-dev/clear/"]


@pytest.fixture
def spend(make_generation):
    def make(person, **fields):
        job = make_generation(person, **fields)
        credits.hold(person, job.total_price, reference=job.reference)
        return job

    return make


def text_of(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode()


@pytest.mark.parametrize("path", TEAM)
def test_the_teams_pages_are_not_there_for_members_and_viewers(client_of, alice, victor, path):
    for person in (alice, victor):
        assert client_of(person).get(path).status_code == 404


@pytest.mark.parametrize("path", POSTED)
def test_nobody_but_an_admin_changes_anything(client_of, alice, victor, path):
    for person in (alice, victor):
        assert client_of(person).post(path).status_code == 404


@pytest.mark.parametrize("path", TEAM)
def test_an_admin_sees_them(client_of, admin, path):
    assert client_of(admin).get(path).status_code == 200


def test_the_page_says_what_was_spent_by_whom_and_on_what(client_of, admin, alice, spend):
    spend(alice, count=3)

    page = text_of(client_of(admin).get("/team/usage/"))

    assert re.search(r'id="spent-sum">0\.648<', page)
    assert "Alice Adler" in page
    assert "Flux Dev" in page
    assert "A lighthouse" not in page


def test_the_page_and_its_files_are_of_the_same_lines(client_of, admin, alice, spend):
    for count in (1, 2, 4):
        spend(alice, count=count)
    usage.roll_up()
    spend(alice)
    browser = client_of(admin)
    page = browser.get("/team/usage/?period=90")

    csv_file = browser.get("/team/usage/ledger.csv?period=90")
    rows = text_of(csv_file).splitlines()[1:]

    assert csv_file["Content-Disposition"].startswith('attachment; filename="ledger-')
    assert sum(Decimal(row.split(",")[5]) for row in rows) == page.context["report"].spent
    assert page.context["report"].spent == Decimal("0.216") * 8


def test_days_that_are_no_range_are_told_at_the_field_and_kept(client_of, admin):
    response = client_of(admin).get("/team/usage/?from=2026-11-02&to=2026-11-01")

    page = text_of(response)
    assert response.status_code == 422
    assert periods.ORDER in page
    assert 'value="2026-11-02"' in page
    ledger = client_of(admin).get("/team/usage/ledger.csv?from=2026-11-02&to=2026-11-01")
    assert ledger.status_code == 404


def test_a_file_of_another_kind_is_not_there(client_of, admin):
    assert client_of(admin).get("/team/usage/ledger.xml").status_code == 404


def test_everybody_who_makes_pictures_sees_their_own_and_no_more(
    client_of, alice, bob, victor, spend
):
    spend(alice)
    spend(bob, count=4)

    page = text_of(client_of(alice).get("/settings/usage/"))
    ledger = text_of(client_of(alice).get("/settings/usage/ledger.csv"))

    assert re.search(r'id="spent-sum">0\.216<', page)
    assert "bob@example.org" not in ledger
    assert "alice@example.org" in ledger
    for path in ("/settings/usage/", "/settings/usage/ledger.json"):
        assert client_of(victor).get(path).status_code == 404


# ── By gallery ───────────────────────────────────────────────────────────────────────────────────


def test_a_gallery_costs_the_share_of_each_of_its_pictures(admin, alice, make_image, spend):
    job = spend(alice, count=2, cost=Decimal("0.4"), status="succeeded")
    pictures = [make_image(alice, generation=job, position=place) for place in range(2)]
    shared = Gallery.objects.create(owner=alice, name="Campaign", is_for_team=True)
    Placement.objects.create(gallery=shared, image=pictures[0])

    [cost] = gallery_costs.costs(admin, months.today(), months.today())

    assert (cost.name, cost.pictures, cost.credits) == ("Campaign", 1, Decimal("0.2"))


def test_the_name_of_a_private_gallery_is_nobodys_but_its_peoples(
    client_of, admin, alice, make_image, spend
):
    job = spend(alice, cost=Decimal("0.4"), status="succeeded")
    secret = Gallery.objects.create(owner=alice, name="A surprise party")
    Placement.objects.create(gallery=secret, image=make_image(alice, generation=job))
    browser = client_of(admin)

    page = text_of(browser.get("/team/usage/galleries/"))
    assert "surprise" not in page
    assert gallery_costs.PRIVATE in page
    assert "0.4" in page

    Membership.objects.create(gallery=secret, person=admin)
    assert "A surprise party" in text_of(browser.get("/team/usage/?galleries=1"))


# ── Large teams ──────────────────────────────────────────────────────────────────────────────────


def people(number):
    return Person.objects.bulk_create(
        Person(email=f"p{each}-{uuid.uuid4().hex}@example.org") for each in range(number)
    )


def lines(everybody):
    return CreditEntry.objects.bulk_create(
        CreditEntry(
            person=person,
            kind="hold",
            amount=Decimal("0.5"),
            reference=f"generation:{uuid.uuid4()}",
            day=months.today(),
        )
        for person in everybody
    )


@pytest.mark.parametrize("path", ["/team/usage/", "/team/usage/?galleries=1", "/team/health/"])
def test_three_hundred_people_are_asked_after_in_as_many_queries_as_three(
    client_of, admin, make_generation, path
):
    browser = client_of(admin)
    counts = []
    for number in (3, 297):
        everybody = people(number)
        lines(everybody)
        usage.roll_up()
        lines(everybody)
        for person in everybody[:20]:
            for status in ("queued", "running", "failed"):
                make_generation(person, status=status, is_possible_loss=status == "failed")
        browser.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(path).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_a_file_of_many_lines_asks_by_the_thousand(client_of, admin):
    lines(people(300))
    browser = client_of(admin)

    with CaptureQueriesContext(connection) as asked:
        text = text_of(browser.get(reverse("team_ledger", args=["csv"])))

    assert len(text.splitlines()) == 301
    assert len(asked) <= 8
