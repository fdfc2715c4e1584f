import re
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import alerts, allowances, credits, people
from accounts.models import AllowanceRequest, AuditEvent, CreditEntry, Person, TeamBudget
from accounts.models.credit import SPENDING
from gallery import tasks
from tests.conftest import all_at_once

PAGE = "/team/allowances/"


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


def form(*persons, **fields):
    shown = {f"shown-{person.pk}": people.stamp(person) for person in persons}
    return {"person": [str(person.pk) for person in persons]} | shown | fields


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────


def test_many_allowances_change_at_once_and_what_is_empty_stays(client, alice, bob, charlie):
    Person.objects.filter(pk=bob.pk).update(daily_cap=3)
    bob.refresh_from_db()

    answer = client.post(PAGE, form(alice, bob, monthly_allowance="250"), follow=True)

    found = {one.name: one for one in Person.objects.all()}
    assert "The allowance of 2 people is changed." in answer.text
    assert found["Alice Adler"].monthly_allowance == 250
    assert (found["Bob Brandt"].monthly_allowance, found["Bob Brandt"].daily_cap) == (250, 3)
    assert found["Charlie Cole"].monthly_allowance is None
    assert AuditEvent.objects.filter(text__endswith="250 a month").count() == 2


def test_many_go_back_to_the_usual_allowance(client, alice):
    Person.objects.filter(pk=alice.pk).update(monthly_allowance=5, daily_cap=1)
    alice.refresh_from_db()

    client.post(PAGE, form(alice, is_usual="on", is_uncapped="on"))

    alice.refresh_from_db()
    assert (alice.monthly_allowance, alice.daily_cap) == (None, None)


def test_if_one_of_many_was_changed_meanwhile_none_is_and_the_text_is_kept(client, alice, bob):
    sent = form(alice, bob, monthly_allowance="250")
    Person.objects.filter(pk=bob.pk).update(monthly_allowance=1)

    answer = client.post(PAGE, sent)

    alice.refresh_from_db()
    bob.refresh_from_db()
    assert answer.status_code == 422
    assert "Changed by somebody else meanwhile: Bob Brandt." in answer.text
    assert 'value="250"' in answer.text
    assert people.stamp(bob) in answer.text
    assert (alice.monthly_allowance, bob.monthly_allowance) == (None, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Say what to change"),
        ({"monthly_allowance": "-1"}, "greater than or equal to 0"),
        ({"monthly_allowance": "5", "is_usual": "on"}, "not both"),
    ],
)
def test_what_is_wrong_is_said(client, alice, fields, words):
    answer = client.post(PAGE, form(alice, **fields))

    assert answer.status_code == 422
    assert words in answer.text


def test_without_anybody_there_is_nothing_to_change(client):
    answer = client.post(PAGE, {"person": ["nonsense"], "monthly_allowance": "5"}, follow=True)

    assert "Choose at least one person first." in answer.text


# ── The team's budget ────────────────────────────────────────────────────────────────────────────


def test_the_budget_is_saved_unless_another_admin_was_faster(client, alice):
    shown = re.search(r'name="shown" value="([^"]+)"', client.get("/team/budget/").text)[1]
    sent = {"usual_allowance": "40", "admin_allowance": "", "monthly_cap": "900", "shown": shown}

    assert client.post("/team/budget/", sent).status_code == 302
    late = client.post("/team/budget/", sent | {"usual_allowance": "77"})

    budget = TeamBudget.objects.get()
    assert late.status_code == 422
    assert "Another admin has changed the budget meanwhile." in late.text
    assert 'value="77"' in late.text
    assert (budget.usual_allowance, budget.monthly_cap) == (40, 900)
    assert credits.statement(alice).allowance == 40


def test_amounts_are_shown_without_the_zeros_that_say_nothing(client, alice):
    TeamBudget.objects.update(usual_allowance="1200", monthly_cap="12.5000")
    Person.objects.filter(pk=alice.pk).update(monthly_allowance="0.2160")

    page = client.get("/team/budget/").text
    assert 'value="1200"' in page
    assert 'value="12.5"' in page
    assert 'value="0.216"' in client.get(f"/team/people/{alice.pk}/").text


# ── Asking for more ──────────────────────────────────────────────────────────────────────────────


def test_a_member_asks_and_an_admin_gives(client, client_of, alice, admin):
    hers = client_of(alice)
    page = hers.post("/settings/ask/", {"reason": "A  poster\0"}, follow=True).text
    assert "Your admins are asked." in page
    assert "“A poster”" in page
    wish = AllowanceRequest.objects.get()
    assert "A poster" in client.get("/team/").text

    sent = {"amount": "25", "words": "Good luck", "answer": "approve"}
    answer = client.post(f"/team/requests/{wish.pk}/", sent, follow=True)

    [line] = CreditEntry.objects.all()
    assert "Alice Adler is told." in answer.text
    assert (line.kind, line.amount, line.made_by, line.note) == (
        "request",
        25,
        admin,
        "Asked for: A poster",
    )
    assert credits.statement(alice).granted == 125
    assert mail.outbox[-1].to == ["alice@example.org"]
    assert "25 more credits" in mail.outbox[-1].body
    assert "25 credits were given. “Good luck”" in hers.get("/settings/").text


def test_declining_needs_words_and_gives_nothing(client, alice):
    allowances.ask(alice, "A poster")
    path = f"/team/requests/{AllowanceRequest.objects.get().pk}/"

    silent = client.post(path, {"amount": "", "words": "", "answer": "decline"})
    client.post(path, {"amount": "", "words": "Next month", "answer": "decline"})

    assert silent.status_code == 422
    assert "Say why in a few words." in silent.text
    assert not CreditEntry.objects.exists()
    assert "“Next month”" in mail.outbox[-1].body


