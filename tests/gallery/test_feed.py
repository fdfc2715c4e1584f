from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import feed, generations, stamps
from gallery.stamps import Stamp


def test_all_open_jobs_are_counted_in_words(alice, make_generation):
    for status in ("queued", "queued", "submitting", "running", "unconfirmed", "storing", "failed"):
        make_generation(alice, status=status)
    make_generation(alice, hidden_at=timezone.now())

    standing = feed.standing(alice)

    assert standing.words == "2 running, 1 being checked, 1 being saved, 2 queued"
    assert standing.open == 6


def test_nothing_open_needs_no_words_and_a_slow_poll(alice):
    standing = feed.standing(alice)

    assert (standing.words, standing.open, standing.pace) == ("", 0, 2500)


def test_the_line_is_in_the_stamp_only_while_something_is_queued(alice, make_generation):
    make_generation(alice, status="running")
    running = feed.standing(alice).stamp
    make_generation(alice)
    queued = feed.standing(alice).stamp

    assert (running.line, bool(queued.line)) == ("", True)


def test_a_stamp_comes_back_as_it_was(alice, make_generation):
    make_generation(alice)
    stamp = feed.standing(alice).stamp

    read = stamps.read(stamp.signed())

    assert (read.person_id, read.version, read.line) == (alice.pk, stamp.version, stamp.line)
    assert stamp.youngest - read.youngest < timedelta(seconds=1)


@pytest.mark.parametrize("text", ["", "x", "a:b:c", "WzFd:1xVB7x:abc"])
def test_what_is_no_stamp_reads_as_none(text):
    assert stamps.read(text) is None


def since(person, version, **fields):
    return Stamp(person_id=person.pk, version=version, at=timezone.now(), **fields)


def test_only_what_is_newer_has_changed(alice, bob, make_generation):
    old, new = make_generation(alice), make_generation(alice)
    make_generation(bob)

    changes = feed.changes(alice, since(alice, old.version))

    assert [card.id for card in changes.cards] == [str(new.pk)]


def test_hidden_jobs_are_named_and_not_shown(alice, make_generation):
    job = make_generation(alice)
    generations.hide(job)

    changes = feed.changes(alice, since(alice, job.version))

    assert (changes.cards, changes.gone) == ((), (job.pk,))


def test_a_page_that_was_long_away_is_sent_no_more_than_it_can_show(alice, make_generation):
    for _ in range(70):
        make_generation(alice, status="succeeded")

    assert len(feed.changes(alice, since(alice, 0)).cards) == feed.MOST_CHANGES


def test_only_what_ended_since_makes_a_toast(alice, make_generation):
    now = timezone.now()
    before, after = now - timedelta(minutes=1), now + timedelta(seconds=1)
    make_generation(alice, status="succeeded", finished_at=before)
    make_generation(alice, status="cancelled", finished_at=after)
    done = make_generation(
        alice,
        status="succeeded",
        created_at=after - timedelta(seconds=12),
        finished_at=after,
        prompt="A fox",
    )

    toasts = feed.changes(alice, since(alice, 0)).toasts

    assert [toast.took for toast in toasts] == [12]
    assert [(toast.text, toast.address) for toast in toasts] == [
        ("Done: A fox", f"/#job-{done.pk}")
    ]


def test_many_endings_make_one_toast(alice, make_generation):
    after = timezone.now() + timedelta(seconds=1)
    for _ in range(5):
        make_generation(alice, status="succeeded", finished_at=after)

    toasts = feed.changes(alice, since(alice, 0)).toasts

    assert [toast.text for toast in toasts] == ["5 jobs have ended."]
