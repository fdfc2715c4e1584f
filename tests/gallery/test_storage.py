import os
import random
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asking import in_s3
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage

from gallery.storage import DurableFileSystemStorage, is_healthy

NAME = "images/ab/abcd.png"

CHILD = """
import sys
from django.conf import settings
from django.core.files.base import ContentFile, File
from gallery.storage import DurableFileSystemStorage
settings.configure()
storage = DurableFileSystemStorage(sys.argv[1])
NAME = sys.argv[2]
"""
STOPS_HALF_WAY = (
    CHILD
    + """
class Slow(File):
    def chunks(self, chunk_size=None):
        yield b"x" * 300_000
        print("half", flush=True)
        sys.stdin.read()

storage.save(NAME, Slow(None, NAME))
"""
)
NEVER_STOPS = (
    CHILD
    + """
while True:
    for letter in "abcdefgh":
        storage.save(NAME, ContentFile(letter.encode() * 1_000_000))
        print("saved", flush=True)
"""
)
IS_LIMITED = (
    CHILD
    + """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    storage.save(NAME, ContentFile(b"x" * 1_000_000))
except OSError as error:
    print(type(error).__name__)
"""
)

pytestmark = pytest.mark.django_db  # the end of an answer looks after its connections


@pytest.fixture
def storage(folder):
    return folder


