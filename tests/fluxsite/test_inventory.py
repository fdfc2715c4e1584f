"""`doctor --deep`: files beside rows."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from fluxsite import inventory
from gallery import uploads
from gallery.models import Image, Result
from gallery.pictures import RENDITIONS
from tests.conftest import a_picture


@pytest.fixture(autouse=True)
def without_leftovers():
    """Tests share a storage, and leave files in it whose rows are gone."""
    for shelf in inventory.SHELVES:
        for name in list(inventory._files_on(shelf)):
            default_storage.delete(name)


@pytest.fixture
def image(alice, make_image):
    """Its files are where the site keeps them."""
    image = make_image(alice)
    folder = image.pk.hex[:2]
    with default_storage.open(image.original) as file:
        image.original = default_storage.save(
            f"originals/{folder}/{image.pk}.png", ContentFile(file.read())
        )
    image.renditions = {
        size: default_storage.save(f"renditions/{folder}/{image.pk}-{size}.webp", ContentFile(b"x"))
        for size in RENDITIONS
    }
    image.save()
    return image


def told():
    return {(finding.says, bool(finding.mend)) for finding in inventory.take_stock()}


def is_told(words, *, bad):
    return any(words in says and is_bad == bad for says, is_bad in told())


def test_all_files_are_where_their_rows_say(image, alice):
    uploads.keep(SimpleUploadedFile("a.png", a_picture("PNG", (64, 48))), by=alice)

    number = 1 + len(RENDITIONS)
    assert is_told(f"{2 * number} files are where their rows say", bad=False)
    assert is_told("every original has its checksum", bad=False)
    assert is_told("no file is there without a row", bad=False)


def test_a_missing_file_is_named_with_a_mend(image):
    default_storage.delete(image.original)

    assert is_told(f"1 files are missing: {image.original}", bad=True)


def test_a_damaged_original_is_named(image):
    default_storage.delete(image.original)
    default_storage.save(image.original, ContentFile(b"something else"))

    assert is_told(f"1 originals are not what arrived: {image.original}", bad=True)


def test_a_file_without_a_row_is_told_once_it_is_old(image, monkeypatch):
    name = default_storage.save("originals/ab/forgotten.png", ContentFile(b"x"))
    assert is_told("no file is there without a row", bad=False)

    monkeypatch.setattr(inventory, "YOUNG", timedelta(hours=-1))

    assert is_told(f"1 files belong to no row: {name}", bad=False)


def test_what_is_deleted_for_good_is_not_missed(image):
    for name in (image.original, *image.renditions.values()):
        default_storage.delete(name)
    Image.objects.update(doomed_at=timezone.now(), purged_at=timezone.now(), original="")

    assert is_told("0 files are where their rows say", bad=False)


def test_a_result_that_waits_for_long_is_told(alice, make_generation):
    job = make_generation(alice, status="storing")
    Result.objects.create(generation=job, url="https://example.org/1.png", position=0)
    assert is_told("none waits to be fetched", bad=False)

    Result.objects.update(created_at=timezone.now() - timedelta(hours=3))

    assert is_told(f"1 results wait to be fetched for over two hours: {job.pk}", bad=True)


def test_the_doctor_looks_at_files_only_when_asked(image, capsys):
    default_storage.delete(image.original)
    said = []
    for arguments in ([], ["--deep"]):
        with pytest.raises(SystemExit):
            call_command("doctor", *arguments, no_color=True)
        said.append(capsys.readouterr().out)

    assert "files are missing" not in said[0]
    assert "bad files: 1 files are missing" in said[1]
