"""An admin answers who asks for more, from a letter's links or from the page."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.core import mail
from django.test import Client

from accounts import allowances, credits, letters
from accounts.models import AllowanceRequest, CreditEntry, Person, TeamBudget
from tests.conftest import PASSWORD

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def wish(alice, admin):
    credits.hold(alice, Decimal(80), reference="generation:1")
    letters.deliver(allowances.ask(alice, "A poster"))
    return AllowanceRequest.objects.get()


@pytest.fixture
def links(wish):
    """To give, and to decline: as they stand in the letter."""
    found = re.findall(rf"^{SITE}(\S+\?answer=\w+)$", mail.outbox[0].body, re.M)
    assert [link.partition("?")[2] for link in found] == ["answer=approve", "answer=decline"]
    return found


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


def buttons(page):
    return re.findall(r'name="answer" value="(\w+)"', page)


def test_the_letter_says_who_and_why_and_has_a_link_for_each_answer(wish):
    [letter] = mail.outbox
    page = unescape(letter.alternatives[0][0])

    assert letter.subject == "Alice Adler asks for more credits"
    for text in (letter.body, page):
        assert "Alice Adler asks for more credits this month: “A poster”" in text
        assert "Used this month: 80 of 100 credits." in text
        assert "Give 25 credits" in text
    assert f'<a href="{SITE}/team/requests/{wish.pk}/?answer=approve">Give 25 credits</a>' in page
    assert f'<a href="{SITE}/team/requests/{wish.pk}/?answer=decline">Decline</a>' in page


def test_a_letter_that_was_written_before_still_leads_to_the_page(db):
    facts = {"whose": "Bob", "reason": "A book", "link": f"{SITE}/team/requests/1/"}
    letters.deliver([letters.write("request", "ada@example.org", **facts)])

    assert mail.outbox[0].body.endswith(f"Answer here:\n{SITE}/team/requests/1/\n")


def test_the_link_leads_through_the_sign_in_to_the_answer_and_one_press_gives(links, alice, admin):
    browser = Client()
    door = browser.get(links[0])
    sent = {"login": "admin@example.org", "password": PASSWORD}
    page = browser.post(door["Location"], sent, follow=True)

    assert page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"] == links[0]
    assert buttons(page.text) == ["approve"]
    assert 'value="25"' in page.text
    for words in ("“A poster”", "80 of 100", "<dt>Left this month</dt><dd>20</dd>"):
        assert words in page.text
    answer = browser.post(links[0], fields(page.text) | {"answer": "approve"}, follow=True)

    assert "Alice Adler is told." in answer.text
    assert CreditEntry.objects.get(kind="request").amount == 25
    assert credits.statement(alice).left == 45


def test_the_other_link_declines_with_one_press(links, client):
    page = client.get(links[1])
    assert buttons(page.text) == ["decline"]
    client.post(links[1], fields(page.text) | {"answer": "decline"})

    assert not CreditEntry.objects.filter(kind="request").exists()
    assert AllowanceRequest.objects.get().answer == "Not this month."
    assert "“Not this month.”" in mail.outbox[-1].body


def fields(page):
    """What the form holds as it is shown."""
    boxes = re.findall(r'<input class="input"[^>]* name="(\w+)"[^>]* value="([^"]*)"', page)
    return dict(boxes)


@pytest.mark.parametrize("method", ["get", "head"])
def test_whoever_merely_follows_the_links_changes_nothing(links, client, method):
    for link in links:
        assert getattr(client, method)(link).status_code == 200

    assert AllowanceRequest.objects.get().answered_at is None
    assert not CreditEntry.objects.filter(kind="request").exists()
    assert len(mail.outbox) == 1


def test_for_others_there_is_nothing_at_the_links(links, client_of, alice, bob, victor):
    for person in (alice, bob, victor):
        for link in links:
            assert client_of(person).get(link).status_code == 404
            assert (
                client_of(person).post(link, {"answer": "approve", "amount": 5}).status_code == 404
            )


def test_who_comes_late_reads_by_whom_it_was_answered_and_how(links, client, client_of, wish):
    other = Person.objects.create_superuser("otto@example.org", PASSWORD, name="Otto Other")
    client.post(links[0], {"answer": "approve", "amount": "30", "words": "Good luck"})

    late = client_of(other).post(links[1], {"answer": "decline", "words": "No"}, follow=True)

    assert "Another admin has answered already." in late.text
    for page in (late.text, *(client_of(other).get(link).text for link in links)):
        assert "30 credits were given by Ada Admin on " in page
        assert "“Good luck”" in page
        assert buttons(page) == []
    assert CreditEntry.objects.filter(kind="request").count() == 1


def test_without_a_link_both_answers_stand_there_and_nonsense_chooses_none(client, wish):
    for query in ("", "?answer=", "?answer=perhaps", "?answer=approve%00"):
        page = client.get(f"/team/requests/{wish.pk}/{query}")
        assert buttons(page.text) == ["approve", "decline"]


def test_a_wrong_amount_keeps_the_chosen_answer(links, client):
    page = client.post(links[0], {"answer": "approve", "amount": "-3", "words": "Go on"})

    assert page.status_code == 422
    assert buttons(page.text) == ["approve"]
    assert 'value="-3"' in page.text
    assert 'value="Go on"' in page.text


@pytest.mark.parametrize(
    ("allowance", "given"),
    [("100", 25), ("0", 1), ("2.5", 1), ("10.01", 3), ("99999999.9999", 25_000_000)],
)
def test_one_press_gives_a_quarter_of_the_month(alice, allowance, given):
    alice.monthly_allowance = None
    TeamBudget.objects.update(usual_allowance=allowance)

    assert allowances.preset(credits.statement(alice)) == given
