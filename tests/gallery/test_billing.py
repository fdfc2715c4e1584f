"""The budget at the provider: what counts, who is told and when, and where it is shown."""

import re
from decimal import Decimal

import pytest
import time_machine
from django.core import mail

from accounts import alerts, credits
from accounts.models import AuditEvent, ProviderAlert, TeamBudget
from gallery import billing, tasks, usage
from tests.conftest import all_at_once


@pytest.fixture
def budget(db):
    TeamBudget.objects.update(usual_allowance=10_000, provider_budget=100)


@pytest.fixture
def make(alice, make_generation):
    """`make(price, cost=…, reported=…)`: a job that was held and, with a cost, settled."""

    def settled(price, *, cost=None, reported=None):
        job = make_generation(alice, price=Decimal(price), cost=cost, reported_cost=reported)
        credits.hold(alice, job.total_price, reference=job.reference)
        if cost is not None:
            credits.settle(reference=job.reference, cost=Decimal(cost))
        return job

    return settled


def subjects():
    tasks.look_at_budgets()
    return [letter.subject for letter in mail.outbox]


def test_what_counts_is_what_the_provider_told_and_else_our_price(make):
    make(10, cost=9, reported=9)
    make(10, cost=10)
    make(50)  # held: nothing is charged so far
    credits.release(reference=make(30).reference)

    assert billing.charged_this_month() == 19
    usage.roll_up()
    assert billing.charged_this_month() == 19


def test_admins_are_told_at_80_and_at_100_per_cent_once_a_month(budget, admin, make):
    make(79, cost="79.9999")
    assert subjects() == []

    make(1, cost="0.0001")
    assert subjects() == ["The provider has charged 80 % of this month's budget"]
    make(19, cost=19)
    assert len(subjects()) == 1

    make(5, cost=5)
    assert subjects()[1:] == ["The provider has charged 100 % of this month's budget"]
    assert len(subjects()) == 2


def test_the_letters_say_what_there_is_to_say_plain_and_html(budget, admin, make):
    make(85, cost=85)
    tasks.look_at_budgets()
    make(20, cost=20)
    tasks.look_at_budgets()

    first, second = mail.outbox
    assert first.to == ["admin@example.org"]
    for letter, words in (
        (first, "has charged 85 of the 100 credits"),
        (first, "There will be one more letter, at 100 %."),
        (second, "has charged 105 of the 100 credits"),
        (second, "Jobs go on all the same"),
        (second, "http://127.0.0.1:8000/team/usage/"),
    ):
        assert words in letter.body
        assert words in letter.alternatives[0][0]


def test_a_new_month_begins_anew(budget, admin, make):
    with time_machine.travel("2026-11-30 23:00Z", tick=False):
        make(90, cost=90)
        assert len(subjects()) == 1
    with time_machine.travel("2026-12-01 00:30Z", tick=False):
        assert len(subjects()) == 1
        make(85, cost=85)
        assert len(subjects()) == 2


def test_without_a_budget_nobody_is_told(db, admin, make):
    make(70, cost=70)

    assert subjects() == []


@pytest.mark.django_db(transaction=True)
def test_of_many_that_look_at_once_one_writes(transactional_db, admin):
    TeamBudget.objects.update_or_create(pk=1, defaults={"provider_budget": 100})

    written = all_at_once(lambda number: len(alerts.look_at_provider(Decimal(90))), times=4)

    assert sum(written) == 1
    assert ProviderAlert.objects.get().percent == 80


# ── The pages ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


def test_an_admin_sets_it_and_the_usage_page_shows_what_is_used(client, make):
    make(90, cost=30, reported=30)
    page = client.get("/team/budget/").text
    shown = re.search(r'name="shown" value="([^"]+)"', page)[1]
    assert "Set a budget at the provider" in client.get("/team/usage/").text

    sent = {"usual_allowance": "100", "provider_budget": "40", "shown": shown}
    client.post("/team/budget/", sent)

    page = client.get("/team/usage/").text
    assert "30 of 40 credits</b>, 75 % of this month’s budget" in page
    assert "used up" not in page
    assert AuditEvent.objects.filter(text__contains="budget at the provider: 40").exists()


def test_a_budget_that_is_used_up_is_said(client, budget, make):
    make(120, cost="120.5")

    page = client.get("/team/usage/").text

    assert "120.5 of 100 credits</b>, 120 % of this month’s budget" in page
    assert "it is used up, and nothing stops by itself" in page


def test_a_budget_of_nothing_is_used_up(budget):
    TeamBudget.objects.update(provider_budget=0)

    assert billing.bill().percent == 100
