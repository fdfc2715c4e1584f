import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth import get_user
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import invitations, people
from accounts.guest_lists import Guest
from accounts.invitations import Terms
from accounts.models import AuditEvent, Invitation, Person
from accounts.models.person import Role
from tests.conftest import PASSWORD, all_at_once

FORM = {"guests": "", "role": "member", "allowance": "", "daily_cap": "", "how": "letter"}
LENA = {"name": "Lena", "password": PASSWORD}
PAGE = "/team/invitations/"


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def stranger():
    return Client()


def invite(client, **fields):
    return client.post(PAGE, FORM | fields, follow=True)


def link_in(text):
    return urlsplit(re.search(r"http\S+/invitations/[\w-]+/", text)[0]).path


@pytest.fixture
def link(client):
    """Of an invitation for lena@example.org."""
    return link_in(invite(client, guests="lena@example.org", how="link").text)


# ── Inviting ─────────────────────────────────────────────────────────────────────────────────────


def test_several_people_are_invited_by_letter(client, mailoutbox):
    answer = invite(client, guests="lena@example.org\nnoor@example.org", role="viewer")

    assert "2 people are invited by letter." in answer.text
    assert sorted(letter.to[0] for letter in mailoutbox) == ["lena@example.org", "noor@example.org"]
    assert {invitation.role for invitation in Invitation.objects.all()} == {"viewer"}
    assert AuditEvent.objects.filter(text="Invited noor@example.org as viewer").exists()


def test_the_letter_says_who_invites_and_leads_in(client, mailoutbox, stranger):
    invite(client, guests="lena@example.org, Lena")

    [letter] = mailoutbox
    page, kind = letter.alternatives[0]
    assert letter.subject == "Ada Admin invites you to Fluxsite"
    assert letter.body.startswith("Hello Lena,")
    assert "as a member" in letter.body
    assert (kind, link_in(letter.body) in page) == ("text/html", True)
    assert stranger.get(link_in(letter.body)).status_code == 200


def test_what_somebody_is_called_never_becomes_markup_or_a_header(client, admin, mailoutbox):
    admin.name = "Ada\nBcc: eve@example.org <b>"
    admin.save()

    invite(client, guests="lena@example.org")

    [letter] = mailoutbox
    assert letter.subject.startswith("Ada")
    assert letter.recipients() == ["lena@example.org"]
    assert "&lt;b&gt;" in letter.alternatives[0][0]


def test_a_link_is_shown_once_and_only_its_hash_is_kept(client, mailoutbox):
    answer = invite(client, guests="lena@example.org", how="link")

    token = link_in(answer.text).split("/")[2]
    assert "no-store" in answer["Cache-Control"]
    assert token not in client.get(PAGE).text
    assert token not in str(Invitation.objects.values())
    assert not mailoutbox


def test_a_link_without_an_address_lets_anybody_in(client, stranger):
    path = link_in(invite(client, how="link").text)

    stranger.post(path, LENA | {"email": "Lena@Example.org"})

    assert get_user(stranger).email == "lena@example.org"


def test_a_letter_needs_an_address(client):
    answer = client.post(PAGE, FORM)

    assert answer.status_code == 422
    assert "Give at least one address." in answer.text


# ── A list with mistakes ─────────────────────────────────────────────────────────────────────────

LIST = """email,name,role,allowance
lena@example.org,Lena Larsen,viewer,
not-an-address,Nobody,,
noor@example.org,Noor,king,
sam@example.org,,,-3
LENA@example.org,,,
"kim@example.org","Kim, the second",Admin,12.5
alice@example.org
,,
one@example.org,b,member,3,too,many
"""


def upload(text, name="people.csv"):
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def test_a_file_is_shown_before_anything_is_done_and_bad_lines_are_named(client, alice):
    answer = client.post(PAGE, FORM | {"file": upload(LIST)})

    assert answer.status_code == 422
    assert "Nobody is invited yet." in answer.text
    assert re.findall(r"Line (\d+):", answer.text) == ["3", "4", "5", "6", "8", "10"]
    for words in ("is no role", "is no allowance", "stands in the list twice", "an account"):
        assert words in answer.text
    assert "Invite 2 people" in answer.text
    assert not Invitation.objects.exists()


