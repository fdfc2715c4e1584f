"""A site moves, wholly and to a place that may take it, or says in one line why not."""

import contextlib
import os
from pathlib import Path

import pytest
from copies import bytes_of, everything, silent
from django.conf import settings as live
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts.models import Person
from fluxsite import backups, running
from fluxsite.opening import open_database, written
from fluxsite.settings import env
from gallery.models import Heartbeat
from gallery.storage import DurableFileSystemStorage

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("other_databases"),
]


@pytest.fixture
def there(tmp_path):
    return tmp_path / "moved.sqlite3"


@pytest.fixture
def move(there, tmp_path):
    """`move("--replace")`: to another database and another folder."""

    def run(*options):
        where = ["--database", f"sqlite:///{there}", "--storage", f"file:{tmp_path}/media"]
        call_command("move_to", *where, *options)

    return run


def rows_in(path):
    return open_database("read", backups._sqlite(path))


def test_a_site_moves_and_may_move_again(move, there, filled, alice, make_image, tmp_path, capsys):
    move()
    make_image(alice)
    Person.objects.filter(pk=alice.pk).update(email="another@example.org")

    move()

    assert "All rows and files are there, and are the same" in capsys.readouterr().out
    with rows_in(there) as alias:
        assert everything(alias) == everything()
        assert not Person.objects.using(alias).get(pk=alice.pk).check_password("x")
    for name in backups.names("default"):
        assert (tmp_path / "media" / name).read_bytes() == bytes_of(name)


def test_a_site_that_is_there_is_not_overwritten_unasked(move, there, filled, alice, capsys):
    move()
    with rows_in(there) as alias:
        Heartbeat.objects.using(alias).create(cluster="there:1", beat_at=timezone.now())
    with pytest.raises(CommandError, match="A site is at work there"):
        move("--replace")
    with rows_in(there) as alias:
        Heartbeat.objects.using(alias).all().delete()
        Person.objects.using(alias).create(email="one.more@example.org")
        lived_on = everything(alias)
    with pytest.raises(CommandError, match="another site there.*--replace"):
        move()
    with rows_in(there) as alias:
        assert everything(alias) == lived_on

    move("--replace")

    with rows_in(there) as alias:
        assert everything(alias) == everything()


def test_files_can_move_alone_and_rows_not_to_where_they_are(filled, tmp_path, capsys):
    with pytest.raises(CommandError, match="Name where to move to"):
        call_command("move_to")
    own = live.DATABASES["default"]
    if own["ENGINE"].endswith("sqlite3"):
        link = tmp_path / "link.sqlite3"
        link.symlink_to(own["NAME"])
        with pytest.raises(CommandError, match="is the one that this site has now"):
            call_command("move_to", "--database", f"sqlite:///{link}")

    call_command("move_to", "--storage", f"file:{tmp_path}/media")

    assert "All files are there, and are the same. Set STORAGE_URL," in capsys.readouterr().out
    for name in backups.names("default"):
        assert (tmp_path / "media" / name).read_bytes() == bytes_of(name)


def test_a_place_that_takes_no_file_is_told_before_any_row_moves(filled, there):
    where = ["--database", f"sqlite:///{there}", "--storage", "file:/proc/nothing"]

    with pytest.raises(CommandError, match="Files can't be kept.*No file was copied.*again"):
        call_command("move_to", *where)

    assert not there.exists()


def test_files_that_are_missing_are_named_and_the_end_is_no_success(
    move, filled, there, tmp_path, capsys
):
    folder, gone = str(tmp_path / "b"), filled[0].original
    default_storage.delete(gone)

    with pytest.raises(CommandError, match="A backup of every row and all but 1 files is in"):
        call_command("backup", folder)
    assert f"missing in the storage: {gone}" in capsys.readouterr().err
    with pytest.raises(CommandError, match="Restored every row and all but 1 files"):
        call_command("restore", folder, "--replace")
    assert f"missing in the backup: {gone}" in capsys.readouterr().err
    with pytest.raises(CommandError, match="All rows and files but 1 files are there"):
        move()

    assert f"missing in the storage: {gone}" in capsys.readouterr().err
    for name in set(backups.names("default")) - {gone}:
        assert (tmp_path / "media" / name).read_bytes() == bytes_of(name)
    with rows_in(there) as alias:
        assert everything(alias) == everything()


def test_what_is_deleted_while_a_backup_is_written_is_not_missed(filled, tmp_path, monkeypatch):
    real, gone = backups.copy_files, filled[0]

    def delete_first(*args, **how):
        default_storage.delete(gone.original)
        type(gone).objects.filter(pk=gone.pk).update(doomed_at=timezone.now())
        return real(*args, **how)

    monkeypatch.setattr(backups, "copy_files", delete_first)

    assert backups.write(tmp_path / "b", default_storage, silent) == []


def test_a_file_that_is_there_in_the_same_size_but_damaged_is_laid_anew(move, filled, tmp_path):
    move()
    name = filled[0].original
    damaged, size = tmp_path / "media" / name, len(bytes_of(name))
    damaged.write_bytes(bytes(size))

    move()

    assert damaged.read_bytes() == bytes_of(name)


