"""Reading from a store that speaks S3: its troubles are told as a disk's, and name no file."""

import logging

import pytest
from asking import in_s3
from botocore.config import Config
from django.core.files.base import ContentFile
from store import Bucket, Store

from fluxsite import inventory
from gallery import files
from gallery.remote import StoreAway

NAME = "originals/ab/abcd.png"
DATA = b"0123456789" * 100
ONCE = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})


def read(store):
    with store.open(NAME) as file:
        return file.read()


READINGS = {
    "exists": lambda store: store.exists(NAME),
    "size": lambda store: store.size(NAME),
    "modified": lambda store: store.get_modified_time(NAME),
    "listdir": lambda store: store.listdir("originals/ab"),
    "leftovers": lambda store: store.leftovers(0),
    "open": read,
    "pieces": lambda store: b"".join(files.pieces_of(store, NAME)),
}


@pytest.fixture(scope="module")
def bucket():
    store = Store()
    bucket = Bucket(store, "reading")  # of a name of its own: stores of one process share them
    yield bucket
    bucket.close()
    store.close()


@pytest.fixture
def remote(bucket):
    bucket.door.open()
    remote = in_s3(f"http://127.0.0.1:{bucket.door.port}", "reading")
    remote.client_config = ONCE
    remote.save(NAME, ContentFile(DATA))
    return remote


@pytest.mark.parametrize("mood", ["away", "busy"])
@pytest.mark.parametrize("reading", READINGS)
def test_reading_names_no_picture_when_the_store_is_in_trouble(remote, bucket, reading, mood):
    READINGS[reading](remote)  # all is well
    bucket.door.shut(mood)

    with pytest.raises(StoreAway) as told:
        READINGS[reading](remote)

    assert "abcd" not in shown(told)


@pytest.mark.parametrize("mood", ["away", "cut"])
@pytest.mark.parametrize("read", ["whole", "part"])
def test_neither_does_a_file_that_was_open_already(remote, bucket, read, mood):
    file = remote.open(NAME)
    bucket.door.shut(mood)

    with pytest.raises(StoreAway) as told:
        file.read() if read == "whole" else file.part(range(len(DATA))).read(len(DATA))

    assert "abcd" not in shown(told)


@pytest.mark.parametrize("mood", ["away", "cut"])
def test_what_came_before_the_trouble_is_not_taken_for_the_whole(remote, bucket, mood):
    with remote.open(NAME) as file:
        bucket.door.shut(mood)
        for _ in range(2):
            with pytest.raises(StoreAway):
                file.read()

        bucket.door.open()
        assert file.read() == DATA


def shown(told):
    """As a log would show it."""
    record = logging.LogRecord(
        "x", logging.ERROR, "", 1, "", None, (told.type, told.value, told.tb)
    )
    return str(told.value) + logging.Formatter().format(record)


def test_a_file_that_is_not_there_is_missing_as_on_a_disk(remote):
    remote.delete(NAME)

    assert not remote.exists(NAME)
    for reading in ("size", "modified", "open", "pieces"):
        with pytest.raises(FileNotFoundError):
            READINGS[reading](remote)


def test_so_is_one_that_is_deleted_after_it_was_opened(remote):
    file = remote.open(NAME)
    remote.delete(NAME)

    for read in (file.read, lambda: file.part(range(2))):
        with pytest.raises(FileNotFoundError):
            read()


def test_a_part_is_what_was_asked_for(remote):
    with remote.open(NAME) as file:
        part = file.part(range(3, 7))
        assert part.read(100) == DATA[3:7]
        part.close()


def test_the_doctor_tells_of_a_store_that_can_not_be_read(db, remote, bucket, monkeypatch):
    monkeypatch.setattr(inventory, "default_storage", remote)
    assert not [each for each in inventory.take_stock() if "can't be read" in each.says]
    bucket.door.shut("away")

    found = list(inventory.take_stock())

    assert [each.is_bad for each in found] == [True, False]
    assert "the storage can't be read: " in found[0].says
    assert f"http://127.0.0.1:{bucket.door.port}/…" in found[0].says
    assert found[1].part == "results"
