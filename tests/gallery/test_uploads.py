import io
import random
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from drawing import BLUE, RED, detailed, halves, is_near, png, shown, written
from PIL import ExifTags, Image
from pillow_heif import register_heif_opener

from gallery import uploads
from gallery.models import Upload
from gallery.pictures import PictureRefused

register_heif_opener()
GPS = {1: "N", 2: (52.0, 31.0, 0.0)}


def a_file(data, name="picture.png"):
    return SimpleUploadedFile(name, getattr(data, "getvalue", lambda: data)())


def keep(data, person):
    return uploads.keep(a_file(data), by=person)


def kept_bytes(upload):
    with default_storage.open(upload.name) as file:
        return file.read()


def stored():
    _, files = default_storage.listdir(".") if default_storage.exists(".") else ([], [])
    return files


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "HEIF"])
def test_each_kind_is_kept_as_png_or_jpeg(alice, kind):
    upload = keep(written(halves(), kind), alice).upload

    picture = shown(kept_bytes(upload))
    assert (upload.width, upload.height) == picture.size == (80, 40)
    assert picture.format == ("PNG" if kind in ("PNG", "GIF") else "JPEG")
    assert upload.content_type == f"image/{picture.format.lower()}"
    assert is_near(picture.convert("RGB").getpixel((10, 20)), RED, by=30)
    assert set(upload.renditions) == {"small", "medium", "large"}


def sideways(kind, **options):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "Somebody"
    exif._ifds[ExifTags.IFD.GPSInfo] = GPS
    return written(halves(), kind, exif=exif.tobytes(), **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_is_turned_upright_and_says_no_more_where_it_was_taken(alice, kind):
    upload = keep(sideways(kind), alice).upload

    picture = shown(kept_bytes(upload))
    assert picture.size == (40, 80)
    assert is_near(picture.convert("RGB").getpixel((20, 10)), RED, by=30)
    assert is_near(picture.convert("RGB").getpixel((20, 70)), BLUE, by=30)
    assert not dict(picture.getexif())
    assert b"Somebody" not in kept_bytes(upload)


def test_comments_do_not_come_through(alice):
    upload = keep(written(halves(), "JPEG", comment=b"a secret"), alice).upload

    assert b"a secret" not in kept_bytes(upload)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("L", "JPEG"), ("P", "PNG"), ("1", "PNG")],
)
def test_other_colours_are_converted(alice, mode, kind):
    if kind == "TIFF":
        with pytest.raises(PictureRefused, match="not a PNG"):
            keep(written(halves(mode), kind), alice)
        return

    upload = keep(written(halves(mode), kind), alice).upload

    assert shown(kept_bytes(upload)).mode == "RGB"


def test_sixteen_bits_become_eight(alice):
    grey = Image.new("I;16", (80, 40), 40_000)

    upload = keep(written(grey), alice).upload

    assert is_near(shown(kept_bytes(upload)).convert("RGB").getpixel((5, 5)), (156,) * 3)


def test_what_shows_through_still_does(alice):
    glass = Image.new("RGBA", (80, 40), (255, 0, 0, 90))

    picture = shown(kept_bytes(keep(written(glass, "WEBP", lossless=True), alice).upload))

    assert (picture.format, picture.mode) == ("PNG", "RGBA")


def test_of_an_animation_the_first_frame_is_taken_with_a_word(alice):
    frames = [Image.new("P", (64, 64), colour) for colour in range(1, 250)] * 2
    data = written(
        halves(size=(64, 64)), "GIF", save_all=True, append_images=frames, duration=20, loop=0
    )

    kept = keep(data, alice)

    assert "first frame" in kept.note
    assert is_near(shown(kept_bytes(kept.upload)).convert("RGB").getpixel((5, 5)), RED)


def test_large_pictures_are_kept_smaller(alice):
    upload = keep(written(Image.new("RGB", (5000, 2500), "red"), "JPEG"), alice).upload

    assert (upload.width, upload.height) == (4096, 2048)
    assert upload.content_type == "image/jpeg"


def half(kind):
    data = written(detailed((300, 200)), kind).getvalue()
    return data[: len(data) // 2]


def too_many_pixels():
    return written(Image.new("L", (8000, 5001)), "PNG", compress_level=1).getvalue()


REFUSED = {
    "a text": (lambda: b"Dear diary, " * 500, "not a PNG, JPEG, WebP, GIF or HEIC picture"),
    "an svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG"),
    "nothing": (lambda: b"", "empty"),
    "half a jpeg": (lambda: half("JPEG"), "damaged or cut short"),
    "half a png": (lambda: half("PNG"), "damaged or cut short"),
    "half a webp": (lambda: half("WEBP"), "damaged or cut short|not a PNG"),
    "half a heic": (lambda: half("HEIF"), "damaged or cut short|not a PNG"),
    "a bomb": (lambda: png(60_000, 60_000, b""), "more than 40 megapixels"),
    "41 megapixels": (too_many_pixels, "more than 40 megapixels"),
    "26 MB": (lambda: written(halves()).getvalue() + bytes(26_000_000), "26.0 MB, and 25.0 MB"),
}


@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_used_is_refused_in_words_and_not_kept(alice, data, said):
    before = set(files_below("uploads"))

    with pytest.raises(PictureRefused, match=said):
        keep(data(), alice)

    assert not Upload.objects.exists()
    assert set(files_below("uploads")) == before


def files_below(folder):
    if not default_storage.exists(folder):
        return
    folders, names = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in names)
    for each in folders:
        yield from files_below(f"{folder}/{each}")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "HEIF"])
def test_damage_anywhere_is_refused_or_survived(alice, kind):
    whole, dice = written(detailed((60, 40)), kind).getvalue(), random.Random(kind)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            keep(io.BytesIO(bytes(data[: dice.randrange(1, len(data) + 1)])), alice)
        except PictureRefused as refusal:
            assert refusal.reason


def test_a_row_that_cannot_be_written_leaves_no_file(alice, monkeypatch):
    before = set(files_below("uploads"))

    def broken(**fields):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Upload.objects, "create", broken)
    with pytest.raises(RuntimeError):
        keep(written(halves()), alice)

    assert set(files_below("uploads")) == before


def test_unused_ones_are_forgotten_after_a_day_and_used_ones_never(alice, make_generation):
    unused, used, fresh = (keep(written(halves()), alice).upload for _ in range(3))
    make_generation(alice, action="edit", reference_upload=used)
    old = timezone.now() - timedelta(days=1, minutes=1)
    Upload.objects.filter(pk__in=[unused.pk, used.pk]).update(created_at=old)

    uploads.clear_unused()

    assert set(Upload.objects.all()) == {used, fresh}
    assert not default_storage.exists(unused.name)
    assert not any(map(default_storage.exists, unused.renditions.values()))
    assert default_storage.exists(used.name)