def child(program, storage):
    return subprocess.Popen(
        [sys.executable, "-c", program, storage.location, NAME],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def kept(storage, name=NAME):
    with storage.open(name) as file:
        return file.read()


def files(storage):
    return sorted(path for path in Path(storage.location).rglob("*") if path.is_file())


def test_what_is_saved_is_there_under_the_very_name(storage):
    name = storage.save(NAME, ContentFile(b"picture"))

    assert name == NAME
    assert kept(storage) == b"picture"
    assert files(storage) == [Path(storage.location, NAME)]


def test_saving_again_replaces_and_makes_no_second_file(storage):
    storage.save(NAME, ContentFile(b"first, and longer"))

    name = storage.save(NAME, ContentFile(b"second"))

    assert name == NAME
    assert kept(storage) == b"second"
    assert len(files(storage)) == 1


def test_a_reader_of_the_old_file_reads_it_to_its_end(storage):
    storage.save(NAME, ContentFile(b"first"))

    with storage.open(NAME) as file:
        storage.save(NAME, ContentFile(b"other"))
        assert file.read() == b"first"


def test_an_open_file_is_saved_from_its_beginning(storage, tmp_path):
    (tmp_path / "arrived").write_bytes(b"0123456789" * 50_000)

    with open(tmp_path / "arrived", "rb") as file:
        file.seek(7)
        storage.save(NAME, File(file))

    assert kept(storage) == b"0123456789" * 50_000


@pytest.mark.parametrize("content, expected", [(b"", b""), ("zażółć", "zażółć".encode())])
def test_nothing_and_text_can_be_saved_too(storage, content, expected):
    storage.save(NAME, ContentFile(content))

    assert kept(storage) == expected


def test_files_are_for_nobody_else_to_read(storage):
    storage.save(NAME, ContentFile(b"picture"))

    modes = [stat.S_IMODE(path.stat().st_mode) for path in Path(storage.location, NAME).parents[:3]]
    assert stat.S_IMODE(Path(storage.location, NAME).stat().st_mode) == 0o600
    assert modes == [0o700] * 3


def test_a_web_server_may_be_let_in(tmp_path):
    storage = DurableFileSystemStorage(
        tmp_path / "media", file_permissions_mode=0o640, directory_permissions_mode=0o750
    )

    storage.save(NAME, ContentFile(b"picture"))

    assert stat.S_IMODE(Path(storage.location, NAME).stat().st_mode) == 0o640
    assert stat.S_IMODE(Path(storage.location, NAME).parent.stat().st_mode) == 0o750


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc/outside"])
def test_nothing_is_saved_outside(storage, name):
    with pytest.raises(SuspiciousFileOperation):
        storage.save(name, ContentFile(b"x"))


def test_many_may_save_the_same_file_at_once(storage):
    with ThreadPoolExecutor(8) as pool:
        names = pool.map(lambda _: storage.save(NAME, ContentFile(b"x" * 200_000)), range(40))

    assert set(names) == {NAME}
    assert kept(storage) == b"x" * 200_000
    assert len(files(storage)) == 1


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_a_process_killed_half_way_leaves_no_half_file(storage, before):
    if before:
        storage.save(NAME, ContentFile(before))
    process = child(STOPS_HALF_WAY, storage)
    assert process.stdout.readline() == b"half\n"

    process.kill()
    process.communicate()

    assert process.returncode == -9
    assert storage.exists(NAME) == bool(before)
    assert not before or kept(storage) == before
    [leftover] = storage.leftovers(older_than=0)
    assert leftover.endswith(".part")


def test_a_process_killed_at_any_moment_leaves_a_whole_file(storage):
    moments = random.Random(7)
    for _ in range(6):
        process = child(NEVER_STOPS, storage)
        process.stdout.readline()
        time.sleep(moments.uniform(0, 0.03))  # any moment will do: there is none to wait for

        process.kill()
        process.communicate()

        data = kept(storage)
        assert len(data) == 1_000_000
        assert data == data[:1] * 1_000_000


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(storage):
    storage.save(NAME, ContentFile(b"what was there"))

    told, _ = child(IS_LIMITED, storage).communicate()

    assert told == b"OSError\n"
    assert kept(storage) == b"what was there"
    assert storage.leftovers(older_than=0) == []


def test_a_name_that_cannot_be_taken_leaves_nothing(storage):
    storage.save(f"{NAME}/inside", ContentFile(b"x"))

    with pytest.raises(OSError):
        storage.save(NAME, ContentFile(b"x"))

    assert storage.leftovers(older_than=0) == []


def test_leftovers_can_be_cleared_once_they_are_old(storage):
    storage.save(NAME, ContentFile(b"picture"))
    parts = Path(storage.location, ".parts")
    (parts / "old.part").write_bytes(b"half")
    (parts / "young.part").write_bytes(b"half")
    os.utime(parts / "old.part", (time.time() - 4000,) * 2)

    for name in storage.leftovers(older_than=3600):
        storage.delete(name)

    assert files(storage) == [parts / "young.part", Path(storage.location, NAME)]


def test_a_storage_that_was_never_used_has_no_leftovers(storage):
    assert storage.leftovers(older_than=0) == []


def test_a_storage_that_keeps_what_it_gets_is_healthy(storage):
    assert is_healthy(storage) == ""
    assert is_healthy(InMemoryStorage()) == ""
    assert files(storage) == []


def test_what_a_look_that_was_cut_short_has_left_is_cleared_like_half_written_files(
    storage, monkeypatch
):
    monkeypatch.setattr(storage, "delete", lambda name: None)

    is_healthy(storage)

    [leftover] = storage.leftovers(older_than=0)
    assert leftover.startswith(".parts/probe-")


def test_a_storage_that_cannot_be_written_is_told_in_words(tmp_path):
    (tmp_path / "media").write_text("a file where a folder should be")

    assert "can't be kept" in is_healthy(DurableFileSystemStorage(tmp_path / "media"))


def test_a_storage_that_gives_back_something_else_is_told_in_words():
    class Forgetful(InMemoryStorage):
        def _save(self, name, content):
            return super()._save(name, ContentFile(b"something else"))

    assert "different" in is_healthy(Forgetful())


def test_a_bucket_is_healthy_while_it_answers(bucket):
    assert is_healthy(bucket) == ""


def test_a_bucket_that_is_not_there_is_told_in_words(s3):
    assert "can't be kept" in is_healthy(in_s3(s3, "gone"))


def test_trouble_of_a_store_is_told_as_that_of_a_disk(s3):
    gone = in_s3(s3, "gone")

    for attempt in (
        lambda: gone.save("a.png", ContentFile(b"a")),
        lambda: gone.leftovers(0),
    ):
        with pytest.raises(OSError, match="NoSuchBucket"):
            attempt()


def test_trouble_of_a_store_names_the_store_and_no_picture():
    nowhere = in_s3("http://127.0.0.1:1", "pictures")

    with pytest.raises(OSError, match="http://127.0.0.1:1/…") as told:
        nowhere.save("originals/a.png", ContentFile(b"a"))
    assert "originals" not in str(told.value)


def test_probes_that_were_left_in_a_store_are_found(s3):
    store = in_s3(s3, "pictures")
    store.bucket.create()
    store.save(".parts/probe-1.part", ContentFile(b"left behind"))
    store.save("originals/a.png", ContentFile(b"kept"))

    assert store.leftovers(older_than=-5) == [".parts/probe-1.part"]
    assert store.leftovers(older_than=60) == []
