"""The emulator's pictures: reproducible, of the size asked for, and honest."""

import io
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from gallery.flux import painting
from gallery.flux.catalog import RATIOS, shape
from gallery.flux.painting import FAMILIES, Scene, Work, choose, compose, paint, plan
from gallery.flux.painting.caption import HONEST, wrapped
from gallery.flux.painting.edits import ADDITIONS, GRADES, retouch
from gallery.flux.painting.lettering import lettering

SMALL = (256, 256)


def scene(family="ridges", palette=0, seed="seed", size=SMALL):
    return Scene(family=family, palette=palette, seed=seed, size=size)


def work(source=None, size=SMALL, text="A prompt", model="flux-dev", **more):
    return Work(source=source or scene(size=size), size=size, text=text, model=model, **more)


def difference(one, two):
    """How far two pictures are apart on average, from 0 to 255."""
    stat = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), two.convert("RGB")))
    return sum(stat.mean) / 3


def likeness(one, two):
    """The correlation of two pictures' light, from -1 to 1."""
    first, second = (
        [float(p) for p in image.convert("L").resize((48, 48)).get_flattened_data()]
        for image in (one, two)
    )
    means = sum(first) / len(first), sum(second) / len(second)
    pairs = [(a - means[0], b - means[1]) for a, b in zip(first, second, strict=True)]
    spread = (sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs)) ** 0.5
    return sum(a * b for a, b in pairs) / spread


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_family_fills_every_ratio(family, ratio):
    wide, tall = shape(ratio)
    size = wide // 4, tall // 4

    image = compose(scene(family, size=size))

    assert image.size == size
    assert max(ImageStat.Stat(image).stddev) > 8  # not one flat colour


@pytest.mark.parametrize("family", FAMILIES)
def test_every_palette_paints(family):
    for palette in range(len(FAMILIES[family].palettes)):
        assert compose(scene(family, palette=palette)).size == SMALL


@pytest.mark.parametrize("size", [(256, 1440), (1440, 256), (256, 256)])
@pytest.mark.parametrize("family", FAMILIES)
def test_extreme_shapes_can_be_painted(family, size):
    assert compose(scene(family, size=size)).size == size


def test_there_are_at_least_eight_families_with_several_palettes_each():
    assert len(FAMILIES) >= 8
    assert all(len(family.palettes) >= 4 for family in FAMILIES.values())


@pytest.mark.parametrize("is_jpeg", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_work_is_the_same_bytes(family, is_jpeg):
    wanted = work(scene(family), is_jpeg=is_jpeg)

    assert paint(wanted) == paint(wanted)


@pytest.mark.parametrize("family", FAMILIES)
def test_another_seed_is_another_picture(family):
    one, two = compose(scene(family, seed="one")), compose(scene(family, seed="two"))

    assert difference(one, two) > 3


def test_a_picture_takes_less_than_a_second_of_processor_time():
    size = shape("1:1")
    started = time.process_time()

    paint(work(size=size))

    assert time.process_time() - started < 1


def test_a_picture_has_the_size_asked_for():
    assert opened(paint(work(size=(640, 352)))).size == (640, 352)


def test_the_file_is_a_png_or_a_jpeg_as_asked():
    assert opened(paint(work())).format == "PNG"
    assert opened(paint(work(is_jpeg=True))).format == "JPEG"


def test_the_metadata_say_that_it_is_emulated():
    png, jpeg = opened(paint(work())), opened(paint(work(is_jpeg=True)))

    assert png.text == {"Software": "Fluxsite emulator", "Comment": HONEST}
    assert jpeg.getexif()[0x0131] == "Fluxsite emulator"
    assert jpeg.info["comment"].decode() == HONEST


def test_the_label_lies_in_the_lower_left_corner_and_nowhere_else():
    size = (640, 640)
    bare, labelled = compose(scene(size=size)), opened(paint(work(size=size)))

    left, top, right, bottom = ImageChops.difference(bare, labelled).getbbox()

    assert left > 0
    assert top > 640 * 0.75
    assert right < 640 * 0.75
    assert bottom < 640


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 5000,
        "word " * 900,
        "日本語の庭",
        "😀😀",
        "عربي",
        "\u0301\u0301",
        "a\x00\n\tb",
        "\ud800",
    ],
)
def test_any_text_can_stand_on_the_label(text):
    assert opened(paint(work(text=text))).size == SMALL


