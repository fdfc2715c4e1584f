import re
import uuid
from decimal import Decimal

import pytest
from django.db import OperationalError
from django.test import Client

from accounts import credits
from accounts.models import CreditEntry
from gallery.models import Batch, FluxModel, Generation

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


def many(wish, **others):
    """Two prompts, two models, two sizes."""
    usual = {
        "prompt": "A {product} on sand",
        "blank-product": "shoe, hat",
        "also_model": ["flux-pro"],
        "also_size": ["16:9"],
    }
    return wish(**usual | others)


def test_every_prompt_goes_with_every_size_and_every_model(client, alice, wish):
    answer = client.post("/generations/", many(wish))

    batch = Batch.objects.get(owner=alice)
    jobs = batch.generations.order_by("place_in_batch")
    assert (answer.status_code, answer["Location"]) == (303, f"/#batch-{batch.pk}")
    assert [(job.prompt, job.size, job.model_name) for job in jobs][:5] == [
        ("A shoe on sand", "1:1", "flux-dev"),
        ("A shoe on sand", "1:1", "flux-pro"),
        ("A shoe on sand", "16:9", "flux-dev"),
        ("A shoe on sand", "16:9", "flux-pro"),
        ("A hat on sand", "1:1", "flux-dev"),
    ]
    assert batch.labels[3] == "shoe\nFlux Pro · 16:9"
    assert credits.statement(alice).spent == 4 * (Decimal("0.216") + Decimal("0.536"))


def test_the_same_form_twice_is_one_batch(client, wish):
    sent = many(wish)

    first, second = client.post("/generations/", sent), client.post("/generations/", sent)

    assert (Batch.objects.count(), Generation.objects.count()) == (1, 8)
    assert first["Location"] == second["Location"]


def test_a_value_that_no_database_can_keep_is_kept_without_it(client, wish):
    client.post("/generations/", many(wish, **{"blank-product": "sh\0oe, hat"}))

    assert "A shoe on sand" in Generation.objects.values_list("prompt", flat=True)


def test_the_choice_above_counts_once(client, wish):
    client.post("/generations/", wish(also_model=["flux-dev"], also_size=["1:1"]))

    assert (Batch.objects.count(), Generation.objects.count()) == (0, 1)


