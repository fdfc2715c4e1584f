import io
import struct

import pytest
from drawing import BLUE, RED, detailed, halves, is_near, png, shown, written
from PIL import Image, ImageCms

from gallery.pictures import RENDITIONS, examine, open_picture, renditions


def test_each_rendition_is_a_webp_of_its_size():
    made = renditions(written(detailed((2000, 1000)), "JPEG"))

    images = {name: shown(data) for name, data in made.items()}
    assert {name: image.size for name, image in images.items()} == {
        "large": (1280, 640),
        "medium": (640, 320),
        "small": (320, 160),
    }
    assert {image.format for image in images.values()} == {"WEBP"}
    assert list(made) == list(RENDITIONS)


def test_nothing_is_enlarged():
    made = renditions(written(halves(size=(500, 100))))

    assert [shown(data).size for data in made.values()] == [(500, 100), (500, 100), (320, 64)]


def test_a_line_of_one_pixel_stays_one():
    made = renditions(written(halves(size=(5000, 1))))

    assert shown(made["small"]).size == (320, 1)


def test_renditions_can_be_made_twice_from_one_decoding():
    picture = open_picture(written(detailed((700, 700))))

    assert picture.renditions() == picture.renditions()
    assert picture.large.size == (700, 700)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright(format, orientation):
    # Red was on the left before the camera was turned.
    exif = Image.Exif()
    exif[0x0112] = orientation

    picture = open_picture(written(halves(), format, exif=exif.tobytes(), quality=95))

    width, height = (40, 80) if orientation > 4 else (80, 40)
    corner = {1: 0, 2: -1, 3: -1, 4: 0, 5: 0, 6: 0, 7: -1, 8: -1}[orientation]
    red = (5 if corner == 0 else width - 5, 5 if corner == 0 else height - 5)
    assert (picture.facts.width, picture.facts.height) == (width, height)
    assert is_near(shown(picture.renditions()["large"]).getpixel(red), RED, by=30)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_metadata_that_cannot_be_read_is_no_harm(format):
    facts = examine(written(halves(), format, exif=b"Exif\0\0garbage!"))

    assert (facts.width, facts.height) == (80, 40)


def test_renditions_tell_nothing_of_where_a_picture_was_taken():
    exif = Image.Exif()
    exif[0x010E] = "at home"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = written(
        halves(), "WEBP", exif=exif.tobytes(), xmp=b"<x>at home</x>", icc_profile=profile
    )

    for data in renditions(file).values():
        assert not {"exif", "xmp", "icc_profile"} & set(shown(data).info)
        assert b"at home" not in data


def test_what_shows_through_goes_on_showing_through():
    image = halves("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))

    made = shown(renditions(written(image))["large"])

    assert made.mode == "RGBA"
    assert is_near(made.getchannel("A").getextrema(), (0, 255))


def test_an_alpha_channel_that_does_nothing_is_left_out():
    assert shown(renditions(written(halves("RGBA")))["large"]).mode == "RGB"


ODD = {
    "palette": written(halves("P")),
    "palette with a clear colour": written(halves("P", left=BLUE, right=RED), transparency=0),
    "two colours": written(halves("1", left=(0, 0, 0), right=(255, 255, 255))),
    "grey": written(halves("L", left=(0, 0, 0), right=(255, 255, 255))),
    "grey with alpha": written(halves("LA", left=(0, 0, 0), right=(255, 255, 255))),
    "grey of 16 bits": io.BytesIO(png(2, 1, b"\0\x80\x00\xff\xff", depth=16, colour=0)),
    "colours of 16 bits": io.BytesIO(png(1, 1, b"\0\xff\xff\0\0\x80\0", depth=16)),
    "inks": written(halves("CMYK"), "JPEG"),
    "a colour that is clear": written(halves(), transparency=(1, 2, 3)),
    "an animated GIF": written(halves(), "GIF", save_all=True, append_images=[detailed((80, 40))]),
    "an animated WebP": written(
        halves(), "WEBP", save_all=True, append_images=[detailed((80, 40))]
    ),
    "an animated PNG": written(halves(), save_all=True, append_images=[detailed((80, 40))]),
    "a progressive JPEG": written(halves(), "JPEG", progressive=True),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_shown_too(name):
    picture = open_picture(ODD[name])

    assert [shown(data).size for data in picture.renditions().values()] == [
        (picture.facts.width, picture.facts.height)
    ] * 3


@pytest.mark.parametrize("name", ["palette", "inks", "an animated GIF", "a progressive JPEG"])
def test_odd_pictures_keep_their_colours(name):
    made = shown(renditions(ODD[name])["large"]).convert("RGB")

    assert is_near(made.getpixel((5, 20)), RED, by=30)
    assert is_near(made.getpixel((75, 20)), BLUE, by=30)


def test_grey_of_16_bits_is_not_washed_out():
    made = shown(renditions(ODD["grey of 16 bits"])["large"])

    assert is_near(made.getpixel((0, 0)), (128,) * 3)


def profile_with_red_and_blue_swapped():
    """A small ICC profile: the primaries of sRGB in another order, and a plain gamma."""

    def number(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(*values):
        return b"XYZ " + bytes(4) + b"".join(map(number, values))

    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    gamma = b"curv" + bytes(4) + struct.pack(">IHH", 1, 0x0233, 0)
    parts = {b"wtpt": xyz(0.9642, 1, 0.8249), b"rXYZ": xyz(*blue), b"gXYZ": xyz(*green)}
    parts |= {b"bXYZ": xyz(*red), b"rTRC": gamma, b"gTRC": gamma, b"bTRC": gamma}
    table, body, start = struct.pack(">I", len(parts)), b"", 128 + 4 + 12 * len(parts)
    for name, data in parts.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = bytes(8) + b"\x02\x10\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += number(0.9642) + number(1) + number(0.8249) + bytes(48)
    whole = head + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_of_another_profile_become_those_of_the_web(mode):
    file = written(halves(mode), icc_profile=profile_with_red_and_blue_swapped())

    made = shown(renditions(file)["large"])

    assert is_near(made.getpixel((5, 20))[:3], BLUE, by=30)
    assert is_near(made.getpixel((75, 20))[:3], RED, by=30)


def lab():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@pytest.mark.parametrize("profile", [lab(), b"junk", bytes(200)])
def test_a_profile_that_does_not_fit_is_left_aside(profile):
    made = shown(renditions(written(halves(), icc_profile=profile))["large"])

    assert is_near(made.getpixel((5, 20)), RED, by=30)
