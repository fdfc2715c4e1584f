from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import prompts
from gallery.models import Generation, Image, PromptUse
from gallery.models.prompt import digest_of

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


def use(person, text, *, ago=0):
    return PromptUse.objects.create(
        owner=person,
        text=text,
        folded=text.casefold(),
        digest=digest_of(text),
        last_used_at=timezone.now() - timedelta(minutes=ago),
    )


def shown(answer):
    return [past.text for past in answer.context["history"].prompts]


def test_what_was_asked_for_is_in_the_history_once(client, alice, wish, make_generation):
    client.post("/generations/", wish(prompt="A fox"))
    client.post("/generations/", wish(prompt="A hen"))
    client.post("/generations/", wish(prompt="A fox", size="16:9"))

    answer = client.get("/prompts/")

    assert shown(answer) == ["A fox", "A hen"]
    assert answer.context["history"].prompts[0].used == "just now, 2 times"


def test_the_history_outlives_pictures_and_jobs(client, wish, make_image, alice):
    client.post("/generations/", wish(prompt="A fox"))
    make_image(alice, generation=Generation.objects.get())

    Image.objects.all().delete()
    Generation.objects.update(hidden_at=timezone.now())

    assert shown(client.get("/prompts/")) == ["A fox"]


@pytest.mark.parametrize("query", ["ÄPFEL korb", "korb äpf", "Äpfel"])
def test_it_is_searched_by_words_in_any_case_and_order(client, alice, query):
    use(alice, "Ein Korb grüner Äpfel")
    use(alice, "Ein Korb Birnen")

    assert shown(client.get("/prompts/", {"q": query})) == ["Ein Korb grüner Äpfel"]


@pytest.mark.parametrize("query", ["%", "_", "nothing\0", "nothing of it", "x" * 5000])
def test_a_search_that_finds_nothing_says_so(client, alice, query):
    use(alice, "A fox")

    answer = client.get("/prompts/", {"q": query})

    assert "None of your prompts has these words." in answer.content.decode()


def test_an_empty_history_says_what_it_is_for(client):
    assert "What you ask for is kept here" in client.get("/prompts/").content.decode()


def test_pages_follow_each_other(client, alice, django_assert_max_num_queries):
    for number in range(prompts.PAGE + 2):
        use(alice, f"A fox, number {number}", ago=number)

    with django_assert_max_num_queries(8):
        first = client.get("/prompts/?q=fox")
    second = client.get(first.context["history"].older)

    assert len(shown(first)) == prompts.PAGE
    assert shown(second) == ["A fox, number 30", "A fox, number 31"]


def test_htmx_gets_the_list_alone(client):
    assert "<html" not in client.get("/prompts/", **HTMX).content.decode()


def test_a_prompt_is_used_by_one_click(client, alice):
    text = "A fox\nin two lines"
    row = use(alice, text)

    assert client.get(f"/?use={row.pk}").context["composer"].prompt == text


def test_one_is_removed(client, alice):
    row, kept = use(alice, "A fox"), use(alice, "A hen")

    answer = client.post(f"/prompts/{row.pk}/remove/", **HTMX)

    assert (answer.status_code, answer.content) == (200, b"")
    assert PromptUse.objects.get() == kept
    assert client.post(f"/prompts/{kept.pk}/remove/")["Location"] == "/prompts/"


def test_anothers_prompts_are_not_there(client, bob):
    row = use(bob, "A fox")

    assert shown(client.get("/prompts/")) == []
    assert client.get(f"/?use={row.pk}").status_code == 404
    assert client.get(f"/prompts/?before={row.pk}").status_code == 404
    assert client.post(f"/prompts/{row.pk}/remove/").status_code == 404


def test_wrong_methods_and_addresses_are_refused(client, alice):
    row = use(alice, "A fox")

    assert client.get(f"/prompts/{row.pk}/remove/").status_code == 405
    assert client.post("/prompts/").status_code == 405
    assert client.get("/prompts/?before=x").status_code == 404
