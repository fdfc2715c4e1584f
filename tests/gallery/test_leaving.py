import csv
import io
import zipfile
from decimal import Decimal

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.storage import default_storage

from accounts import credits, people, tokens
from accounts.models import AuditEvent, Person
from gallery import generations, leaving, tasks, trash
from gallery.generations import Wish
from gallery.models import (
    Favourite,
    FluxModel,
    Gallery,
    Image,
    Membership,
    Placement,
    PromptUse,
    ShareLink,
)
from gallery.models.generation import Status
from tests.conftest import all_at_once


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def gone(alice):
    """Alice, who has left."""
    leaving.deactivate(alice)
    return alice


def place(person, act=""):
    return f"/team/people/{person.pk}/{act}"


def wish():
    return Wish(prompt="A door", model=FluxModel.objects.get(name="flux-dev"), size="1:1")


# ── Locking out ──────────────────────────────────────────────────────────────────────────────────


def test_sessions_end_at_once_and_stay_ended(client, client_of, alice):
    hers = client_of(alice)
    hers.get("/settings/", headers={"accept": "text/html"})
    assert UserSession.objects.filter(user=alice).exists()

    client.post(place(alice, "deactivate/"))
    assert hers.get("/settings/").status_code == 302
    assert not UserSession.objects.filter(user=alice).exists()

    client.post(place(alice, "activate/"))
    assert hers.get("/settings/").status_code == 302
    assert client_of(alice).get("/settings/").status_code == 200


def test_waiting_jobs_are_cancelled_and_their_credits_given_back(
    client, alice, bob, make_generation
):
    waiting = generations.request(by=alice, wish=wish(), token=alice.pk)
    others = generations.request(by=bob, wish=wish(), token=bob.pk)
    running = make_generation(alice, status=Status.RUNNING)

    answer = client.post(place(alice, "deactivate/"), follow=True)

    for row in (waiting, others, running):
        row.refresh_from_db()
    assert "Alice Adler is locked out. 1 waiting job cancelled." in answer.text
    assert (waiting.status, others.status) == (Status.CANCELLED, Status.QUEUED)
    assert running.status == Status.RUNNING
    assert credits.statement(alice).spent == 0
    assert not credits.recount().mistakes
    assert AuditEvent.objects.filter(text__startswith="Deactivated Alice Adler").exists()


def test_what_slips_in_while_somebody_is_locked_out_is_cancelled_by_the_sweep(alice, bob):
    late = generations.request(by=alice, wish=wish(), token=alice.pk)
    others = generations.request(by=bob, wish=wish(), token=bob.pk)
    Person.objects.filter(pk=alice.pk).update(is_active=False)

    tasks.sweep()

    for row in (late, others):
        row.refresh_from_db()
    assert (late.status, others.status) == (Status.CANCELLED, Status.QUEUED)
    assert credits.statement(alice).spent == 0


def test_the_last_admin_cannot_be_locked_out(client, admin):
    answer = client.post(place(admin, "deactivate/"), {"sure": "on"})

    admin.refresh_from_db()
    assert answer.status_code == 422
    assert "This is the only active admin." in answer.text
    assert admin.is_active


def test_an_admin_who_locks_oneself_out_is_asked_first(client, admin):
    Person.objects.create_superuser("second@example.org")

    asked = client.post(place(admin, "deactivate/"))
    admin.refresh_from_db()
    assert (asked.status_code, admin.is_active) == (422, True)

    client.post(place(admin, "deactivate/"), {"sure": "on"})
    admin.refresh_from_db()
    assert not admin.is_active


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_lock_each_other_out_at_once_leave_one():
    admins = [Person.objects.create_superuser(f"admin-{n}@example.org") for n in range(2)]

    def act(number):
        other = admins[1 - number]
        try:
            if number:
                leaving.deactivate(other)
            else:
                people.change_role(other, "member", shown=people.stamp(other))
        except people.OnlyAdmin:
            return False
        return True

    assert sorted(all_at_once(act, times=2)) == [False, True]
    assert Person.objects.filter(role="admin", is_active=True).count() == 1


# ── What is left behind ──────────────────────────────────────────────────────────────────────────


def test_of_somebody_who_is_here_nothing_is_given_away(client, alice, bob, make_image):
    image = make_image(alice)

    for act, form in (
        ("hand-over/", {"to": bob.pk}),
        ("purge/", {"email": alice.email}),
    ):
        assert client.post(place(alice, act), form).status_code == 404
    assert client.get(place(alice, "export/")).status_code == 404
    with pytest.raises(leaving.StillHere):
        leaving.hand_over(alice, to=bob)
    with pytest.raises(leaving.StillHere):
        leaving.purge(alice)
    assert Image.objects.visible_to(alice).get() == image


