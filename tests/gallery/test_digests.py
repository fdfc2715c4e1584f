"""The letter about batches that ended while nobody looked; off until somebody wants it."""

import uuid
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.utils import timezone

from accounts import letters
from accounts.models import Letter
from gallery import digests, tasks
from gallery.models import Batch


@pytest.fixture
def wants(alice):
    alice.wants_digest = True
    alice.last_login = ago(hours=5)
    alice.save()
    return alice


def ago(**span):
    return timezone.now() - timedelta(**span)


@pytest.fixture
def a_batch(make_generation):
    def make(owner, *statuses, ended=None, template="A {red|blue} door"):
        batch = Batch.objects.create(owner=owner, form_token=uuid.uuid4(), template=template)
        for place, status in enumerate(statuses or ("succeeded", "failed")):
            make_generation(
                owner,
                batch=batch,
                place_in_batch=place,
                status=status,
                finished_at=None if status == "running" else ended or ago(minutes=11),
            )
        return batch

    return make


def test_a_letter_tells_of_each_batch_once(wants, bob, a_batch, make_image):
    first, second = a_batch(wants), a_batch(wants, template="A <b>tree</b>")
    make_image(wants, generation=first.generations.get(status="succeeded"))
    a_batch(bob)

    tasks.look_at_budgets()
    tasks.look_at_budgets()

    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["alice@example.org"], "2 batches are finished")
    assert "“A {red|blue} door”\n1 picture, 1 of 2 jobs failed\n" in letter.body
    assert f"/batches/{second.pk}/" in letter.body and "/settings/" in letter.body
    page, kind = letter.alternatives[0]
    assert kind == "text/html" and "A &lt;b&gt;tree&lt;/b&gt;" in page
    assert Letter.objects.get().facts == {}  # nothing of it is kept


@pytest.mark.parametrize(
    ("statuses", "ended"),
    [(("succeeded", "running"), {"minutes": 30}), (("succeeded",), {"minutes": 9})],
)
def test_what_is_open_or_has_just_ended_waits(wants, a_batch, statuses, ended):
    batch = a_batch(wants, *statuses, ended=ago(**ended))

    assert digests.write() == []
    batch.refresh_from_db()
    assert batch.told_at is None


def test_whoever_was_there_after_the_end_needs_no_letter(wants, a_batch):
    batch = a_batch(wants)
    session = UserSession.objects.create(
        user=wants, session_key="x", ip="127.0.0.1", user_agent="", last_seen_at=ago(minutes=1)
    )

    assert digests.write() == []
    session.delete()
    assert digests.write() == []  # neither now nor later
    batch.refresh_from_db()
    assert batch.told_at


def test_nobody_gets_it_unasked(alice, a_batch):
    a_batch(alice)

    assert digests.write() == []


def test_many_batches_are_one_letter_that_says_how_many_more(wants, a_batch):
    for _ in range(digests.LISTED + 2):
        a_batch(wants, "succeeded")

    letters.deliver(digests.write())

    [letter] = mail.outbox
    assert letter.body.count("/batches/") == digests.LISTED
    assert "And 2 more" in letter.body


def test_it_is_turned_on_and_off_in_the_settings(client_of, alice):
    client = client_of(alice)

    client.post("/settings/letters/", {"wants_digest": "on"})
    alice.refresh_from_db()
    assert alice.wants_digest
    assert 'name="wants_digest" checked' in client.get("/settings/").text
    client.post("/settings/letters/", {})
    alice.refresh_from_db()
    assert not alice.wants_digest
