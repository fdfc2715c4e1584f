from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from gallery import trash
from gallery.engine import sweeping
from gallery.lineage import lineage_of
from gallery.models import Comment, Gallery, Image, Membership, Placement

DAYS = timedelta(days=1)


@pytest.fixture
def image(alice, make_image):
    return make_image(alice)


def thrown_away(image, days=0):
    Image.objects.filter(pk=image.pk).update(trashed_at=timezone.now() - days * DAYS)
    return Image.objects.get(pk=image.pk)


def files_of(image):
    return [name for name in [image.original, *image.renditions.values()] if name]


def is_there(name):
    return default_storage.exists(name)


def test_what_is_thrown_away_is_seen_by_nobody(image, alice, bob):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    Membership.objects.create(gallery=gallery, person=bob)
    Placement.objects.create(gallery=gallery, image=image)

    assert trash.throw_away(image)

    for person in (alice, bob):
        assert not Image.objects.visible_to(person).exists()
    assert list(Image.objects.in_trash_of(alice)) == [image]
    assert not Image.objects.in_trash_of(bob).exists()


def test_throwing_away_twice_keeps_the_first_day(image):
    trash.throw_away(image)
    at = Image.objects.get(pk=image.pk).trashed_at

    assert not trash.throw_away(image)
    assert Image.objects.get(pk=image.pk).trashed_at == at


def test_what_is_restored_is_back_where_it_was(image, alice):
    trash.throw_away(image)

    assert trash.restore(image, by=alice)
    assert list(Image.objects.visible_to(alice)) == [image]


def test_nobody_else_can_restore_or_purge(image, bob):
    image = thrown_away(image)

    assert not trash.restore(image, by=bob)
    trash.purge(image, by=bob)
    assert Image.objects.get(pk=image.pk).doomed_at is None
    assert all(map(is_there, files_of(image)))


def test_a_purged_picture_has_no_files_and_no_words(image, alice):
    image = thrown_away(image)
    names = files_of(image)

    trash.purge(image, by=alice)

    row = Image.objects.get(pk=image.pk)
    assert not any(map(is_there, names)) and len(names) == 4
    assert (row.prompt, row.original, row.renditions, row.source_url) == ("", "", {}, "")
    assert row.purged_at and not Image.objects.in_trash_of(alice).exists()


def test_what_was_restored_meanwhile_is_not_purged(image, alice):
    stale = thrown_away(image)
    trash.restore(image, by=alice)

    trash.purge(stale, by=alice)

    assert all(map(is_there, files_of(image)))


def test_after_a_month_the_sweep_deletes_it_for_good(alice, make_image):
    old, recent = thrown_away(make_image(alice), 31), thrown_away(make_image(alice), 29)

    sweeping.sweep()

    assert Image.objects.get(pk=old.pk).purged_at
    assert not any(map(is_there, files_of(old)))
    assert Image.objects.get(pk=recent.pk).doomed_at is None


def test_one_sweep_purges_no_more_than_its_portion(alice, make_image, monkeypatch):
    monkeypatch.setattr(trash, "AT_ONCE", 2)
    for _ in range(3):
        thrown_away(make_image(alice), 31)

    left = []
    for _ in range(2):
        trash.clear()
        left.append(Image.objects.filter(purged_at=None).count())

    assert left == [1, 0]


def test_a_crash_between_files_and_row_is_made_good_by_the_next_sweep(image, alice, monkeypatch):
    image = thrown_away(image)

    def crash(image):
        raise KeyboardInterrupt

    monkeypatch.setattr(trash, "_forget", crash)
    with pytest.raises(KeyboardInterrupt):
        trash.purge(image, by=alice)
    monkeypatch.undo()
    assert not trash.restore(image, by=alice)

    trash.clear()

    assert Image.objects.get(pk=image.pk).purged_at


class BrokenStorage:
    """Deletes nothing of one picture."""

    def __init__(self, broken):
        self.broken = broken

    def delete(self, name):
        if name == self.broken.original:
            raise OSError("read-only")
        default_storage.delete(name)


def test_a_file_that_cannot_be_deleted_does_not_keep_the_others(alice, make_image, monkeypatch):
    stuck, other = thrown_away(make_image(alice), 40), thrown_away(make_image(alice), 35)
    monkeypatch.setattr(trash, "default_storage", BrokenStorage(stuck))

    trash.clear()

    assert Image.objects.get(pk=stuck.pk).purged_at is None
    assert Image.objects.get(pk=other.pk).purged_at


def test_who_deletes_for_good_is_not_kept_by_a_storage_in_trouble(image, alice, monkeypatch):
    image = thrown_away(image)
    with monkeypatch.context() as trouble:
        trouble.setattr(trash, "default_storage", BrokenStorage(image))
        trash.purge(image, by=alice)
    assert not trash.restore(image, by=alice)

    trash.clear()

    assert Image.objects.get(pk=image.pk).purged_at


def test_an_edit_outlives_what_it_was_made_from(alice, make_image):
    parent = make_image(alice, prompt="Parent")
    edit = make_image(alice, parent=parent, prompt="Edit")
    trash.purge(thrown_away(parent), by=alice)

    (node,) = lineage_of(edit, alice).roots

    assert node.is_from_deleted and node.is_here
    assert list(Image.objects.visible_to(alice)) == [edit]


def test_a_slow_storage_holds_up_no_sweep(alice, make_image, monkeypatch):
    monkeypatch.setattr(trash, "SECONDS", -1.0)
    trash.throw_away_many([make_image(alice).pk for _ in range(3)], by=alice)
    trash.empty(by=alice)

    trash.clear()
    assert Image.objects.doomed().count() == 2
    trash.clear()
    trash.clear()

    assert not Image.objects.doomed().exists()


def test_what_was_said_of_a_purged_picture_is_gone_and_it_is_no_cover(image, alice):
    gallery = Gallery.objects.create(name="Spring", owner=alice, cover=image)
    Placement.objects.create(gallery=gallery, image=image)
    Comment.objects.create(gallery=gallery, image=image, person=alice, text="A secret")
    trash.throw_away(image)

    trash.purge(image, by=alice)

    gallery.refresh_from_db()
    assert gallery.cover is None and not Comment.objects.exists()
