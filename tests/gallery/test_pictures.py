import io
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from drawing import detailed, halves, png, png_chunk, png_header, written
from PIL import Image, ImageFile

from gallery.pictures import PictureRefused, examine, open_picture, renditions


def refusal(data):
    with pytest.raises(PictureRefused) as caught:
        open_picture(io.BytesIO(data)).renditions()
    assert caught.value.reason == str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "format, expected",
    [
        ("PNG", ("png", "image/png", "png")),
        ("JPEG", ("jpeg", "image/jpeg", "jpg")),
        ("WEBP", ("webp", "image/webp", "webp")),
        ("GIF", ("gif", "image/gif", "gif")),
        ("MPO", ("jpeg", "image/jpeg", "jpg")),
    ],
)
def test_the_type_is_read_from_the_bytes(format, expected):
    more = {"append_images": [halves()], "save_all": True} if format == "MPO" else {}

    facts = examine(written(halves(), format, **more))

    assert (facts.format, facts.content_type, facts.extension) == expected
    assert (facts.width, facts.height) == (80, 40)


@pytest.mark.parametrize("format", ["BMP", "TIFF", "ICO", "PPM", "AVIF", "PDF", "EPS"])
def test_other_formats_are_refused(format):
    caught = refusal(written(halves(size=(32, 32)), format).getvalue())

    assert not caught.is_final
    assert "PNG, JPEG, WebP or GIF" in caught.reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><title>Not found</title>",
        b'{"error": {"code": "not_found"}}',
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBP",
    ],
)
def test_what_is_no_picture_may_be_downloaded_again(data):
    assert not refusal(data).is_final


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.95, 0.999])
def test_a_picture_that_is_cut_short_may_be_downloaded_again(format, part):
    data = written(detailed(), format).getvalue()

    caught = refusal(data[: int(len(data) * part)])

    assert not caught.is_final


@pytest.mark.parametrize("format, tail", [("PNG", 12), ("JPEG", 2)])
def test_even_the_mark_of_the_end_is_missed(format, tail):
    assert not refusal(written(detailed(), format).getvalue()[:-tail]).is_final


def test_a_png_with_one_wrong_bit_is_refused():
    data = bytearray(written(detailed()).getvalue())
    data[len(data) // 2] ^= 1

    assert not refusal(bytes(data)).is_final


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the metadata that it meets
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_damage_of_any_kind_ends_in_a_picture_or_a_refusal(format):
    whole, dice = written(detailed((60, 40)), format).getvalue(), random.Random(format)
    outcomes = set()

    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.choice([1, 2, 20])):
            data[dice.randrange(dice.choice([60, len(data)]))] = dice.randrange(256)
        try:
            outcomes.add(len(renditions(io.BytesIO(data))))
        except PictureRefused as refused:
            outcomes.add(refused.reason)

    assert outcomes > {"The picture is damaged or cut short."}


BOMBS = {
    "png": png_header(30_000, 30_000) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b""),
    "png just too large": png(10_000, 10_001, b""),
    "jpeg": b"\xff\xd8\xff\xc0\x00\x11\x08\x75\x30\x75\x30\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00"
    b"\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00",
    "webp": b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\xff\xff\x00" * 2,
    "gif": b"GIF89a\x30\x75\x30\x75\x00\x00\x00,\0\0\0\0\x30\x75\x30\x75\x00\x02\x02\x44\x01\0;",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_for_good(name):
    caught = refusal(BOMBS[name])

    assert caught.is_final
    assert "100 megapixels" in caught.reason


@pytest.mark.filterwarnings("default::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_where_warnings_are_no_errors():
    with pytest.warns(Image.DecompressionBombWarning):
        assert refusal(BOMBS["png just too large"]).is_final


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_needs_no_memory(name):
    program = """
import io, resource, sys
from gallery.pictures import PictureRefused, open_picture
resource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))
try:
    open_picture(io.BytesIO(sys.stdin.buffer.read()))
except PictureRefused as refused:
    print(refused.is_final)
"""

    done = subprocess.run([sys.executable, "-c", program], input=BOMBS[name], capture_output=True)

    assert (done.stdout, done.returncode) == (b"True\n", 0), done.stderr


def test_a_trouble_of_the_disk_is_not_one_of_the_picture():
    class BrokenDisk(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        open_picture(BrokenDisk())


@pytest.mark.parametrize(
    "image, colour",
    [
        (Image.new("RGB", (300, 200), "#3366cc"), "#3366cc"),
        (halves(left=(0, 0, 0), right=(255, 255, 255)), "#808080"),
        (Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "#ffffff"),
    ],
)
def test_the_colour_is_the_average_over_white(image, colour):
    assert examine(written(image)).colour == colour


def test_many_threads_may_look_at_pictures_at_once():
    kinds = ["PNG", "JPEG", "WEBP", "GIF"] * 4
    datas = [written(detailed((300, 300)), kind).getvalue() for kind in kinds]
    expected = [renditions(io.BytesIO(data)) for data in datas]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(renditions, map(io.BytesIO, datas)))

    assert made == expected


def test_no_other_part_has_asked_for_half_pictures():
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