def test_accents_of_western_and_eastern_europe_are_kept():
    _, drawable = lettering("Ångström über façade, Łódź, čeština, őű", 20)

    assert drawable.replace("l", "L").count("L") >= 1
    assert "\u030a" in drawable or "Å" in drawable
    assert len(drawable) >= len("Angstrom uber facade, Lodz, cestina, ou")


def test_a_text_that_is_too_long_ends_with_an_ellipsis():
    face, text = lettering("one two three four five six seven eight nine ten " * 9, 20)

    lines = wrapped(text, face, 200, 2)

    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(face.width(line) <= 200 for line in lines)


@pytest.mark.parametrize(
    ("prompt", "family"),
    [
        ("Misty mountains at dawn", "ridges"),
        ("Sand dunes in the Sahara", "dunes"),
        ("The sea at sunset", "sea"),
        ("Tokyo skyline, neon", "city"),
        ("A planet with rings", "planet"),
        ("Portrait of an old fisherman", "portrait"),
        ("White ceramic vase with lemons", "vase"),
        ("Red dahlia flowers, macro", "blooms"),
        ("Bauhaus poster", "bauhaus"),
        ("Green marble texture", "ink"),
    ],
)
def test_words_choose_the_family(prompt, family):
    assert choose(prompt).family == family


def test_words_choose_the_palette():
    choice = choose("Mountains in winter, snow")
    family = FAMILIES[choice.family]

    assert all("snow" in family.moods(palette) for palette in choice.palettes)


def test_a_prompt_without_known_words_gets_the_same_family_each_time():
    assert choose("Quantum mechanics") == choose("Quantum mechanics")


def test_unknown_prompts_spread_over_many_families():
    chosen = {choose(f"zzz {number}").family for number in range(200)}

    assert len(chosen) >= len(FAMILIES) - 3


@pytest.mark.parametrize(
    ("instruction", "grade", "addition"),
    [
        ("make it night", "night", "moon"),
        ("Winter, with snow", "snow", "snow"),
        ("black and white", "mono", ""),
        ("add two hot-air balloons in warm light", "warm", "balloon"),
        ("a sailing boat at dusk", "dusk", "boat"),
        ("remove the birds and make it blue", "cold", ""),
    ],
)
def test_words_decide_what_an_edit_does(instruction, grade, addition):
    edit = plan(instruction, "seed")

    assert (edit.grade, edit.addition) == (grade, addition)


def test_an_instruction_without_known_words_still_changes_something():
    edit = plan("improve it", "seed")

    assert edit.grade in GRADES
    assert edit.addition in ADDITIONS


@pytest.mark.parametrize("grade", GRADES)
def test_an_edit_changes_the_picture_and_keeps_its_composition(grade):
    before = compose(scene("vase", seed="still"))

    after = retouch(before, painting.Edit(grade=grade, addition="", seed="e"))

    assert difference(before, after) > 8
    assert likeness(before, after) > 0.85


@pytest.mark.parametrize("addition", ADDITIONS)
def test_an_addition_can_be_seen(addition):
    before = compose(scene("dunes", palette=2))
    plain = retouch(before, painting.Edit(grade="cold", addition="", seed="e"))

    after = retouch(before, painting.Edit(grade="cold", addition=addition, seed="e"))

    assert difference(plain, after) > 0.1


def test_an_edit_of_a_file_starts_from_the_file(tmp_path: Path):
    path = tmp_path / "source.png"
    source = Image.linear_gradient("L").convert("RGB")
    source.save(path)

    after = opened(paint(work(path, size=(256, 384), edits=(plan("make it warm", "e"),))))

    assert after.size == (256, 384)
    assert likeness(source.resize((256, 384)), after) > 0.7


def test_a_missing_file_is_told_apart(tmp_path: Path):
    with pytest.raises(OSError):
        paint(work(tmp_path / "gone.png"))
