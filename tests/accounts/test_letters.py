import re
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from accounts import allowances, letters
from accounts.models import Invitation, Letter
from gallery import tasks
from tests.conftest import all_at_once

FORM = {"guests": "lena@example.org", "role": "member", "how": "letter"}


class DeadServer(EmailBackend):
    def open(self):
        raise ConnectionRefusedError("Connection refused")


class PickyServer(EmailBackend):
    def send_messages(self, messages):
        if any("refused" in to for message in messages for to in message.to):
            raise SMTPRecipientsRefused({"refused@example.org": (550, b"No such user")})
        return super().send_messages(messages)


class BreakingServer(EmailBackend):
    def send_messages(self, messages):
        if mail.outbox:
            raise ConnectionResetError("gone")
        return super().send_messages(messages)


@pytest.fixture
def down(settings):
    """The mail server does not answer; `down()` brings it back."""
    usual = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
    return lambda: setattr(settings, "EMAIL_BACKEND", usual)


def later(**wait):
    return time_machine.travel(timezone.now() + timedelta(**wait))


def a_letter(to="lena@example.org"):
    return letters.write("request_answered", to, granted="5", words="Enjoy <them>")


def test_a_letter_is_plain_and_html(db):
    assert letters.deliver([a_letter()]) == 0

    [letter] = mail.outbox
    page, kind = letter.alternatives[0]
    assert letter.subject == "You have 5 more credits this month"
    assert letter.body == (
        "Hello,\n\nan admin has given you 5 more credits for this month.\n\n"
        "“Enjoy <them>”\n\nhttp://127.0.0.1:8000\n"
    )
    assert kind == "text/html"
    assert "“Enjoy &lt;them&gt;”" in page
    assert f"<h1>{letter.subject}</h1>" in page
    assert not re.search(r"<(script|style|img)|src=", page)


@pytest.mark.parametrize(
    ("facts", "subject", "words"),
    [
        (
            {"whose": "Bob", "percent": 80, "spent": "8", "budget": "10"},
            "Bob has used 80 % of the credits of this month",
            "At 100 % no more pictures are made",
        ),
        (
            {"whose": "", "percent": 100, "spent": "12", "budget": "10"},
            "The team has used 100 % of the credits of this month",
            "the whole team has used 12 of 10 credits",
        ),
    ],
)
def test_the_letter_about_a_budget(db, facts, subject, words):
    letters.deliver([letters.write("budget", "ada@example.org", **facts)])

    [letter] = mail.outbox
    assert letter.subject == subject
    assert words in letter.body
    assert words in letter.alternatives[0][0]


def test_the_letter_of_a_request_leads_to_where_it_is_answered(alice, admin, client_of):
    letters.deliver(allowances.ask(alice, "A poster & more"))

    [letter] = mail.outbox
    path = re.search(r"http://127.0.0.1:8000(\S+)", letter.body)[1]
    assert letter.to == ["admin@example.org"]
    assert letter.subject == "Alice Adler asks for more credits"
    assert "A poster &amp; more" in letter.alternatives[0][0]
    assert client_of(admin).get(path).status_code == 200


# ── A mail server that is down ───────────────────────────────────────────────────────────────────


def test_the_invitation_is_made_and_the_page_says_that_its_letter_waits(client_of, admin, down):
    answer = client_of(admin).post("/team/invitations/", FORM, follow=True)

    assert "1 person is invited by letter." in answer.text
    assert "The mail server did not take 1 letter." in answer.text
    assert "1 letter could not be sent so far." in answer.text
    assert Invitation.objects.usable().count() == 1
    assert Letter.objects.get().problem == "Connection refused"


def test_a_server_that_is_down_is_told_only_while_a_letter_waits_for_it(db, down, caplog):
    tasks.send_letters()
    assert not caplog.records

    a_letter()
    a_letter("otto@example.org")
    tasks.send_letters()
    tasks.send_letters()  # neither is due yet

    assert [record.getMessage() for record in caplog.records] == [
        "letters.not_sent letters=2 error=Connection refused"
    ]


def test_only_letters_that_are_left_are_counted_as_not_sent(db, settings, caplog):
    settings.EMAIL_BACKEND = f"{__name__}.BreakingServer"

    assert letters.deliver([a_letter(), a_letter("otto@example.org"), a_letter()]) == 2

    assert len(mail.outbox) == 1
    assert Letter.objects.filter(sent_at=None, problem="gone").count() == 2
    assert "letters.not_sent letters=2 error=gone" in caplog.text


def test_the_letter_goes_out_once_when_the_server_is_back(client_of, admin, down):
    client_of(admin).post("/team/invitations/", FORM)
    down()

    tasks.send_letters()
    assert not mail.outbox  # not before a minute has passed
    with later(minutes=1, seconds=1):
        tasks.send_letters()
        tasks.send_letters()

    [letter] = mail.outbox
    path = re.search(r"http://127.0.0.1:8000(\S+)", letter.body)[1]
    assert Client().get(path).status_code == 200
    assert "could not be sent" not in client_of(admin).get("/team/invitations/").text


def test_no_link_is_kept_while_its_letter_waits(client_of, admin, down):
    client_of(admin).post("/team/invitations/", FORM)

    assert "/invitations/" not in str(Letter.objects.values())


def test_what_a_letter_said_is_forgotten_once_it_is_sent(db):
    letters.deliver([a_letter()])

    assert Letter.objects.get().facts == {}


def test_a_letter_of_an_invitation_that_was_taken_back_is_not_sent(client_of, admin, down):
    client = client_of(admin)
    client.post("/team/invitations/", FORM)
    client.post(f"/team/invitations/{Invitation.objects.get().pk}/revoke/")
    down()

    with later(minutes=2):
        assert letters.send_due() == 0

    assert not mail.outbox
    assert not Letter.objects.exists()


def test_it_is_tried_more_and_more_rarely_and_given_up_after_three_days(db, down):
    letter = a_letter()
    letters.deliver([letter])
    begin, waits = timezone.now(), []
    for _ in range(8):
        due = Letter.objects.get().next_try_at
        with time_machine.travel(due + timedelta(seconds=1)):
            letters.send_due()
            waits.append(round((Letter.objects.get().next_try_at - due).total_seconds() / 60))

    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    with time_machine.travel(begin + timedelta(days=3, minutes=1)):
        assert not Letter.objects.due().exists()


def test_one_address_that_is_refused_holds_up_no_others(db, settings):
    settings.EMAIL_BACKEND = f"{__name__}.PickyServer"

    late = letters.deliver([a_letter("refused@example.org"), a_letter("lena@example.org")])

    assert late == 1
    assert [letter.to for letter in mail.outbox] == [["lena@example.org"]]
    assert "No such user" in Letter.objects.get(sent_at=None).problem


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_that_try_a_letter_one_sends_it():
    letter = a_letter()
    mine = [Letter.objects.get(pk=letter.pk) for _ in range(4)]

    all_at_once(lambda number: letters.deliver([mine[number]]), times=4)

    assert len(mail.outbox) == 1
