import io
from datetime import UTC, datetime

import pytest
from django.core.files.storage import default_storage
from drawing import halves, is_near, shown, written
from PIL import Image as Pillow

from gallery import downloads
from gallery.embedding import Known
from gallery.pictures import open_picture

PROMPT = "Żółta łódź & <two> lemons, 夕暮れ"
KNOWN = Known(
    prompt=PROMPT,
    model="Flux Dev (flux-dev)",
    seed="284719306",
    made_at=datetime(2026, 11, 22, 10, 42, tzinfo=UTC),
)


def file_of(kind, known=KNOWN, image=None):
    picture = open_picture(written(image or halves()), downloads.WHOLE)
    return downloads.written(picture, downloads.AS[kind], known)


def xmp_of(image):
    (description,) = image.getxmp()["xmpmeta"]["RDF"]["Description"]["description"]["Alt"].values()
    return description["text"]


@pytest.mark.parametrize(("kind", "format"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_the_facts_are_where_other_programs_look(kind, format):
    image = shown(file_of(kind))

    assert (image.format, image.size) == (format, (80, 40))
    assert xmp_of(image) == f"{PROMPT}\nModel: Flux Dev (flux-dev)\nSeed: 284719306"
    if kind == "png":
        assert image.text["Description"] == PROMPT
        assert image.text["Comment"] == "Seed: 284719306"
    else:
        assert PROMPT in image.getexif()[270].encode("latin-1", "replace").decode(
            "utf-8", "replace"
        )


@pytest.mark.parametrize("kind", downloads.AS)
def test_without_facts_there_is_nothing_but_pixels(kind):
    data = file_of(kind, known=None)
    image = shown(data)

    assert not image.getexif() and not image.getxmp()
    assert not getattr(image, "text", {})
    assert b"lemons" not in data


def test_what_shows_through_is_kept_or_stands_on_white():
    image = Pillow.new("RGBA", (40, 40), (255, 0, 0, 0))

    assert shown(file_of("png", image=image)).getpixel((5, 5))[3] == 0
    assert is_near(shown(file_of("jpeg", image=image)).getpixel((5, 5)), (255, 255, 255))


def test_a_large_picture_keeps_its_size():
    image = Pillow.new("RGB", (1500, 1400), "teal")

    assert shown(file_of("webp", image=image)).size == (1500, 1400)


def test_an_original_that_is_missing_or_damaged_is_gone(alice, make_image):
    for data in (None, b"no picture"):
        image = make_image(alice)
        default_storage.delete(image.original)
        if data:
            default_storage.save(image.original, io.BytesIO(data))

        with pytest.raises(downloads.Gone):
            downloads.converted(image, downloads.AS["png"], with_facts=True)