def test_pictures_and_galleries_get_another_owner(client, alice, bob, charlie, make_image):
    kept, thrown = make_image(alice), make_image(alice)
    trash.throw_away(thrown)
    gallery = Gallery.objects.create(owner=alice, name="Doors")
    Placement.objects.create(gallery=gallery, image=kept)
    for person in (bob, charlie):
        Membership.objects.create(gallery=gallery, person=person)
    leaving.deactivate(alice)

    answer = client.post(place(alice, "hand-over/"), {"to": bob.pk}, follow=True)

    gallery.refresh_from_db()
    assert "Bob Brandt has 1 picture and 1 gallery now." in answer.text
    assert list(Image.objects.owned_by(bob)) == [kept]
    assert (gallery.owner, [one.person for one in gallery.memberships.all()]) == (bob, [charlie])
    assert Image.objects.in_trash_of(alice).get() == thrown


def test_who_takes_over_may_go_on_with_the_pictures(client_of, bob, gone, make_image):
    image = make_image(gone)
    leaving.hand_over(gone, to=bob)
    his = client_of(bob)

    assert his.get(f"/images/{image.pk}/").status_code == 200
    assert str(image.pk) in his.get("/library/").text
    his.post(f"/images/{image.pk}/trash/")
    assert his.post(f"/images/{image.pk}/restore/").status_code == 302
    assert Image.objects.owned_by(bob).get() == image


def test_only_people_who_are_here_and_make_pictures_take_over(client, gone, victor, bob):
    people.deactivate(bob)

    for person in (gone, victor, bob):
        assert client.post(place(gone, "hand-over/"), {"to": person.pk}).status_code == 422


def test_the_export_holds_every_original_and_a_table(client, gone, make_image):
    image = make_image(gone, prompt="=cmd(), a “door”")
    make_image(gone, original="tests/lost.png")
    trash.throw_away(make_image(gone))

    answer = client.get(place(gone, "export/"))

    package = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    table = list(csv.DictReader(io.StringIO(package.read("facts.csv").decode("utf-8-sig"))))
    assert 'filename="alice.zip"' in answer["Content-Disposition"]
    assert package.testzip() is None
    assert len(table) == 2
    [line] = [line for line in table if line["prompt"] == "'=cmd(), a “door”"]
    assert [line["note"] for line in table if line["file"] not in package.namelist()] != [""]
    with default_storage.open(image.original) as original:
        assert package.read(line["file"]) == original.read()
    assert AuditEvent.objects.filter(text="Exported the pictures of Alice Adler").exists()


def test_deleting_for_good_needs_the_address(client, gone, make_image):
    make_image(gone)

    answer = client.post(place(gone, "purge/"), {"email": "alice"})

    assert answer.status_code == 422
    assert Image.objects.owned_by(gone).exists()


def test_what_is_deleted_for_good_goes_as_from_the_trash(client, gone, bob, make_image):
    image, theirs = make_image(gone), make_image(bob)
    trash.throw_away(make_image(gone))
    Favourite.objects.create(image=image, person=bob)
    PromptUse.objects.create(owner=gone, text="A door", folded="a door")
    Gallery.objects.create(owner=gone, name="Doors")

    client.post(place(gone, "purge/"), {"email": "Alice@example.org"})
    trash.clear()

    image.refresh_from_db()
    assert image.purged_at
    assert image.prompt == ""
    assert not default_storage.exists(f"tests/{image.pk}/original.png")
    assert not Image.objects.filter(owner=gone, purged_at=None).exists()
    assert not Gallery.objects.filter(owner=gone).exists()
    assert not PromptUse.objects.filter(owner=gone).exists()
    assert Image.objects.owned_by(bob).get() == theirs


def test_the_ledger_is_untouched_by_leaving(gone, bob, make_image):
    credits.hold(gone, Decimal(3), reference="generation:1")
    credits.settle(reference="generation:1", cost=Decimal(2))
    make_image(gone)

    leaving.hand_over(gone, to=bob)
    leaving.purge(gone)

    assert credits.recount().spent == 2
    assert (credits.statement(gone).spent, credits.statement(bob).spent) == (2, 0)


def test_tokens_and_links_of_who_is_locked_out_stay_ended(alice):
    token = tokens.make(alice, name="Plug-in", may_read=True, may_make=False, days=30)
    gallery = Gallery.objects.create(owner=alice, name="Spring")
    link = ShareLink.objects.create(gallery=gallery, created_by=alice, token_hash="x")
    assert tokens.find(token)

    leaving.deactivate(alice)
    people.activate(alice)

    link.refresh_from_db()
    assert tokens.find(token) is None and link.revoked_at