def test_nothing_moves_or_is_restored_while_a_web_server_serves(move, filled, tmp_path):
    folder, run = str(tmp_path / "b"), live.DATA_DIR / "run"
    call_command("backup", folder)
    serving = running.claim_web(run)
    os.close(running.claim_web(run))  # two of them may
    try:
        for refused in (move, lambda: call_command("restore", folder, "--replace")):
            with pytest.raises(CommandError, match="Stop the site first.*its web server runs"):
                refused()
    finally:
        os.close(serving)
    move()


def test_no_web_server_starts_while_rows_are_laid_anew(tmp_path):
    run = tmp_path / "run"
    with running.standing_still(run):
        with pytest.raises(ImproperlyConfigured, match="a restore or a move is at work"):
            running.claim_web(run)
        with pytest.raises(running.SiteIsRunning), running.standing_still(run):
            pass
    os.close(running.claim_web(run))
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="can't be written: .*Make it writable"):
        running.claim_web(tmp_path / "file")


@pytest.mark.postgresql
def test_postgresql_waits_for_no_lock_without_end_and_throws_nobody_out(postgresql_url):
    options = env.database_at(postgresql_url, "--database")
    options["OPTIONS"] = {"options": "-c idle_in_transaction_session_timeout=20s -c jit=off"}
    shown = {"lock_timeout": "20s", "idle_in_transaction_session_timeout": "0", "jit": "off"}

    with open_database("read", written(options)) as alias, connections[alias].cursor() as cursor:
        for name, value in shown.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "--database is of a kind that is not known here.*postgres://"),
        ("", "--database is of a kind that is not known here.*postgres://"),
        ("mysql://name:hush-hush@host/name", "--database is of a kind.*postgres://"),
        ("postgres://name:hush-hush@host:abc/x", "--database has a host or a port that is none"),
        ("postgres://name:hush-hush@host", "--database names no database"),
        ("sqlite://", "--database is in memory"),
        ("postgres://name:hush-hush@127.0.0.1:1/x", "The database to move to: .*--database"),
        ("sqlite:////nowhere/at/all", "The database to move to: unable to open.*--database"),
    ],
)
def test_a_database_that_can_not_be_moved_to_is_told_in_one_line(db, address, said):
    with pytest.raises(CommandError, match=said) as caught:
        call_command("move_to", "--database", address)

    assert "hush-hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@contextlib.contextmanager
def unchanged():
    before = everything()
    yield
    assert everything() == before


def spoil(folder: Path, name: str, data: bytes | None):
    (folder / name).unlink()
    if data is not None:
        (folder / name).write_bytes(data)


def test_a_backup_that_is_broken_is_told_and_nothing_is_changed(filled, tmp_path):
    folder = tmp_path / "b"
    backups.write(folder, default_storage, silent)
    rows, facts = (folder / name for name in (backups.ROWS, backups.FACTS))
    whole = {path: path.read_bytes() for path in (rows, facts)}
    for path, data, said in (
        (rows, None, "rows.sqlite3 is missing. Nothing was changed"),
        (rows, b"", "no whole backup: .* has 0 rows, and backup.json tells of"),
        (rows, b"garbage" * 999, "rows.sqlite3: file is not a database. Nothing was changed"),
        (facts, b"{garbage", "backup.json can't be read. Nothing was changed"),
        (facts, b'{"rows": [1]}', "backup.json can't be read. Nothing was changed"),
        (facts, b'{"rows": {"accounts_person": 9}}', "accounts_person has 2 rows.* tells of 9"),
    ):
        spoil(folder, path.name, data)
        with unchanged(), pytest.raises(CommandError, match=said):
            call_command("restore", str(folder), "--replace")
        path.write_bytes(whole[path])
    with unchanged():
        call_command("restore", str(folder), "--replace")


def test_no_row_is_touched_before_every_file_is_there(files_on_disk, filled, tmp_path, monkeypatch):
    folder = tmp_path / "b"
    backups.write(folder, default_storage, silent)
    Person.objects.filter(pk=filled[0].owner_id).update(name="Later")
    default_storage.delete(filled[0].original)
    full = OSError(28, "No space left on device", "/there")
    real = DurableFileSystemStorage._written

    def no_room(storage, content):
        if content.size > 100:
            raise full
        return real(storage, content)

    monkeypatch.setattr(DurableFileSystemStorage, "_written", no_room)

    with unchanged(), pytest.raises(CommandError, match="No space left.*what has arrived stays"):
        call_command("restore", str(folder), "--replace")


def test_a_backup_of_a_database_that_is_away_or_empty_tells_which(filled, tmp_path, monkeypatch):
    folder = str(tmp_path / "b")
    away = live.DATABASES["default"] | {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": 1,
        "NAME": "x",
        "OPTIONS": {},
    }
    empty = backups._sqlite(tmp_path / "empty.sqlite3")
    for database, said in (
        (away, "no whole backup. This site's database: .*refused.*DATABASE_URL is right"),
        (empty, "This site's database lacks tables of this version.*manage.py migrate"),
    ):
        monkeypatch.setitem(live.DATABASES, "default", database)
        with pytest.raises(CommandError, match=said):
            call_command("backup", folder)
    monkeypatch.setitem(live.DATABASES, "default", away)
    with pytest.raises(CommandError, match="This site's database: .*DATABASE_URL is right"):
        call_command("restore", folder)
