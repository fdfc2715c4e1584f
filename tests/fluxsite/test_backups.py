"""A backup restored into an empty place is the site as it was."""

import itertools
import threading
from decimal import Decimal

import pytest
from copies import bytes_of, everything, silent
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts import credits
from accounts.models import CreditEntry, Person
from fluxsite import backups, copying, opening
from fluxsite.copying import CopyDiffers
from gallery import listings, shelves
from gallery.models import Favourite, FluxModel, Generation, Heartbeat, Image
from gallery.storage import PARTS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("other_databases"),
]


def test_a_backup_signs_nobody_in(alice, client, tmp_path):
    client.force_login(alice)
    key = client.session.session_key

    backups.write(tmp_path / "backup", default_storage, print)

    assert Session.objects.filter(pk=key).exists()
    assert key.encode() not in (tmp_path / "backup" / backups.ROWS).read_bytes()
    backups.restore(tmp_path / "backup", default_storage, print, replace=True)
    assert not Session.objects.exists()
    assert Person.objects.filter(pk=alice.pk).exists()


def found(name, words, **others):
    """By the index of the search, which the database fills by itself."""
    listing = listings.find(
        Person.objects.get(name="Alice Adler"), {"in": name, "q": words} | others
    )
    return [row.pk for row in shelves.older(listing, None, most=10)]


def test_what_is_restored_is_what_was_there(filled, tmp_path):
    before, there = everything(), {i.pk: bytes_of(i.original) for i in filled}
    assert backups.write(tmp_path / "b", default_storage, silent) == []
    Image.objects.update(prompt="spoiled")
    Favourite.objects.all().delete()
    for image in filled:
        default_storage.delete(image.original)

    assert backups.restore(tmp_path / "b", default_storage, silent, replace=True) == []

    assert everything() == before
    assert found("trash", "turmch*") == [filled[0].pk] == found("trash", "", edited="yes")
    assert {i.pk: bytes_of(i.original) for i in filled} == there
    credits.adjust(filled[0].owner, Decimal(1), by=filled[0].owner, note="keys go on counting")


def test_a_second_backup_reads_and_copies_what_is_new_alone(
    filled, alice, make_image, tmp_path, monkeypatch
):
    folder, read, copied = tmp_path / "b", [], []
    backups.write(folder, default_storage, silent)
    real = copying._copy_file
    monkeypatch.setattr(
        copying, "_copy_file", lambda name, *rest: (copied.append(name), real(name, *rest))
    )
    bring = copying._bring
    monkeypatch.setattr(
        copying, "_bring", lambda name, *rest: (read.append(name), bring(name, *rest))
    )
    image = make_image(alice)

    backups.write(folder, default_storage, silent)

    assert set(copied) == set(read) == {image.original, *image.renditions.values()}


def test_a_file_that_is_missing_is_told_and_the_rest_is_kept(filled, tmp_path):
    default_storage.delete(filled[0].original)

    assert backups.write(tmp_path / "b", default_storage, silent) == [filled[0].original]
    assert (tmp_path / "b/files" / filled[1].original).exists()


def test_a_backup_is_of_one_moment_while_others_write(
    alice, make_generation, tmp_path, monkeypatch
):
    """Each wish and its hold are one transaction: never one without the other."""
    stop, another = threading.Event(), threading.Semaphore(0)

    def wish():
        model = FluxModel.objects.get(name="flux-dev")
        for number in itertools.takewhile(lambda _: not stop.is_set(), itertools.count(1)):
            reference = f"generation:race-{number}"
            with copying.transaction.atomic():
                credits.hold(alice, Decimal("0.01"), reference=reference)
                make_generation(alice, model=model, prompt=reference)
            another.release()
        connection.close()

    def copy_and_wait(model, *rest):
        """So that wishes lie before, between and behind all tables."""
        copied = real(model, *rest)
        while another.acquire(blocking=False):
            pass
        assert another.acquire(timeout=30), f"nobody could write after {model}"
        return copied

    real = copying._copy_table
    monkeypatch.setattr(copying, "_copy_table", copy_and_wait)
    thread = threading.Thread(target=wish)
    thread.start()
    try:
        backups.write(tmp_path, default_storage, silent)
    finally:
        stop.set()
        thread.join()

    rows = backups._sqlite(tmp_path / backups.ROWS)
    with opening.open_database("read", rows) as alias:
        holds = set(CreditEntry.objects.using(alias).values_list("reference", flat=True))
        wishes = set(Generation.objects.using(alias).values_list("prompt", flat=True))
    assert holds == wishes
    assert Generation.objects.count() > len(wishes)


