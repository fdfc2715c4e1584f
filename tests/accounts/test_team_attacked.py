"""What nobody should write into the team's forms, and what two admins should not do at once."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from accounts import allowances, credits, people
from accounts.models import (
    AllowanceRequest,
    AuditEvent,
    CreditEntry,
    Group,
    Invitation,
    Person,
    TeamBudget,
)
from accounts.people import ChangedMeanwhile, OnlyAdmin
from gallery import offers
from gallery.models import FluxModel
from tests.conftest import all_at_once

AMOUNTS = {
    "NaN": "NaN",
    "signalling NaN": "sNaN",
    "no end": "Infinity",
    "an exponent": "1e400",
    "an exponent below": "1e-400",
    "negative": "-1",
    "negative without end": "-1e400",
    "too many digits": "9" * 40,
    "too many places": "0.00001",
    "a NUL": "1\0",
    "a novel": "x" * 100_000,
    "many digits": "1" * 100_000,
    "a formula": "=1+1",
}
TABLES = (Person, TeamBudget, Group, CreditEntry, AllowanceRequest, Invitation, AuditEvent)


@dataclass(frozen=True, kw_only=True)
class Form:
    path: Callable[[Person], str]
    field: str
    others: Callable[[Person], dict[str, str]] = lambda person: {}


def stamp(person):
    return {"shown": people.stamp(person)}


def many(person):
    return {"person": str(person.pk), f"shown-{person.pk}": people.stamp(person)}


def budget(person):
    return {"usual_allowance": "100", "shown": "100.0000||||"}


def model(person):
    row = FluxModel.objects.get(name="flux-dev")
    return {"label": "Dev", "seen": offers.fingerprint(row), "open_to": "makers", "is_on": "on"}


def of(path):
    return lambda person: path.format(person=person.pk)


def wish(person):
    return f"/team/requests/{AllowanceRequest.objects.get().pk}/"


def group(person):
    return f"/team/groups/{Group.objects.get().pk}/"


FORMS = {
    "allowance": Form(
        path=of("/team/people/{person}/allowance/"), field="monthly_allowance", others=stamp
    ),
    "cap": Form(path=of("/team/people/{person}/allowance/"), field="daily_cap", others=stamp),
    "adjustment": Form(
        path=of("/team/people/{person}/adjust/"),
        field="amount",
        others=lambda person: {"note": "x"},
    ),
    "many": Form(path=of("/team/allowances/"), field="monthly_allowance", others=many),
    "many caps": Form(path=of("/team/allowances/"), field="daily_cap", others=many),
    "budget": Form(path=of("/team/budget/"), field="usual_allowance", others=budget),
    "admins": Form(path=of("/team/budget/"), field="admin_allowance", others=budget),
    "cap of all": Form(path=of("/team/budget/"), field="monthly_cap", others=budget),
    "provider": Form(path=of("/team/budget/"), field="provider_budget", others=budget),
    "new group": Form(
        path=of("/team/groups/"), field="monthly_allowance", others=lambda person: {"name": "New"}
    ),
    "group": Form(path=group, field="monthly_allowance", others=lambda person: {"name": "Design"}),
    "answer": Form(path=wish, field="amount", others=lambda person: {"answer": "approve"}),
    "invitation": Form(
        path=of("/team/invitations/"),
        field="allowance",
        others=lambda person: {"guests": "lena@example.org", "role": "member", "how": "link"},
    ),
    "price": Form(path=of("/team/models/flux-dev/"), field="credits", others=model),
}


def everything():
    models = list(FluxModel.objects.order_by("pk").values())
    # A request notes when a person was seen.
    return models, [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.mark.parametrize("name", FORMS)
def test_a_wrong_amount_is_told_beside_its_field_and_changes_nothing(name, client_of, admin, alice):
    client, form = client_of(admin), FORMS[name]
    allowances.ask(alice, "A poster")
    Group.objects.create(name="Design")
    path, before = form.path(alice), everything()

    for what, amount in AMOUNTS.items():
        if name == "adjustment" and what == "negative":
            continue  # it takes credits away
        answer = client.post(path, form.others(alice) | {form.field: amount})

        assert answer.status_code == 422, what
        assert f'name="{form.field}"' in answer.text, what
        box = answer.text.split(f'name="{form.field}"')[1].split("</div>")[0]
        assert 'class="error"' in box, what
        assert everything() == before, what
        if len(amount) < 50 and "\0" not in amount:
            assert f'value="{html.escape(amount)}"' in answer.text, what


TEXTS = {
    "reason": ("/team/people/{person}/adjust/", {"amount": "1"}, "note"),
    "words": ("/team/requests/{wish}/", {"answer": "approve", "amount": "1"}, "words"),
    "group": ("/team/groups/", {}, "name"),
    "model": ("/team/models/flux-dev/", None, "label"),
}


@pytest.mark.parametrize("text", ["x" * 100_000, "a\0b", " \n\t "], ids=["long", "NUL", "blank"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_nobody_can_keep_is_refused(name, text, client_of, admin, alice):
    allowances.ask(alice, "A poster")
    client = client_of(admin)
    path, others, field = TEXTS[name]
    path = path.format(person=alice.pk, wish=AllowanceRequest.objects.get().pk)
    others, before = model(alice) if others is None else others, everything()

    answer = client.post(path, others | {field: text})

    if name == "words" and text.isspace():  # words are not a must
        assert answer.status_code == 302
    else:
        assert answer.status_code == 422
        assert everything() == before


def test_credits_that_are_adjusted_by_a_double_click_are_adjusted_once(client_of, admin, alice):
    client, path = client_of(admin), f"/team/people/{alice.pk}/"
    token = re.search(r'name="token" value="([^"]+)"', client.get(path).text)[1]
    form = {"amount": "5", "note": "A poster", "token": token}

    first, second = (client.post(f"{path}adjust/", form, follow=True).text for _ in range(2))

    assert "Alice Adler has 5 credits more this month." in first
    assert "This was done already, so nothing is added." in second
    assert CreditEntry.objects.get().amount == 5
    assert AuditEvent.objects.filter(text__startswith="Adjusted the credits").count() == 1
    assert token not in second  # the next adjustment is one of its own


def test_two_adjustments_that_look_alike_are_two(client_of, admin, alice):
    for _ in range(2):
        client_of(admin).post(f"/team/people/{alice.pk}/adjust/", {"amount": "5", "note": "x"})

    assert CreditEntry.objects.count() == 2


def test_a_wrong_adjustment_keeps_its_token(client_of, admin, alice):
    token = "7f0c6a3e-9f0f-4b7e-8d3c-0d4f2ad5a0c1"
    sent = {"amount": "0", "note": "x", "token": token}

    answer = client_of(admin).post(f"/team/people/{alice.pk}/adjust/", sent)

    assert answer.status_code == 422
    assert f'name="token" value="{token}"' in answer.text


@pytest.mark.django_db(transaction=True)
def test_credits_that_are_adjusted_twice_in_the_same_moment_are_adjusted_once(two):
    ada, otto = two

    done = all_at_once(
        lambda number: credits.adjust(otto, Decimal(5), by=ada, note="x", token="one form"), times=4
    )

    assert sorted(done) == [False, False, False, True]
    assert CreditEntry.objects.get().reference == "adjust:one form"


# ── Two admins at once ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def two(transactional_db):
    return [
        Person.objects.create_superuser(f"{name}@example.org", name=name)
        for name in ("ada", "otto")
    ]


def tried(deed):
    try:
        deed()
    except (OnlyAdmin, ChangedMeanwhile) as refusal:
        return type(refusal)
    return None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("each", ["the other", "oneself"])
@pytest.mark.parametrize("deed", ["demotes", "locks out"])
def test_of_two_admins_who_go_at_once_one_stays(two, deed, each):
    whom = two[::-1] if each == "the other" else two

    def go(number):
        person = Person.objects.get(pk=whom[number].pk)
        if deed == "demotes":
            return tried(
                lambda: people.change_role(person, "member", shown=people.stamp(whom[number]))
            )
        return tried(lambda: people.deactivate(person))

    results = all_at_once(go, times=2)

    assert sorted(map(str, results)) == sorted(map(str, [None, OnlyAdmin]))
    assert sum(person.is_admin for person in Person.objects.all()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", range(3))
def test_of_two_admins_who_save_the_budget_at_once_the_second_is_told(two, client_of, again):
    clients = [client_of(admin) for admin in two]
    TeamBudget.objects.get_or_create(pk=1)

    def save(number):
        sent = {"usual_allowance": f"{40 + number}", "shown": "100.0000||||"}
        return clients[number].post("/team/budget/", sent).status_code

    statuses = all_at_once(save, times=2)

    assert sorted(statuses) == [302, 422]
    assert TeamBudget.objects.get().usual_allowance == 40 + statuses.index(302)
    assert AuditEvent.objects.filter(text__startswith="Set the team's budget").count() == 1
