import re
from decimal import Decimal

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts import credits, people
from accounts.models import AuditEvent, Person, TeamBudget
from gallery.team import ON_A_PAGE, page


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


def place(person, act=""):
    return f"/team/people/{person.pk}/{act}"


def names(text):
    return re.findall(r"<b>([^<]+)</b><small>", text)


# ── The list ─────────────────────────────────────────────────────────────────────────────────────


def test_each_row_says_what_somebody_used_made_and_when_they_were_seen(client, alice, make_image):
    credits.hold(alice, Decimal("12.5"), reference="generation:1")
    make_image(alice)
    UserSession.objects.create(
        user=alice, ip="192.0.2.1", session_key="x", last_seen_at=timezone.now()
    )

    [row] = [row for row in page().rows if row.person == alice]

    assert (row.spent, row.granted, row.pictures, row.seen) == (
        Decimal("12.5"),
        Decimal(100),
        1,
        "just now",
    )
    assert "12.5 of 100 credits" in client.get("/team/").text


def test_only_this_month_counts(alice, make_image):
    with time_machine.travel("2026-10-31 23:30Z", tick=False):
        credits.hold(alice, Decimal(9), reference="generation:1")
        make_image(alice)
    with time_machine.travel("2026-11-01 00:30Z", tick=False):
        credits.hold(alice, Decimal(2), reference="generation:2")
        credits.adjust(alice, Decimal(5), by=alice, note="More")

        [row] = page().rows

    assert (row.spent, row.granted, row.pictures) == (Decimal(2), Decimal(105), 0)


def test_people_are_found_by_name_and_by_address(client, alice, bob):
    assert names(client.get("/team/?q=adler").text) == ["Alice Adler"]
    assert names(client.get("/team/?q=bob@EXAMPLE").text) == ["Bob Brandt"]
    assert "Nobody is called that" in client.get("/team/?q=zebra").text


def test_a_search_with_signs_is_only_words(client, alice):
    answer = client.get("/team/", {"q": "%_<b>\0'"})

    assert answer.status_code == 200
    assert "<b>'" not in answer.text


@pytest.mark.parametrize(
    ("sort", "first"), [("name", "Ada Admin"), ("-name", "Bob Brandt"), ("-credits", "Alice Adler")]
)
def test_columns_sort(client, alice, bob, sort, first):
    credits.hold(alice, Decimal(3), reference="generation:1")

    text = client.get(f"/team/?sort={sort}").text

    assert names(text)[0] == first
    assert text.count("aria-sort=") == 1


def test_an_order_that_is_none_is_the_usual_one(client, alice):
    assert names(client.get("/team/?sort=password").text)[0] == "Ada Admin"


def test_who_has_left_comes_last(client, alice, bob):
    people.deactivate(alice)

    assert names(client.get("/team/").text) == ["Ada Admin", "Bob Brandt", "Alice Adler"]


def test_a_large_team_comes_in_pages_and_with_as_many_questions_as_a_small_one(
    client, admin, django_assert_num_queries
):
    def ask(path):
        with django_assert_num_queries(13):
            return client.get(path).text

    ask("/team/")
    Person.objects.bulk_create(
        Person(email=f"p{number}@example.org", name=f"Person {number:03}") for number in range(120)
    )

    first = ask("/team/")
    last = ask("/team/?page=3")

    assert len(names(first)) == ON_A_PAGE
    assert "121 people" in first
    assert len(names(last)) == 121 - 2 * ON_A_PAGE
    assert "More people" not in last


def test_admins_may_have_an_allowance_of_their_own(admin, alice):
    TeamBudget.objects.update(usual_allowance=50, admin_allowance=200)

    assert {row.person: row.granted for row in page().rows} == {
        admin: Decimal(200),
        alice: Decimal(50),
    }
    assert credits.statement(admin).allowance == 200


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────


def test_an_admin_changes_a_role_and_the_log_says_so(client, alice):
    answer = client.post(place(alice, "role/"), {"role": "viewer", "shown": people.stamp(alice)})

    alice.refresh_from_db()
    assert answer.status_code == 302
    assert alice.role == "viewer"
    assert AuditEvent.objects.filter(text="Made Alice Adler a viewer").exists()


