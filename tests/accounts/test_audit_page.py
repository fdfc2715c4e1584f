import csv
import io
import re

import pytest
from django.test import Client

from accounts import audit
from accounts.audit_pages import ON_A_PAGE
from accounts.models import AuditEvent
from accounts.models.audit import AuditKind
from tests.conftest import PASSWORD

PAGE = "/team/audit/"


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


def note(number, kind=AuditKind.PEOPLE, **fields):
    AuditEvent.objects.bulk_create(
        AuditEvent(kind=kind, text=f"Event {place}", **fields) for place in range(number)
    )


def texts(page):
    return re.findall(r'class="cell-wide">([^<]+)</th>', page)


def test_the_newest_stands_first_with_who_and_from_where(client, alice):
    AuditEvent.objects.create(
        kind="people", person=alice, text="Made Bob an <admin>", address="192.0.2.14"
    )
    audit.record(AuditKind.SETTINGS, "Something later")

    page = client.get(PAGE).text

    assert texts(page) == ["Something later", "Made Bob an &lt;admin&gt;"]
    assert "Alice Adler" in page
    assert "192.0.2.14" in page
    assert "The site" in page


def test_the_log_is_walked_to_its_end_and_nothing_is_left_out_or_twice(
    client, django_assert_num_queries
):
    note(2 * ON_A_PAGE + 7)
    AuditEvent.objects.bulk_create([])
    path, seen = PAGE, []
    while path:
        page = client.get(path).text
        seen += texts(page)
        found = re.search(r'href="(\?[^"]+after=[^"]+)"', page)
        path = PAGE + found[1].replace("&amp;", "&") if found else ""

    assert len(seen) == len(set(seen)) == 2 * ON_A_PAGE + 7


def test_the_search_and_the_kind_hold_on_later_pages(client, alice):
    note(ON_A_PAGE + 1, person=alice)
    note(3, kind=AuditKind.SHARING)

    page = client.get(PAGE, {"q": "adler event", "kind": "people"}).text

    assert len(texts(page)) == ON_A_PAGE
    assert "?q=adler+event&amp;kind=people&amp;after=" in page
    assert len(texts(client.get(PAGE, {"kind": "sharing"}).text)) == 3
    assert texts(client.get(PAGE, {"q": "zebra"}).text) == []


@pytest.mark.parametrize("mark", ["x", "2026-11-22~1", "2026-11-22T12:00~x", "~", "9" * 400 + "~1"])
def test_a_place_that_is_none_is_not_found(client, mark):
    assert client.get(PAGE, {"after": mark}).status_code == 404


def test_the_file_holds_all_that_was_searched_for_and_no_formulas(client, alice):
    note(ON_A_PAGE + 5)
    AuditEvent.objects.create(kind="sharing", person=alice, text="=1+1")

    answer = client.get(f"{PAGE}export/")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    shared = b"".join(client.get(f"{PAGE}export/?kind=sharing")).decode().splitlines()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == ON_A_PAGE + 5 + 2  # the export itself is noted first
    assert len(shared) == 2
    assert "alice@example.org,Sharing,'=1+1" in shared[1]


def test_signing_in_and_failing_to_are_noted(db, alice):
    form = {"login": "alice@example.org", "password": PASSWORD}
    Client().post("/accounts/login/", form | {"password": "wrong"})
    Client().post("/accounts/login/", form)

    good, bad = AuditEvent.objects.all()
    assert (bad.person, bad.text, bad.kind) == (
        None,
        "Failed to sign in as alice@example.org",
        "sign_in",
    )
    assert (good.person, good.text, good.address) == (alice, "Signed in", "127.0.0.1")
    assert "wrong" not in str(AuditEvent.objects.values())
