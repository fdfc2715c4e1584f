import uuid
from decimal import Decimal

import pytest
from django.db import OperationalError

from accounts.models import TeamBudget
from gallery import generations
from gallery.models import FluxModel, Generation

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


def test_a_wish_is_queued_and_the_browser_is_led_to_its_card(client, alice, wish):
    answer = client.post("/generations/", wish())

    job = Generation.objects.get(owner=alice)
    assert (answer.status_code, answer["Location"]) == (303, f"/#job-{job.pk}")
    assert (job.status, job.prompt, job.size) == ("queued", "A lighthouse at dusk", "1:1")


def test_htmx_gets_a_new_token_and_the_poller_is_told(client, wish):
    sent = wish()

    answer = client.post("/generations/", sent, **HTMX)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "feed-changed" in answer["HX-Trigger"]
    assert answer["HX-Reswap"] == "none"
    assert 'id="form-token"' in page and sent["form_token"] not in page
    assert "A lighthouse" not in page  # the prompt in the page is left alone


def test_the_same_form_twice_is_one_job(client, wish):
    sent = wish()

    first, second = client.post("/generations/", sent), client.post("/generations/", sent)

    assert Generation.objects.count() == 1
    assert first["Location"] == second["Location"]


REFUSED = [
    ({"prompt": ""}, "Describe the picture that you want."),
    ({"prompt": " \n "}, "Describe the picture that you want."),
    ({"prompt": "x" * 20_000}, "20,000 characters, 16,000 too many"),
    ({"size": ""}, "Choose a size."),
    ({"size": "7:5"}, "does not take the size 7:5"),
    ({"size": "800x608"}, "does not take the size 800x608"),
    ({"model": "flux-pro-1.1", "size": "custom", "width": "1300", "height": "768"}, "multiple"),
    ({"model": "flux-pro-1.1", "size": "custom", "width": "", "height": "768"}, "width and a h"),
    ({"model": "flux-pro-1.1", "size": "custom", "width": "9999999", "height": "1"}, "in pixels"),
    ({"model": "flux-2-klein"}, "This model is no longer on offer."),
    ({"model": "nonsense"}, "This model is no longer on offer."),
    ({"model": ""}, "Choose a model."),
    ({"count": "0"}, "Choose a count from 1 to 4."),
    ({"count": "9"}, "Choose a count from 1 to 4."),
    ({"count": "abc"}, "Choose a count from 1 to 4."),
    ({"count": ""}, "Choose a count from 1 to 4."),
    ({"form_token": "abc"}, "This form was out of date."),
    ({"form_token": ""}, "This form was out of date."),
]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_is_wrong_is_told_and_what_was_sent_is_kept(change, words, headers, client, wish):
    sent = wish(**{"prompt": "A keen eye & a <pen>"} | change)

    answer = client.post("/generations/", sent, **headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert answer.context["composer"].prompt == sent["prompt"]
    assert not Generation.objects.exists()
    assert ("<html" in page) is (not headers)


def test_a_field_that_is_wrong_says_so_to_assistive_technology(client, wish):
    page = client.post("/generations/", wish(prompt="", count="9"), **HTMX).content.decode()

    assert 'aria-invalid="true" aria-describedby="problem-prompt composer-help"' in page
    assert 'aria-invalid="true" aria-describedby="problem-count"' in page


def test_a_damaged_token_is_replaced_and_then_works(client, wish):
    refused = client.post("/generations/", wish(form_token="abc"), **HTMX)

    again = client.post("/generations/", wish(form_token=refused.context["composer"].token))

    assert again.status_code == 303


def test_a_size_of_ones_own_is_put_together(client, wish):
    sent = wish(model="flux-pro-1.1", size="custom", width="800", height="608")

    client.post("/generations/", sent)

    assert Generation.objects.get().size == "800x608"


def test_windows_line_breaks_count_once(client, wish):
    prompt = "\r\n".join(["x" * 999] * 4)  # 3,999 characters and six more on the wire

    client.post("/generations/", wish(prompt=prompt))

    assert Generation.objects.get().prompt == prompt.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ("month", "you have 0.5 left this month. Your allowance is renewed on 1 "),
        ("day", "0.5 are left for today"),
        ("team", "the whole team has 0.5 left"),
    ],
)
def test_too_few_credits_tell_the_bound_and_keep_the_wish(bound, words, client, alice, wish):
    if bound == "team":
        TeamBudget.objects.update(monthly_cap=Decimal("0.5"))
    elif bound == "day":
        alice.daily_cap = Decimal("0.5")
    else:
        alice.monthly_allowance = Decimal("0.5")
    alice.save()

    answer = client.post("/generations/", wish(count="4"), **HTMX)

    assert answer.status_code == 422
    assert f"This needs 0.864 credits, and {words}" in answer.content.decode()
    assert '<a href="/settings/#credits">Ask for more</a>' in answer.content.decode()
    assert answer.context["composer"].count == "4"
    assert not Generation.objects.exists()


