"""A site moves by real processes: killed on the way, to other kinds of database and storage, and
not while somebody serves from it."""

import contextlib
import hashlib
import json
import sqlite3
import urllib.request
from pathlib import Path
from typing import Any

import psycopg
import pytest
from processes import Program, free_port, wait_for
from store import Store
from whole_site import environment

FILES = 120
TABLES = ("accounts_person", "gallery_generation", "gallery_image", "django_migrations")
FILL = """
import hashlib, uuid
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from accounts.models import Person
from gallery.models import Generation, Image
owner = Person.objects.create_user("alice@example.org", None, name="Alice")
job = Generation.objects.create(
    owner=owner, prompt="p", model_name="m", size="1:1", price=1, status="succeeded"
)
for number in range({files}):
    data = hashlib.sha256(str(number).encode()).digest() * 20000
    name = default_storage.save(f"originals/{{number}}.png", ContentFile(data))
    Image.objects.create(
        owner=owner, generation=job, prompt="p", model_name="m", width=1, height=1,
        bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), content_type="image/png",
        colour="#000000", original=name, renditions={{}},
    )
"""


def moving(tmp_path: Path, run: str) -> Program:
    target = f"sqlite:///{tmp_path}/moved.sqlite3"
    command = ["move_to", "--database", target, "--storage", f"file:{tmp_path}/moved"]
    return Program(*command, env=environment(tmp_path), log=tmp_path / f"{run}.log")


def arrived(tmp_path: Path) -> dict[str, Path]:
    files = (tmp_path / "moved" / "originals").glob("*.png")
    return {f"originals/{path.name}": path for path in files}


def fill(tmp_path: Path, files: int) -> None:
    ran(tmp_path, "migrate", "--verbosity=0")
    ran(tmp_path, "shell", "--verbosity=0", "-c", FILL.format(files=files))


def ran(tmp_path: Path, *command: str, code: int = 0, **settings: str) -> str:
    """What a command said, which ended with this code."""
    log = tmp_path / "command.log"
    program = Program(*command, env=environment(tmp_path, **settings), log=log)
    assert program.main.wait(170) == code, log.read_text()
    return log.read_text()


def refusal(tmp_path: Path, *command: str, code: int = 1, **settings: str) -> str:
    """The last line, and no traceback before it."""
    said = ran(tmp_path, *command, code=code, **settings)
    assert "Traceback" not in said and "panicked" not in said, said
    return said.splitlines()[-1]


def counts(database: Any) -> dict[str, int]:
    every = {table: database.execute(f"SELECT count(*) FROM {table}") for table in TABLES}
    return {table: cursor.fetchone()[0] for table, cursor in every.items()}


def test_a_move_that_is_killed_goes_on_where_it_was(tmp_path):
    fill(tmp_path, FILES)
    first = moving(tmp_path, "first")
    wait_for((tmp_path / "moved.sqlite3").exists, 120, "the beginning of the rows")
    first.kill()
    second = moving(tmp_path, "second")
    wait_for(lambda: len(arrived(tmp_path)) >= 3, 240, second.log.read_text)
    second.kill()
    early = {name: path.stat().st_mtime_ns for name, path in arrived(tmp_path).items()}
    last = moving(tmp_path, "last")

    assert last.main.wait(240) == 0, last.log.read_text()
    assert "are the same" in last.log.read_text()
    assert 3 <= len(early) < FILES
    with sqlite3.connect(tmp_path / "moved.sqlite3") as database:
        rows = dict(database.execute("SELECT original, sha256 FROM gallery_image").fetchall())
    there = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in arrived(tmp_path).items()
    }
    assert rows == there and len(rows) == FILES, json.dumps(sorted(rows.keys() ^ there.keys()))
    # What was there is not copied again.
    assert {name: arrived(tmp_path)[name].stat().st_mtime_ns for name in early} == early


@pytest.mark.postgresql
def test_a_site_moves_to_postgresql_and_a_store_and_may_move_again(
    tmp_path, postgresql_url, store: Store
):
    fill(tmp_path, 5)
    with contextlib.closing(store.bucket("moved")) as bucket:
        where = ["--database", postgresql_url, "--storage", bucket.address]
        assert "All rows and files are there, and are the same" in ran(tmp_path, "move_to", *where)
        more = "from accounts.models import Person; Person.objects.create_user('b@example.org')"
        ran(tmp_path, "shell", "--verbosity=0", "-c", more)
        bucket.put("originals/3.png", bytes(32 * 20000))  # in the same size

        ran(tmp_path, "move_to", *where)

        folder = str(tmp_path / "backup")
        settings = {"DATABASE_URL": postgresql_url, "STORAGE_URL": bucket.address}
        ran(tmp_path, "backup", folder, **settings)
        bucket.put("originals/2.png", b"spoiled")
        assert "Restored." in ran(tmp_path, "restore", folder, "--replace", **settings)
        bucket.fetch_into(tmp_path / "moved")
    with (
        sqlite3.connect(tmp_path / "data" / "fluxsite.sqlite3") as here,
        psycopg.connect(postgresql_url) as there,
    ):
        assert counts(there) == counts(here)
        rows = dict(there.execute("SELECT original, sha256 FROM gallery_image").fetchall())
    assert counts(here)["accounts_person"] == 2
    found = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in arrived(tmp_path).items()
    }
    assert rows == found and len(rows) == 5


@pytest.mark.postgresql
def test_a_database_that_is_this_site_s_own_or_held_by_others_is_told(tmp_path, postgresql_url):
    ran(tmp_path, "migrate", "--verbosity=0")
    where = ["move_to", "--database", postgresql_url]
    ran(tmp_path, *where)
    alias = postgresql_url.replace("127.0.0.1", "localhost")

    said = refusal(tmp_path, "move_to", "--database", alias, code=1, DATABASE_URL=postgresql_url)
    assert "is the one that this site has now" in said
    with psycopg.connect(postgresql_url) as other:
        other.execute("LOCK TABLE accounts_person IN ACCESS SHARE MODE")
        said = refusal(tmp_path, *where)

    assert "Something else works in it: stop that" in said


def test_a_web_server_that_runs_alone_is_seen(tmp_path):
    fill(tmp_path, 1)
    port, folder = free_port(), str(tmp_path / "backup")
    serving = Program(
        "web", env=environment(tmp_path, PORT=str(port)), log=tmp_path / "serving.log"
    )
    try:
        wait_for(lambda: _answers(port), 60, serving.log.read_text)
        ran(tmp_path, "backup", folder)
        for command in (
            ["restore", folder, "--replace"],
            ["move_to", "--storage", f"file:{tmp_path}/moved"],
        ):
            said = refusal(tmp_path, *command)
            assert "Stop the site first" in said, said
        said = refusal(tmp_path, "web", code=2, PORT=str(port))
        assert f"PORT={port + 1}" in said, said
    finally:
        serving.kill()

    assert "Restored." in ran(tmp_path, "restore", folder, "--replace")
    said = refusal(tmp_path, "web", code=2, HOST="192.0.2.1")
    assert "192.0.2.1 is no address of this machine" in said


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
        return True
    return False
