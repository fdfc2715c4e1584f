"""The models as first offered, their sizes, and the words for a size that will not do."""

from decimal import Decimal

import pytest

from gallery.flux.catalog import MAX_COUNT, OFFERS, RATIOS, SizeRule, shape, size_problem, sizes

BY_NAME = {offer.name: offer for offer in OFFERS}
ASKED_FOR = {
    "flux-dev",
    "flux-pro",
    "flux-pro-1.1",
    "flux-pro-1.1-ultra",
    "flux-kontext-pro",
    "flux-kontext-max",
}


def test_the_six_models_asked_for_are_on_and_flux_dev_is_first():
    assert OFFERS[0].name == "flux-dev"
    assert all(BY_NAME[name].is_on for name in ASKED_FOR)


def test_the_four_newer_models_are_offered():
    assert BY_NAME.keys() - ASKED_FOR == {
        "flux-2-pro",
        "flux-2-max",
        "flux-2-flex",
        "flux-2-klein",
    }


def test_the_known_prices_are_exact():
    assert BY_NAME["flux-dev"].credits == Decimal("0.216")
    assert BY_NAME["flux-kontext-pro"].credits == Decimal("0.423")


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_an_offer_can_be_shown_and_paid(offer):
    assert offer.label
    assert offer.good_at
    assert offer.credits > 0
    assert offer.seconds > 0
    assert offer.can_generate or offer.can_edit


def test_only_known_models_edit():
    editing = {offer.name for offer in OFFERS if offer.can_edit}

    assert editing == {
        "flux-dev",
        "flux-pro",
        "flux-kontext-pro",
        "flux-kontext-max",
        "flux-2-pro",
        "flux-2-max",
        "flux-2-flex",
    }


@pytest.mark.parametrize("rule", SizeRule)
def test_every_size_on_offer_is_fine_and_has_a_shape(rule):
    for size in sizes(rule):
        assert size_problem(rule, size) == ""
        assert min(shape(size)) > 0


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_ratio_is_about_a_megapixel_in_steps_of_32(ratio):
    width, height = shape(ratio)
    across, down = map(int, ratio.split(":"))

    assert width % 32 == height % 32 == 0
    assert width * height == pytest.approx(1024 * 1024, rel=0.06)
    assert width / height == pytest.approx(across / down, rel=0.02)


def test_a_size_in_pixels_is_its_own_shape():
    assert shape("1024x1792") == (1024, 1792)


@pytest.mark.parametrize("size", ["", "4:5", "big", "0x10", "10x", "1024X1024", "-1x5", "1:1 "])
def test_what_is_no_size_has_no_shape(size):
    with pytest.raises(ValueError, match="neither"):
        shape(size)


@pytest.mark.parametrize(
    ("rule", "size", "words"),
    [
        (SizeRule.RATIOS, "", "Choose a size."),
        (SizeRule.RATIOS, "1024x1024", "Use one of 21:9, 16:9"),
        (SizeRule.RATIOS, "4:5", "does not take the size 4:5"),
        (SizeRule.PRESETS, "1280x720", "1024x1024, 1024x1792, 1792x1024"),
        (SizeRule.PIXELS, "1300x1024", "The nearest are 1280 and 1312."),
        (SizeRule.PIXELS, "1024x1025", "for the height. The nearest are 1024 and 1056."),
        (SizeRule.PIXELS, "1472x1024", "Use a width between 256 and 1440 pixels."),
        (SizeRule.PIXELS, "1024x128", "Use a height between 256 and 1440 pixels."),
        (SizeRule.PIXELS, "4:5", "Use a ratio"),
        (SizeRule.PIXELS, "1024x", "for example 1024x768"),
    ],
)
def test_a_size_that_will_not_do_comes_with_its_mend(rule, size, words):
    assert words in size_problem(rule, size)


@pytest.mark.parametrize("size", ["256x256", "1440x1440", "1024x768"])
def test_any_pixels_within_the_bounds_are_fine_where_pixels_are_free(size):
    assert size_problem(SizeRule.PIXELS, size) == ""


def test_at_most_four_pictures_are_made_at_once():
    assert MAX_COUNT == 4
