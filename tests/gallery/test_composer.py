import pytest

from gallery.composer import composer_of, first_values
from gallery.flux import catalog
from gallery.forms import WishForm
from gallery.models import FluxModel


def composer(db=None, **values):
    return composer_of(WishForm(initial=values))


def test_every_model_on_offer_has_its_price_and_strengths(db):
    models = composer().models

    assert len(models) == FluxModel.objects.for_generating().count()
    assert (models[0].label, models[0].price, models[0].units) == ("Flux Dev", "0.216", 2160)
    assert all("a picture" in model.hint for model in models)


@pytest.mark.parametrize("rule", catalog.SizeRule)
def test_a_model_is_offered_exactly_the_sizes_that_it_takes(rule, db):
    choices = composer()

    shown = [size.value for size in choices.ratios]
    shown += [size.value for size in choices.pixels if rule.value in size.rules.split()]

    assert set(catalog.sizes(rule)) <= set(shown)
    assert not [size for size in shown if catalog.size_problem(rule, size)]


def test_the_total_is_exact(db):
    assert composer(model="flux-pro-1.1-ultra", count=4).total == "2.596 credits"


def test_a_count_that_is_none_is_priced_as_one(db):
    assert composer(model="flux-dev", count="abc").total == "0.216 credits"


def test_a_size_of_ones_own_is_taken_apart(db):
    choices = composer(size="800x608")

    assert (choices.is_own_size, choices.width, choices.height) == (True, "800", "608")


def test_a_model_that_is_gone_gives_way_to_the_first(db):
    chosen = [model.name for model in composer(model="flux-2-klein").models if model.is_chosen]

    assert chosen == ["flux-dev"]


def test_with_no_model_at_all_there_is_still_a_page(db):
    FluxModel.objects.all().delete()

    assert (composer().models, composer().total) == ((), "0 credits")


def test_the_first_values_of_a_newcomer(db):
    assert first_values(None) == {"prompt": "", "size": "1:1", "count": 1}
