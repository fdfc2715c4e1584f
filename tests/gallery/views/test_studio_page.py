from decimal import Decimal

import pytest

from accounts.models import CreditEntry
from gallery.models import FluxModel, Generation, Result


def test_the_names_that_people_find_things_by_are_there(alice, client_of):
    page = client_of(alice).get("/").content.decode()

    assert '<label class="vh" for="prompt">Prompt</label>' in page
    assert 'role="radiogroup" aria-label="Model"' in page
    assert 'role="radiogroup" aria-label="Size"' in page
    assert 'aria-label="Count"' in page
    assert "Generate" in page


def test_a_stranger_is_asked_to_sign_in(client, db):
    answer = client.get("/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_new_person_begins_with_the_first_model_and_a_square(alice, client_of):
    composer = client_of(alice).get("/").context["composer"]

    assert [model.name for model in composer.models if model.is_chosen] == ["flux-dev"]
    assert [size.value for size in composer.ratios if size.is_chosen] == ["1:1"]
    assert (composer.count, composer.total) == ("1", "0.216 credits")


def test_the_choices_of_the_newest_job_are_remembered_but_not_its_prompt(
    alice, client_of, make_generation
):
    model = FluxModel.objects.get(name="flux-pro-1.1")
    make_generation(alice, model=model, size="16:9", count=3)

    composer = client_of(alice).get("/").context["composer"]

    assert [model.name for model in composer.models if model.is_chosen] == ["flux-pro-1.1"]
    assert [size.value for size in composer.ratios if size.is_chosen] == ["16:9"]
    assert (composer.count, composer.prompt) == ("3", "")


def test_use_again_fills_the_composer_with_all_of_it(alice, client_of, make_generation):
    model = FluxModel.objects.get(name="flux-pro-1.1")
    job = make_generation(alice, model=model, prompt="A red fox", size="800x608", count=2)

    composer = client_of(alice).get(f"/?again={job.pk}").context["composer"]

    assert composer.prompt == "A red fox"
    assert (composer.is_own_size, composer.width, composer.height) == (True, "800", "608")


@pytest.mark.parametrize("name", ["again", "before"])
def test_anothers_job_in_the_address_is_not_found(name, alice, bob, client_of, make_generation):
    job = make_generation(bob)

    assert client_of(alice).get(f"/?{name}={job.pk}").status_code == 404
    assert client_of(alice).get(f"/?{name}=nonsense").status_code == 404


def test_a_viewer_sees_a_sentence_and_no_composer(victor, client_of):
    answer = client_of(victor).get("/")

    assert "As a viewer you look at pictures" in answer.content.decode()
    assert answer.context["composer"] is None


def test_the_feed_shows_ones_own_jobs_newest_first_and_no_hidden_ones(
    alice, bob, client_of, make_generation
):
    first, second = make_generation(alice), make_generation(alice)
    make_generation(alice, hidden_at=second.created_at)
    make_generation(bob)

    cards = client_of(alice).get("/").context["page"].cards

    assert [card.id for card in cards] == [str(second.pk), str(first.pk)]


def test_the_feed_goes_on_after_its_twentieth_card(alice, client_of, make_generation):
    jobs = [make_generation(alice) for _ in range(43)]
    client = client_of(alice)

    pages, older = [], ""
    while older is not None:
        page = client.get(f"/feed/?before={older}").context["page"]
        pages.append([card.id for card in page.cards])
        older = page.older

    assert [len(page) for page in pages] == [20, 20, 3]
    assert sum(pages, []) == [str(job.pk) for job in reversed(jobs)]


def test_older_jobs_are_reached_without_a_script(alice, client_of, make_generation):
    jobs = [make_generation(alice) for _ in range(21)]
    client = client_of(alice)

    first = client.get("/").content.decode()
    answer = client.get(f"/?before={jobs[1].pk}")

    assert f'href="/?before={jobs[1].pk}"' in first
    assert [card.id for card in answer.context["page"].cards] == [str(jobs[0].pk)]
    assert "live-poll" not in answer.content.decode().split("</head>")[1]


def _page_of(alice, client_of, make_generation, make_image, number):
    for _ in range(number):
        make_image(alice)
        job = make_generation(alice, status="storing")
        Result.objects.create(generation=job, position=0, url="https://example.org/a.png")
        make_generation(alice, status="queued")
    client = client_of(alice)
    client.get("/")
    return client


@pytest.mark.parametrize("number", [1, 12])
def test_a_page_takes_the_same_number_of_queries_for_few_and_many_cards(
    number, alice, client_of, make_generation, make_image, django_assert_num_queries
):
    client = _page_of(alice, client_of, make_generation, make_image, number)

    with django_assert_num_queries(14):
        client.get("/")


def test_the_page_is_light(alice, client_of, make_generation):
    for _ in range(20):
        make_generation(alice, prompt="A lighthouse at dusk " * 20, status="failed")

    assert len(client_of(alice).get("/").content) < 120_000


def test_what_is_held_is_shown_in_the_meter(alice, client_of, wish):
    client = client_of(alice)

    client.post("/generations/", wish(count="4"))

    assert CreditEntry.objects.get().amount == Decimal("0.864")
    assert "99.1 credits left" in client.get("/").content.decode()
    assert Generation.objects.get().count == 4