@pytest.mark.parametrize("amount", ["", "0", "-4", "lots"])
def test_giving_needs_an_amount(client, alice, amount):
    allowances.ask(alice, "A poster")
    wish = AllowanceRequest.objects.get()

    answer = client.post(f"/team/requests/{wish.pk}/", {"amount": amount, "answer": "approve"})

    assert answer.status_code == 422
    assert not CreditEntry.objects.exists()


def test_one_wish_waits_at_a_time(client_of, alice):
    client = client_of(alice)
    client.post("/settings/ask/", {"reason": "A poster"})

    again = client.post("/settings/ask/", {"reason": "A book"}, follow=True)

    assert "You have asked already." in again.text
    assert AllowanceRequest.objects.count() == 1


def test_a_viewer_and_who_says_nothing_ask_for_nothing(client_of, alice, victor):
    client_of(alice).post("/settings/ask/", {"reason": "  "})
    client_of(victor).post("/settings/ask/", {"reason": "A poster"})

    assert not AllowanceRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_admins_who_answer_at_once_one_gives(transactional_db):
    TeamBudget.objects.get_or_create(pk=1)
    admin = Person.objects.create_superuser("admin@example.org")
    allowances.ask(admin, "A poster")
    wish = AllowanceRequest.objects.get()

    def approve(number):
        try:
            allowances.approve(wish, Decimal(5), by=admin)
        except allowances.AnsweredAlready:
            return False
        return True

    assert sum(all_at_once(approve, times=4)) == 1
    assert CreditEntry.objects.get().amount == 5


# ── Alerts ───────────────────────────────────────────────────────────────────────────────────────


def spend(person, amount, reference):
    credits.hold(person, Decimal(amount), reference=reference)
    tasks.look_at_budgets()


def subjects():
    return [letter.subject for letter in mail.outbox]


def test_admins_are_told_at_80_and_at_100_per_cent_once_each(alice, admin):
    spend(alice, "79.9", "generation:1")
    assert subjects() == []

    spend(alice, "0.1", "generation:2")
    spend(alice, "1", "generation:3")
    assert subjects() == ["Alice Adler has used 80 % of the credits of this month"]

    spend(alice, "19", "generation:4")
    tasks.look_at_budgets()
    assert subjects()[1:] == ["Alice Adler has used 100 % of the credits of this month"]


def test_who_goes_over_both_at_once_costs_one_letter(alice, admin):
    spend(alice, "100", "generation:1")
    tasks.look_at_budgets()

    assert len(mail.outbox) == 1


def test_a_new_month_begins_anew(alice, admin):
    with time_machine.travel("2026-11-30 23:00Z", tick=False):
        spend(alice, "90", "generation:1")
    with time_machine.travel("2026-12-01 00:30Z", tick=False):
        tasks.look_at_budgets()
        assert len(mail.outbox) == 1
        spend(alice, "85", "generation:2")
        assert len(mail.outbox) == 2


def test_the_teams_budget_has_alerts_of_its_own(alice, bob, admin):
    TeamBudget.objects.update(monthly_cap=100)
    spend(alice, "45", "generation:1")
    spend(bob, "45", "generation:2")

    assert subjects() == ["The team has used 80 % of the credits of this month"]


def test_alerts_ask_the_same_number_of_questions_for_any_team(
    admin, alice, django_assert_num_queries
):
    for number in range(3):
        person = Person.objects.create_user(f"p{number}@example.org")
        credits.hold(person, Decimal(1), reference=f"generation:{number}")

    with django_assert_num_queries(5):
        assert alerts.look() == []


# ── Nothing of it touches what is spent ──────────────────────────────────────────────────────────

acts = st.one_of(
    st.tuples(st.just("hold"), st.decimals(0, 7, places=4)),
    st.tuples(st.just("allow"), st.none() | st.decimals(0, 30, places=4)),
    st.tuples(st.just("give"), st.decimals("0.0001", 9, places=4)),
    st.tuples(st.just("alert"), st.none()),
    st.tuples(st.just("leave"), st.none()),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, max_size=8))
def test_whatever_admins_do_what_is_spent_is_the_sum_of_the_lines(db, acts):
    Person.objects.filter(email__startswith="hyp").update(is_active=False)
    number = Person.objects.count()
    admin = Person.objects.create_superuser(f"hyp-admin-{number}@example.org")
    person = Person.objects.create_user(f"hyp-{number}@example.org")
    given_, spent = Decimal(0), Decimal(0)
    for place, (act, amount) in enumerate(acts):
        person.refresh_from_db()
        before = credits.statement(person)
        if act == "hold" and amount <= before.available:
            credits.hold(person, amount, reference=f"generation:{number}-{place}")
            spent += amount
        elif act == "allow":
            changes = {"monthly_allowance": amount}
            allowances.change({person.pk: people.stamp(person)}, changes)
        elif act == "give":
            wish = AllowanceRequest.objects.create(person=person, reason="x")
            allowances.approve(wish, amount, by=admin)
            given_ += amount
        elif act == "alert":
            alerts.look()
        elif act == "leave":
            people.deactivate(person)
            people.activate(person)
        person.refresh_from_db()
        now = credits.statement(person)
        lines = CreditEntry.objects.filter(person=person, kind__in=SPENDING)
        assert now.spent == spent == sum((line.amount for line in lines), Decimal(0))
        assert now.adjusted == given_
        assert now.left >= 0
