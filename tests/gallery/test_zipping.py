import csv
import io
import zipfile

import pytest
from asking import in_s3
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery import naming, zipping
from gallery.models import Gallery, Membership, Placement
from gallery.zipping import Busy, Zip


@pytest.fixture
def images(alice, make_image):
    return [make_image(alice, prompt=f"A door, number {number}") for number in range(3)]


def entries(images, person, template=naming.USUAL):
    return zipping.entries_of([image.pk for image in images], person, template)


def read(content):
    data = b"".join(content)
    content.close()
    return zipfile.ZipFile(io.BytesIO(data)), data


def facts_in(archive):
    text = archive.read("facts.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def original(image):
    with default_storage.open(image.original) as file:
        return file.read()


def originals(images):
    return [original(image) for image in images]


def in_memory(images):
    storage = InMemoryStorage()
    for image in images:
        storage.save(image.original, ContentFile(original(image)))
    return storage


def test_it_holds_every_original_byte_by_byte(files_on_disk, alice, images):
    content = Zip(entries(images, alice), default_storage, who="alice")
    size = content.size

    archive, data = read(content)

    assert archive.testzip() is None and len(data) == size
    assert [archive.read(row["file"]) for row in facts_in(archive)] == originals(images)
    assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}


def test_where_sizes_are_not_known_it_is_the_same_zip(alice, images):
    content = Zip(entries(images, alice), in_memory(images), who="alice")
    assert content.size is None

    archive, _ = read(content)

    assert archive.testzip() is None
    assert [archive.read(row["file"]) for row in facts_in(archive)] == originals(images)


def test_it_is_read_from_s3_piece_by_piece(alice, images, s3):
    storage = in_s3(s3, "zips")
    storage.connection.create_bucket(Bucket="zips")
    for image in images[:2]:
        storage.save(image.original, ContentFile(original(image)))

    archive, _ = read(Zip(entries(images, alice), storage, who="alice"))

    rows = facts_in(archive)
    assert [archive.read(row["file"]) for row in rows[:2]] == originals(images[:2])
    assert rows[2]["note"].startswith("Missing")


@pytest.mark.parametrize("make_storage", [lambda images: default_storage, in_memory])
def test_a_missing_file_is_named_and_the_zip_goes_on(make_storage, alice, images):
    storage = make_storage(images)
    storage.delete(images[1].original)

    archive, _ = read(Zip(entries(images, alice), storage, who="alice"))

    notes = [row["note"] for row in facts_in(archive)]
    assert notes == ["", "Missing: the file is not in the storage", ""]
    assert len(archive.namelist()) == 3


def test_a_file_that_breaks_off_is_named_and_the_zip_goes_on(alice, images, monkeypatch):
    def pieces_of(storage, name):
        yield b"half"
        if name == images[0].original:
            raise OSError("gone")

    monkeypatch.setattr("gallery.files.pieces_of", pieces_of)

    archive, _ = read(Zip(entries(images, alice), in_memory(images), who="alice"))

    assert [bool(row["note"]) for row in facts_in(archive)] == [True, False, False]


def test_the_table_tells_what_is_known(alice, make_generation, make_image):
    job = make_generation(alice, status="succeeded", cost="0.5")
    two = [make_image(alice, generation=job, position=n, seed="42") for n in range(2)]

    archive, _ = read(Zip(entries(two[:1], alice), default_storage, who="alice"))

    (row,) = facts_in(archive)
    assert row["cost"] == "0.25" and row["owner"] == "Alice Adler" and row["seed"] == "42"
    assert (row["width"], row["height"], row["model"]) == ("64", "48", "flux-dev")
    assert row["sha256"] == two[0].sha256 and row["created"].startswith("20")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\n@", "＝"])
def test_a_spreadsheet_takes_no_prompt_for_a_formula(start, alice, make_image):
    image = make_image(alice, prompt=f"{start}cmd|' /C calc'!A0;=1+1")

    archive, _ = read(Zip(entries([image], alice), default_storage, who="alice"))

    text = archive.read("facts.csv").decode("utf-8-sig")
    (row,) = facts_in(archive)
    assert row["prompt"].startswith("'")
    assert all(cell.startswith('"') for cell in text.splitlines()[0].split(","))


def test_what_one_does_not_see_is_not_in_it(alice, bob, images, make_image):
    shared, secret = make_image(bob), make_image(bob)
    gallery = Gallery.objects.create(name="Spring", owner=bob)
    Membership.objects.create(gallery=gallery, person=alice)
    Placement.objects.create(gallery=gallery, image=shared)

    found = [entry.image for entry in entries([secret, shared, images[0]], alice)]

    assert found == [shared, images[0]]


def test_the_number_of_queries_does_not_grow(alice, make_image):
    images = [make_image(alice) for _ in range(30)]

    def queries(some):
        with CaptureQueriesContext(connection) as queries:
            read(Zip(entries(some, alice), default_storage, who="alice"))
        return len(queries)

    assert queries(images[:2]) == queries(images)


def test_when_nobody_listens_any_more_nothing_is_read_any_more(alice, images, monkeypatch):
    read_names, pieces_of = [], zipping.files.pieces_of

    def watched(storage, name):
        read_names.append(name)
        return pieces_of(storage, name)

    monkeypatch.setattr("gallery.files.pieces_of", watched)
    for storage in (default_storage, in_memory(images)):
        read_names.clear()
        content = Zip(entries(images, alice), storage, who="alice")
        next(iter(content))
        next(iter(content))
        content.close()

        assert read_names == [images[0].original]
        assert list(content) == []


def test_only_so_many_are_made_at_once_and_each_end_makes_room(alice, images):
    some = entries(images, alice)
    zips = [Zip(some, default_storage, who=str(number)) for number in range(zipping.AT_ONCE)]
    with pytest.raises(Busy):
        Zip(some, default_storage, who="alice")

    zips[0].close()  # never begun
    zips[0].close()
    again = Zip(some, default_storage, who="alice")
    with pytest.raises(Busy):
        Zip(some, default_storage, who="alice")
    for each in (*zips, again):
        each.close()


def test_what_can_not_begin_takes_no_room(alice, images, monkeypatch):
    monkeypatch.setattr("gallery.zipping._sized", lambda *args: 1 / 0)
    for _ in range(zipping.AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError):
            Zip(entries(images, alice), default_storage, who="alice")
