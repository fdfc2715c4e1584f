"""`move_to` is killed twice on its way and run again: all is there, and nothing is there twice."""

import hashlib
import json
import sqlite3
from pathlib import Path

from processes import Program, wait_for
from whole_site import environment

FILES = 120
FILL = f"""
import hashlib, uuid
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from accounts.models import Person
from gallery.models import Generation, Image
owner = Person.objects.create_user("alice@example.org", None, name="Alice")
job = Generation.objects.create(
    owner=owner, prompt="p", model_name="m", size="1:1", price=1, status="succeeded"
)
for number in range({FILES}):
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


def test_a_move_that_is_killed_goes_on_where_it_was(tmp_path):
    for command in (["migrate", "--verbosity=0"], ["shell", "--verbosity=0", "-c", FILL]):
        filling = Program(*command, env=environment(tmp_path), log=tmp_path / "filling.log")
        assert filling.main.wait(240) == 0, filling.log.read_text()

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