def test_too_many_waiting_jobs_are_refused(client, alice, wish, make_generation, settings):
    settings.FLUX_MAX_QUEUED = 2
    for _ in range(2):
        make_generation(alice)

    answer = client.post("/generations/", wish(), **HTMX)

    assert answer.status_code == 422
    assert "2 of your jobs are waiting already." in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_viewer_is_refused_in_words_and_keeps_the_text(headers, victor, client_of, wish):
    answer = client_of(victor).post("/generations/", wish(prompt="My <words>"), **headers)

    assert answer.status_code == 403
    assert "As a viewer you look at pictures" in answer.content.decode()
    assert "My &lt;words&gt;" in answer.content.decode()
    assert not Generation.objects.exists()


def test_who_comes_by_the_address_is_led_to_the_studio(client):
    answer = client.get("/generations/")

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_model_that_was_switched_off_meanwhile_is_refused(client, wish):
    FluxModel.objects.filter(name="flux-dev").update(is_on=False)

    answer = client.post("/generations/", wish())

    assert "This model is no longer on offer." in answer.content.decode()
    assert "flux-dev" not in [model.name for model in answer.context["composer"].models]


def test_a_retry_asks_for_the_same_anew(client, alice, make_generation):
    job = make_generation(alice, status="failed", size="16:9", count=2)

    answer = client.post(f"/generations/{job.pk}/retry/", {"form_token": str(uuid.uuid4())})

    made = Generation.objects.exclude(pk=job.pk).get()
    assert answer["Location"] == f"/#job-{made.pk}"
    assert (made.prompt, made.size, made.count) == (job.prompt, "16:9", 2)


def test_a_double_click_on_retry_asks_once(client, alice, make_generation):
    job, token = make_generation(alice, status="failed"), {"form_token": str(uuid.uuid4())}

    for _ in range(2):
        client.post(f"/generations/{job.pk}/retry/", token)

    assert Generation.objects.count() == 2


def test_a_retry_that_cannot_be_paid_says_so(client, alice, make_generation):
    job = make_generation(alice, status="failed")
    TeamBudget.objects.update(monthly_cap=0)

    answer = client.post(f"/generations/{job.pk}/retry/", {"form_token": "damaged"}, **HTMX)

    assert "the whole team has 0 left" in answer.content.decode()
    assert Generation.objects.count() == 1


def test_a_retry_of_a_model_that_is_gone_says_so(client, alice, make_generation):
    job = make_generation(alice, status="failed")
    FluxModel.objects.filter(name="flux-dev").update(is_on=False)

    answer = client.post(f"/generations/{job.pk}/retry/", follow=True)

    assert "no longer on offer" in answer.content.decode()


def test_a_viewer_cannot_retry(victor, client_of, make_generation):
    job = make_generation(victor, status="failed", prompt="From better days")

    answer = client_of(victor).post(f"/generations/{job.pk}/retry/")

    assert answer.status_code == 403
    assert "From better days" in answer.content.decode()


def test_a_queued_job_is_cancelled(client, wish):
    client.post("/generations/", wish())
    job = Generation.objects.get()

    answer = client.post(f"/generations/{job.pk}/cancel/", **HTMX)

    job.refresh_from_db()
    assert job.status == "cancelled"
    assert "feed-changed" in answer["HX-Trigger"]


def test_a_job_that_was_sent_is_not_cancelled_and_the_person_is_told(
    client, alice, make_generation
):
    job = make_generation(alice, status="running")

    answer = client.post(f"/generations/{job.pk}/cancel/", **HTMX)

    job.refresh_from_db()
    assert job.status == "running"
    assert "It was sent a moment ago" in answer.content.decode()


def test_a_job_is_hidden_and_runs_on(client, alice, make_generation):
    job = make_generation(alice, status="running")

    client.post(f"/generations/{job.pk}/hide/")

    job.refresh_from_db()
    assert job.status == "running"
    assert not client.get("/").context["page"].cards


@pytest.mark.parametrize("verb", ["cancel", "hide", "retry"])
def test_anothers_job_is_not_found(verb, bob, client, make_generation):
    job = make_generation(bob)

    assert client.post(f"/generations/{job.pk}/{verb}/").status_code == 404
    assert client.get(f"/generations/{job.pk}/{verb}/")["Location"] == "/"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_database_that_is_locked_keeps_the_text_and_the_token(client, wish, monkeypatch, headers):
    def is_locked(**wish):
        raise OperationalError("database is locked")

    monkeypatch.setattr(generations, "request", is_locked)
    sent = wish(prompt="A lighthouse to keep")

    answer = client.post("/generations/", sent, **headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "too busy to take this" in page
    assert "A lighthouse to keep" in page
    assert sent["form_token"] in page