def test_the_last_admin_stays_one(client, admin):
    form = {"role": "member", "shown": people.stamp(admin), "sure": "on"}

    answer = client.post(place(admin, "role/"), form)

    admin.refresh_from_db()
    assert answer.status_code == 422
    assert "This is the only active admin." in answer.text
    assert admin.is_admin


def test_an_admin_who_demotes_oneself_is_asked_first(client, admin):
    Person.objects.create_superuser("second@example.org")
    form = {"role": "member", "shown": people.stamp(admin)}

    asked = client.post(place(admin, "role/"), form)
    admin.refresh_from_db()
    assert asked.status_code == 422
    assert "You would no longer be an admin yourself." in asked.text
    assert admin.is_admin

    done = client.post(place(admin, "role/"), form | {"sure": "on"})
    admin.refresh_from_db()
    assert done["Location"] == "/"
    assert admin.role == "member"


def test_of_two_admins_who_change_the_same_person_the_second_is_told(client, alice):
    shown = people.stamp(alice)
    Person.objects.filter(pk=alice.pk).update(monthly_allowance=7)

    role = client.post(place(alice, "role/"), {"role": "viewer", "shown": shown})
    form = {"monthly_allowance": "55", "daily_cap": "", "shown": shown}
    allowance = client.post(place(alice, "allowance/"), form)

    alice.refresh_from_db()
    for answer in (role, allowance):
        assert answer.status_code == 422
        assert "Somebody else has changed this person meanwhile." in answer.text
        assert people.stamp(alice) in answer.text
    assert 'value="55"' in allowance.text
    assert (alice.role, alice.monthly_allowance) == ("member", 7)


def test_a_role_that_is_none_is_refused(client, alice):
    answer = client.post(place(alice, "role/"), {"role": "king", "shown": people.stamp(alice)})

    assert answer.status_code == 422


# ── Allowances of one person ─────────────────────────────────────────────────────────────────────


def test_an_allowance_and_a_cap_are_saved(client, alice):
    form = {"monthly_allowance": "250", "daily_cap": "12.5", "shown": people.stamp(alice)}

    answer = client.post(place(alice, "allowance/"), form, follow=True)

    alice.refresh_from_db()
    assert (alice.monthly_allowance, alice.daily_cap) == (250, Decimal("12.5"))
    assert 'value="12.5"' in answer.text
    assert AuditEvent.objects.filter(
        text="Changed the allowance of Alice Adler: 250 a month, 12.5 a day"
    ).exists()


def test_an_allowance_below_what_is_spent_is_saved_with_a_warning(client, alice):
    credits.hold(alice, Decimal(30), reference="generation:1")
    form = {"monthly_allowance": "20", "daily_cap": "", "shown": people.stamp(alice)}

    answer = client.post(place(alice, "allowance/"), form, follow=True)

    assert "The allowance is saved." in answer.text
    assert "More is spent than that: Alice Adler can make no more this month." in answer.text
    assert credits.statement(alice).left == 70  # `alice` is the row as it was before
    alice.refresh_from_db()
    assert credits.statement(alice).left == 0


@pytest.mark.parametrize("amount", ["-1", "much", "1e400", "NaN"])
def test_a_wrong_amount_is_refused_and_kept(client, alice, amount):
    form = {"monthly_allowance": amount, "daily_cap": "3", "shown": people.stamp(alice)}

    answer = client.post(place(alice, "allowance/"), form)

    alice.refresh_from_db()
    assert answer.status_code == 422
    assert f'value="{amount}"' in answer.text
    assert alice.daily_cap is None


def test_credits_are_adjusted_with_a_reason(client, alice, admin):
    refused = client.post(place(alice, "adjust/"), {"amount": "5", "note": ""})
    client.post(place(alice, "adjust/"), {"amount": "-5", "note": "A mistake"})

    assert refused.status_code == 422
    [line] = alice.credit_entries.all()
    assert (line.amount, line.note, line.made_by) == (-5, "A mistake", admin)