def test_what_was_shown_is_then_done_for_the_good_lines(client, alice, mailoutbox):
    shown = client.post(PAGE, FORM | {"file": upload(LIST)}).text
    digest = re.search(r'name="shown" value="(\w+)"', shown)[1]

    # A browser sends the text that it was shown, with other ends of lines.
    answer = invite(client, guests=LIST.replace("\n", "\r\n"), shown=digest)

    assert "2 people are invited by letter." in answer.text
    lena, kim = Invitation.objects.order_by("email").reverse()
    assert (lena.email, lena.name, lena.role) == ("lena@example.org", "Lena Larsen", "viewer")
    assert (kim.name, kim.role, kim.monthly_allowance) == (
        "Kim, the second",
        "admin",
        Decimal("12.5"),
    )


def test_a_list_that_was_changed_since_is_shown_again(client):
    shown = client.post(PAGE, FORM | {"file": upload(LIST)}).text
    digest = re.search(r'name="shown" value="(\w+)"', shown)[1]

    answer = client.post(PAGE, FORM | {"guests": "lena@example.org\nbad", "shown": digest})

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe\x00bad", "no CSV file in UTF-8"), (b"a" * 300_000, "larger than 256 kB")],
)
def test_a_file_that_cannot_be_read_is_refused(client, content, words):
    answer = client.post(PAGE, FORM | {"file": SimpleUploadedFile("people.csv", content)})

    assert answer.status_code == 422
    assert words in answer.text


def test_a_list_of_a_spreadsheet_with_semicolons_is_read(client):
    invite(client, guests="lena@example.org;Lena;viewer;5")

    assert Invitation.objects.get().monthly_allowance == 5


def test_nobody_is_invited_twice(client):
    invite(client, guests="lena@example.org")

    answer = client.post(PAGE, FORM | {"guests": "Lena@example.org"})

    assert "lena@example.org is invited already." in answer.text
    assert Invitation.objects.count() == 1


# ── Coming in ────────────────────────────────────────────────────────────────────────────────────


def test_the_invited_person_gives_a_name_and_a_password_and_is_in(client, stranger):
    preset = {"role": "viewer", "allowance": "40", "daily_cap": "4"}
    path = link_in(invite(client, guests="lena@example.org", how="link", **preset).text)

    answer = stranger.post(path, LENA | {"email": "other@example.org"})

    lena = get_user(stranger)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (lena.email, lena.name, lena.role) == ("lena@example.org", "Lena", "viewer")
    assert (lena.monthly_allowance, lena.daily_cap) == (40, 4)
    assert AuditEvent.objects.filter(person=lena, text__startswith="Joined").exists()


def test_the_page_of_a_link_is_kept_by_nobody(link, stranger):
    answer = stranger.get(link)

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "Ada Admin invited you as a member" in answer.text
    assert 'value="lena@example.org" readonly' in answer.text


def test_an_invitation_used_twice_has_ended(link, stranger):
    stranger.post(link, LENA)
    stranger.logout()

    for answer in (stranger.get(link), stranger.post(link, LENA)):
        assert answer.status_code == 410
        assert "This invitation has ended" in answer.text
    assert Person.objects.count() == 2


def test_an_invitation_ends_after_a_week(link, stranger):
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert stranger.get(link).status_code == 410


def test_a_link_that_never_was_has_ended_too(stranger, db):
    assert stranger.get("/invitations/nonsense/").status_code == 410


def test_a_first_admin_link_is_no_invitation(db, stranger):
    token = people.first_admin_link().rstrip("/").rpartition("/")[2]

    assert stranger.get(f"/invitations/{token}/").status_code == 410


def test_a_weak_password_is_refused_and_the_link_stays(link, stranger):
    answer = stranger.post(link, LENA | {"password": "short"})

    assert answer.status_code == 422
    assert "too short" in answer.text
    assert 'value="Lena"' in answer.text
    assert stranger.get(link).status_code == 200