def test_what_arrives_otherwise_is_told_and_nothing_is_changed(filled, tmp_path, monkeypatch):
    backups.write(tmp_path / "b", default_storage, silent)
    before, real = everything(), copying._rows

    def one_less(model, alias):
        """When it is copied; not when it is compared."""
        rows = list(real(model, alias))
        is_first = model is Favourite and not calls and not calls.append(alias)
        yield from rows[1:] if is_first else rows

    calls = []
    monkeypatch.setattr(copying, "_rows", one_less)

    with pytest.raises(CopyDiffers, match="gallery_favourite did not arrive"):
        backups.restore(tmp_path / "b", default_storage, silent, replace=True)

    monkeypatch.undo()
    assert everything() == before


def test_the_commands_refuse_what_would_lose_something(filled, tmp_path, capsys):
    folder = str(tmp_path / "b")
    with pytest.raises(CommandError, match="Add --replace"):
        call_command("restore", folder)
    with pytest.raises(CommandError, match="there is no whole backup: backup.json is missing"):
        call_command("restore", folder, "--replace")
    call_command("backup", folder)
    assert "A whole backup is in" in capsys.readouterr().out
    Heartbeat.objects.create(cluster="here:1", beat_at=timezone.now())
    for command in (["restore", folder, "--replace"], ["move_to", "--database", "sqlite:////x"]):
        with pytest.raises(CommandError, match="Stop the site first"):
            call_command(*command)
    Heartbeat.objects.all().delete()
    call_command("restore", folder, "--replace")
    assert "Restored." in capsys.readouterr().out


def test_a_backup_is_for_no_other_eyes_even_in_an_open_folder(filled, tmp_path):
    folder = tmp_path / "b"
    folder.mkdir(mode=0o755)

    backups.write(folder, default_storage, silent)

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {folder / backups.ROWS, folder / backups.FACTS} < set(files)
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_a_backup_that_finds_no_place_says_so(filled, tmp_path):
    (tmp_path / "b").write_text("a file, where a folder should be")

    with pytest.raises(CommandError, match="no whole backup.*See that .*/b can be written"):
        call_command("backup", str(tmp_path / "b"))


def test_a_full_disk_is_told_and_the_older_backup_stays_whole(filled, tmp_path, monkeypatch):
    folder, before = tmp_path / "b", everything()
    backups.write(folder, default_storage, silent)
    Image.objects.update(prompt="later")
    real = backups._sqlite
    small = {"OPTIONS": {"init_command": "PRAGMA max_page_count=20;"}}
    with monkeypatch.context() as patch:
        patch.setattr(backups, "_sqlite", lambda path: real(path) | small)
        with pytest.raises(CommandError, match="database or disk is full.*run it again"):
            call_command("backup", str(folder))

    call_command("restore", str(folder), "--replace")
    assert everything() == before


def test_what_is_told_to_be_committed_is_on_the_disk(tmp_path):
    with opening.open_database("through", backups._sqlite(tmp_path / "any")) as alias:
        connection = opening.connections[alias]
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (3,)  # EXTRA: the folder that the journal leaves, too


def test_a_backup_that_was_cut_off_is_none(filled, tmp_path, monkeypatch):
    folder = tmp_path / "b"
    monkeypatch.setattr(backups, "copy_files", lambda *args, **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        backups.write(folder, default_storage, silent)

    with pytest.raises(backups.NoBackup):
        backups.restore(folder, default_storage, silent, replace=True)


def test_a_file_that_arrives_otherwise_is_told(filled):
    class Lossy(InMemoryStorage):
        def _save(self, name, content):
            data = content.read()
            return super()._save(name, ContentFile(data if PARTS in name else data[:-1]))

    lossy, name = Lossy(), filled[0].original
    with pytest.raises(CopyDiffers, match="did not arrive as it was sent"):
        copying.copy_files([name], default_storage, lossy, silent)
    assert not lossy.exists(name)