REFUSED = [
    ({"blank-product": " , "}, "Give values for {product}"),
    ({"also_size": ["1024x1792"], "also_model": ["flux-2-pro"]}, "Flux 2 Pro does not take"),
    ({"also_model": ["flux-2-klein"]}, "is no longer on offer and was taken away"),
    ({"also_size": ["7:5"]}, "7:5 is not one of the sizes."),
    ({"blank-product": "\n".join(map(str, range(200)))}, "makes 800 jobs for 300.8 credits"),
    ({"prompt": "{a|b}" * 60}, "makes more than 1,000,000,000 jobs"),
    ({"blank-product": "x" * 4000 + "\ny"}, "a prompt is longer than 4,000"),
]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_is_wrong_with_a_batch_is_told_and_all_is_kept(client, wish, change, words, headers):
    sent = many(wish, **change)

    answer = client.post("/generations/", sent, **headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert answer.context["composer"].prompt == sent["prompt"]
    assert not Generation.objects.exists()


def test_all_that_was_chosen_comes_back_with_a_refusal(client, alice, wish):
    alice.monthly_allowance = Decimal(1)
    alice.save()

    answer = client.post("/generations/", many(wish), **HTMX)

    more = answer.context["more"]
    assert "This needs 3.008 credits, and you have 1 left" in answer.content.decode()
    assert [also.choice.name for also in more.models if also.is_chosen] == ["flux-pro"]
    assert [also.value for also in more.sizes if also.is_chosen] == ["16:9"]
    assert [blank.text for blank in more.blanks] == ["shoe, hat"]
    assert more.total == "3.008 credits"


def test_a_model_that_was_switched_off_meanwhile_takes_nothing_else_with_it(client, wish):
    FluxModel.objects.filter(name="flux-pro").update(is_on=False)

    answer = client.post("/generations/", many(wish), **HTMX)

    assert "no longer on offer" in answer.content.decode()
    assert [blank.text for blank in answer.context["more"].blanks] == ["shoe, hat"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_preview_shows_all_prompts_and_the_price_and_holds_nothing(client, wish, headers):
    answer = client.post("/preview/", many(wish), **headers)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<li>A shoe on sand</li><li>A hat on sand</li>" in page
    assert (
        "2 prompts × 2 models × 2 sizes: <b>8 jobs</b> for <b data-price>3.008 credits</b>" in page
    )
    assert not CreditEntry.objects.exists()


def test_a_preview_asks_for_values_once_and_leaves_the_fields_alone_then(client, wish):
    first = client.post("/preview/", many(wish, blank_names=""), **HTMX).content.decode()
    then = client.post("/preview/", many(wish, blank_names="product"), **HTMX).content.decode()

    assert 'name="blank-product"' in first
    assert 'name="blank-product"' not in then


def test_a_preview_of_one_wish_is_empty(client, wish):
    answer = client.post("/preview/", wish(), **HTMX)

    assert answer.context["more"].preview is None


@pytest.mark.parametrize("change", [{"count": "x"}, {"prompt": ""}, {"model": "no"}, {"size": ""}])
def test_a_preview_of_half_a_form_is_no_error(client, wish, change):
    assert client.post("/preview/", many(wish, **change), **HTMX).status_code == 200


def test_a_preview_that_is_too_large_tells_the_number_and_the_price(client, wish):
    values = "\n".join(map(str, range(500)))

    answer = client.post("/preview/", wish(**{"prompt": "{a}", "blank-a": values}), **HTMX)

    assert "This makes 500 jobs for 108 credits" in answer.content.decode()


def test_a_viewer_previews_nothing(victor, client_of, wish):
    assert client_of(victor).post("/preview/", wish()).status_code == 403


def test_who_comes_to_the_preview_by_its_address_is_led_to_the_studio(client):
    assert client.get("/preview/")["Location"] == "/"


def test_the_same_again_within_a_day_is_told_and_may_be_made(client, wish, make_image, alice):
    client.post("/generations/", wish())
    image = make_image(alice, generation=Generation.objects.get())

    told = client.post("/earlier/", wish()).content.decode()

    assert "You made this already" in told
    assert f"/images/{image.pk}/" in told
    assert client.post("/generations/", wish()).status_code == 303
    assert Generation.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [{"prompt": "Else"}, {"model": "flux-pro"}, {"size": "16:9"}, {"prompt": ""}, {"size": "x"}],
)
def test_of_another_or_an_unfinished_wish_nothing_is_said(client, wish, change):
    client.post("/generations/", wish())

    assert client.post("/earlier/", wish(**change)).content.strip() == b""


def test_nothing_is_said_of_what_others_made(client, client_of, bob, wish):
    client.post("/generations/", wish())

    assert client_of(bob).post("/earlier/", wish()).content.strip() == b""


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_what_came_to_nothing_was_not_made(client, wish, status):
    client.post("/generations/", wish())
    Generation.objects.update(status=status)

    assert client.post("/earlier/", wish()).content.strip() == b""


def test_part_of_a_batch_that_was_made_is_counted(client, wish):
    client.post("/generations/", wish(prompt="A shoe on sand"))

    answer = client.post("/earlier/", many(wish))

    assert "You made 1 of these 8 already" in answer.content.decode()


def test_a_batch_is_used_again_with_all_its_choices(client, alice, wish):
    client.post("/generations/", many(wish))
    batch = Batch.objects.get()

    answer = client.get(f"/?batch={batch.pk}")

    more = answer.context["more"]
    assert answer.context["composer"].prompt == "A {product} on sand"
    assert [also.choice.name for also in more.models if also.is_chosen] == ["flux-pro"]
    assert [also.value for also in more.sizes if also.is_chosen] == ["16:9"]
    assert [blank.text for blank in more.blanks] == ["shoe\nhat"]
    assert more.total == "3.008 credits"


@pytest.fixture
def batch(client, wish):
    client.post("/generations/", many(wish))
    return Batch.objects.get()


def test_a_batch_is_cancelled_as_one(client, alice, batch):
    answer = client.post(f"/batches/{batch.pk}/cancel/", **HTMX)

    assert "feed-changed" in answer["HX-Trigger"]
    assert set(batch.generations.values_list("status", flat=True)) == {"cancelled"}
    assert credits.statement(alice).spent == 0


def test_cancelling_too_late_is_told(client, batch):
    batch.generations.update(status="running")

    answer = client.post(f"/batches/{batch.pk}/cancel/", **HTMX)

    assert "None of it waits any more" in answer.content.decode()


def test_a_batch_is_hidden(client, batch):
    client.post(f"/batches/{batch.pk}/hide/")

    assert not client.get("/").context["page"].cards


def test_failed_jobs_of_a_batch_are_retried_once_by_a_double_click(client, batch):
    batch.generations.filter(place_in_batch__lt=3).update(status="failed")
    token = {"form_token": str(uuid.uuid4())}

    answers = [client.post(f"/batches/{batch.pk}/retry/", token) for _ in range(2)]

    made = Batch.objects.exclude(pk=batch.pk).get()
    assert [answer["Location"] for answer in answers] == [f"/#batch-{made.pk}"] * 2
    assert made.generations.count() == 3


def test_a_retry_of_a_batch_that_can_not_be_says_why(client, batch):
    nothing = client.post(f"/batches/{batch.pk}/retry/", **HTMX).content.decode()
    batch.generations.update(status="failed")
    FluxModel.objects.update(is_on=False)
    gone = client.post(f"/batches/{batch.pk}/retry/", **HTMX).content.decode()

    assert "None of these jobs has failed." in nothing
    assert "no longer on offer" in gone


def test_a_viewer_does_not_retry_a_batch(client, alice, batch):
    alice.role = "viewer"
    alice.save()

    answer = client.post(f"/batches/{batch.pk}/retry/")

    assert answer.status_code == 403
    assert "A {product} on sand" in answer.content.decode()


@pytest.mark.parametrize("verb", ["cancel", "hide", "retry"])
def test_anothers_batch_is_not_found(bob, client_of, batch, verb):
    outsider: Client = client_of(bob)

    assert outsider.post(f"/batches/{batch.pk}/{verb}/").status_code == 404
    assert outsider.get(f"/batches/{batch.pk}/{verb}/")["Location"] == "/"
    assert outsider.get(f"/batches/{batch.pk}/").status_code == 404
    assert outsider.get(f"/?batch={batch.pk}").status_code == 404
    assert str(batch.pk) not in outsider.get(f"/live/-/?batch={batch.pk}").text


def test_the_page_of_a_batch_is_only_looked_at(client, batch):
    assert client.get(f"/batches/{batch.pk}/").status_code == 200
    assert client.post(f"/batches/{batch.pk}/").status_code == 405


@pytest.mark.parametrize("count", ["²", "9" * 5000, "", "-1"])
def test_a_count_that_is_none_is_told_at_its_field(client, wish, count):
    answer = client.post("/generations/", wish(count=count), **HTMX)

    assert answer.status_code == 422
    assert "Choose a count from 1 to 4" in answer.content.decode()


def test_values_that_are_too_long_are_told_and_nothing_is_cut(client, wish):
    values = "\n".join(f"{number}{'x' * 3000}" for number in range(8))

    answer = client.post(
        "/generations/", wish(prompt="A {scene}", **{"blank-scene": values}), **HTMX
    )

    assert answer.status_code == 422
    assert "have more than 20,000 characters" in answer.content.decode()
    assert not Generation.objects.exists()


def on_page_of(batch):
    page = f"http://testserver/batches/{batch.pk}/"
    return {"headers": {"HX-Request": "true", "HX-Current-URL": page}}


def test_a_batchs_own_page_is_left_for_the_feed(client, batch):
    answer = client.post(f"/batches/{batch.pk}/hide/", **on_page_of(batch))

    assert answer["HX-Redirect"] == f"/#batch-{batch.pk}"


def test_a_batchs_own_page_stays_when_it_is_cancelled(client, batch):
    answer = client.post(f"/batches/{batch.pk}/cancel/", **on_page_of(batch))

    assert "HX-Redirect" not in answer
    assert "feed-changed" in answer["HX-Trigger"]


def test_a_batchs_own_page_follows_it_to_its_end(client, batch):
    page = client.get(f"/batches/{batch.pk}/").content.decode()
    address = re.search(r'hx-get="(/live/[^"]+)"', page)[1]
    assert client.get(address).status_code == 204

    client.post(f"/batches/{batch.pk}/cancel/")
    news = client.get(address).content.decode()

    assert f'id="batch-{batch.pk}" hx-swap-oob="true" data-state="cancelled"' in news
    assert f"?batch={batch.pk}" in news and "data-after" not in news
    assert "/live/" not in client.get(f"/batches/{batch.pk}/").content.decode()


@pytest.mark.parametrize("key", ["x", "", str(uuid.UUID(int=7))])
def test_a_poll_for_no_batch_of_ones_own_is_one_of_the_studio(client, batch, key):
    page = client.get(f"/batches/{batch.pk}/").content.decode()
    address = re.search(r'hx-get="(/live/[^"]+)\?', page)[1]
    client.post(f"/batches/{batch.pk}/cancel/")

    assert "afterbegin:#feed" in client.get(f"{address}?batch={key}").content.decode()


def test_a_database_that_is_locked_is_told_and_a_retry_is_offered(client, batch, monkeypatch):
    Generation.objects.update(status="failed")

    def locked(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr("gallery.generations.retry", locked)
    pk = Generation.objects.first().pk
    answer = client.post(f"/generations/{pk}/retry/", HTTP_HX_REQUEST="true")

    assert "too busy to take this" in answer.content.decode()