def test_an_address_that_got_an_account_meanwhile_is_said_and_the_link_stays(link, stranger):
    Person.objects.create_user("lena@example.org")

    answer = stranger.post(link, LENA)

    assert answer.status_code == 422
    assert "Somebody has an account with this address." in answer.text
    assert Invitation.objects.get().used_at is None


def test_guessing_links_is_slowed_down(stranger, db):
    answers = [stranger.get(f"/invitations/guess-{number}/") for number in range(31)]

    assert {answer.status_code for answer in answers[:30]} == {410}
    assert answers[-1].status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_once_one_comes_in():
    admin = Person.objects.create_superuser("admin@example.org")
    invitations.by_link([Guest(email="")], terms=Terms(role=Role.MEMBER), by=admin)
    invitation = Invitation.objects.get()

    def join(number):
        try:
            people.accept(invitation, email=f"p{number}@example.org", name="P", password=PASSWORD)
        except people.InvitationEnded:
            return False
        return True

    assert sum(all_at_once(join, times=5)) == 1
    assert Person.objects.count() == 2


# ── What becomes of open ones ────────────────────────────────────────────────────────────────────


def test_sending_again_ends_the_link_before(client, link, stranger, mailoutbox):
    client.post(f"{PAGE}{Invitation.objects.get().pk}/again/")

    assert stranger.get(link).status_code == 410
    assert stranger.get(link_in(mailoutbox[0].body)).status_code == 200


def test_a_new_link_ends_the_one_before(client, link, stranger):
    answer = client.post(f"{PAGE}{Invitation.objects.get().pk}/link/")

    assert stranger.get(link).status_code == 410
    assert stranger.get(link_in(answer.text)).status_code == 200


def test_one_that_has_expired_can_be_sent_again(client, link, stranger, mailoutbox):
    Invitation.objects.update(expires_at="2026-01-01T00:00Z")

    client.post(f"{PAGE}{Invitation.objects.get().pk}/again/")

    assert stranger.get(link_in(mailoutbox[0].body)).status_code == 200


def test_what_is_taken_back_lets_nobody_in(client, link, stranger):
    key = Invitation.objects.get().pk

    client.post(f"{PAGE}{key}/revoke/")

    assert stranger.get(link).status_code == 410
    assert "lena@example.org" not in client.get(PAGE).text
    for act in ("again", "link", "revoke"):
        assert client.post(f"{PAGE}{key}/{act}/").status_code == 404


def test_the_invitations_of_who_is_locked_out_end(link, stranger, admin):
    Person.objects.create_superuser("second@example.org")

    people.deactivate(admin)

    assert stranger.get(link).status_code == 410


def test_the_invitations_of_who_is_no_admin_any_more_end(client, link, stranger, admin):
    second = Person.objects.create_superuser("second@example.org")
    second_link = invitations.by_link([Guest(email="")], terms=Terms(role=Role.ADMIN), by=second)

    people.change_role(admin, "member", shown=people.stamp(admin))

    assert stranger.get(link).status_code == 410
    assert stranger.get(urlsplit(second_link[0][1]).path).status_code == 200


def test_the_back_office_ends_them_too(client_of, link, stranger, admin):
    second = Person.objects.create_superuser("second@example.org", PASSWORD)
    form = {"email": admin.email, "name": "Ada", "role": "admin"}

    client_of(second).post(f"/admin/accounts/person/{admin.pk}/change/", form)

    admin.refresh_from_db()
    assert not admin.is_active
    assert stranger.get(link).status_code == 410
    assert AuditEvent.objects.filter(text__contains="in the back office: name, is_active").exists()


def test_an_invitation_used_while_its_letter_goes_out_stays_used(link):
    """A row that was read before must not bring the old state back."""
    stale = Invitation.objects.get()
    Invitation.objects.update(used_at=timezone.now())

    stale.renew()

    assert not Invitation.objects.usable().exists()
