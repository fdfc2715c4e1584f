import uuid
from decimal import Decimal

import pytest

from accounts.models import CreditEntry
from gallery.models import FluxModel, Gallery, Generation, Membership, Placement, Upload

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


@pytest.fixture
def image(alice, make_image):
    return make_image(alice, prompt="A white vase and a lemon")


@pytest.fixture
def change(image):
    """What the edit form sends."""

    def fields(**others):
        usual = {
            "prompt": "Make the vase cobalt",
            "model": "flux-kontext-pro",
            "size": "same",
            "count": "1",
            "form_token": str(uuid.uuid4()),
            "image": str(image.pk),
        }
        return usual | others

    return fields


def shared_with(person, image):
    gallery = Gallery.objects.create(name="Spring", owner=image.owner)
    Membership.objects.create(gallery=gallery, person=person)
    Placement.objects.create(gallery=gallery, image=image)
    return gallery


def test_an_edit_is_queued_with_its_source_and_its_shape(client, alice, image, change):
    answer = client.post("/edit/", change())

    job = Generation.objects.get(action="edit")
    assert (answer.status_code, answer["Location"]) == (303, f"/#job-{job.pk}")
    assert (job.owner, job.reference_image, job.prompt) == (alice, image, "Make the vase cobalt")
    assert (job.size, job.count, job.model_name) == ("4:3", 1, "flux-kontext-pro")


def test_htmx_is_led_to_the_card(client, change):
    answer = client.post("/edit/", change(), **HTMX)

    job = Generation.objects.get(action="edit")
    assert answer["HX-Redirect"] == f"/#job-{job.pk}"


def test_four_variations_are_four_jobs_of_one_picture(client, change):
    client.post("/edit/", change(count="4"))

    jobs = Generation.objects.filter(action="edit")
    assert [job.count for job in jobs] == [1, 1, 1, 1]
    assert sum(entry.amount for entry in CreditEntry.objects.all()) == Decimal("1.692")


def test_the_same_form_twice_asks_once(client, change):
    sent = change(count="3")

    first, second = client.post("/edit/", sent), client.post("/edit/", sent)

    assert Generation.objects.filter(action="edit").count() == 3
    assert first["Location"] == second["Location"]


def test_the_same_edit_of_the_same_picture_is_told(client, alice, change, make_image):
    client.post("/edit/", change(count="2"))

    told = client.post("/earlier/", change())
    other = client.post("/earlier/", change(image=str(make_image(alice).pk)))

    assert "You made this already" in told.content.decode()
    assert other.content.strip() == b""


def test_credits_that_suffice_for_some_are_held_for_none(client, alice, change):
    alice.monthly_allowance = Decimal("1")
    alice.save()

    page = client.post("/edit/", change(count="4"))

    assert page.status_code == 422
    assert "This needs 1.692 credits, and you have 1 left" in page.content.decode()
    assert not Generation.objects.filter(action="edit").exists()
    assert not CreditEntry.objects.exists()


def test_the_page_shows_the_picture_the_price_and_where_it_goes(client, image):
    page = client.get(f"/edit/?image={image.pk}").content.decode()

    assert f"/images/{image.pk}/large.webp" in page
    assert "Edit<span" in page and "0.423 credits" in page
    assert "go to the Flux API" in page
    for name in FluxModel.objects.for_editing().values_list("name", flat=True):
        assert f'value="{name}"' in page
    assert 'value="flux-pro-1.1"' not in page


def test_without_a_picture_it_asks_for_one_and_keeps_the_instruction(client, change):
    page = client.post("/edit/", change(image=""))

    assert page.status_code == 422
    assert "Choose a picture to start from." in page.content.decode()
    assert "Make the vase cobalt" in page.content.decode()


REFUSED = [
    ({"prompt": "  "}, "Say what should change."),
    ({"prompt": "x" * 20_000}, "16,000 too many"),
    ({"model": "flux-pro-1.1"}, "no longer on offer"),
    ({"size": "7:5"}, "does not take the size 7:5"),
    ({"count": "5"}, "Choose a count from 1 to 4."),
    ({"form_token": "x"}, "out of date"),
    ({"image": "nonsense"}, "no longer there"),
    ({"image": str(uuid.uuid4())}, "no longer there"),
    ({"upload": str(uuid.uuid4())}, "no longer there"),
]


@pytest.mark.parametrize(("sent", "said"), REFUSED)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_what_is_wrong_is_told_and_nothing_is_asked(client, change, sent, said, headers):
    answer = client.post("/edit/", change(**sent), **headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert (sent.get("prompt") or "Make the vase cobalt") in page
    assert not Generation.objects.filter(action="edit").exists()


def test_a_model_switched_off_meanwhile_leaves_everything_else(client, image, change):
    FluxModel.objects.filter(name="flux-kontext-pro").update(is_on=False)

    page = client.post("/edit/", change()).content.decode()

    assert "This model is no longer on offer. Choose another one." in page
    assert "Make the vase cobalt" in page
    assert f"/images/{image.pk}/large.webp" in page


def test_a_picture_that_was_unshared_meanwhile_is_told(image, bob, client_of, change):
    gallery = shared_with(bob, image)
    client = client_of(bob)
    assert client.get(f"/edit/?image={image.pk}").status_code == 200
    gallery.delete()

    page = client.post("/edit/", change())

    assert page.status_code == 422
    assert "This picture is no longer there." in page.content.decode()
    assert str(image.pk) not in page.content.decode()


def test_whoever_may_see_a_picture_may_edit_it_and_owns_the_edit(image, bob, client_of, change):
    shared_with(bob, image)

    answer = client_of(bob).post("/edit/", change())

    assert answer.status_code == 303
    assert Generation.objects.get(action="edit").owner == bob


def test_an_outsider_finds_neither_the_picture_nor_the_edit(
    image, alice, charlie, client_of, make_generation
):
    job = make_generation(alice, action="edit", reference_image=image)
    client = client_of(charlie)

    for address in (f"?image={image.pk}", f"?again={job.pk}", "?image=x", "?upload=x", "?again=x"):
        assert client.get(f"/edit/{address}").status_code == 404


def test_a_viewer_only_looks_and_keeps_the_text(image, victor, client_of, change):
    answer = client_of(victor).post("/edit/", change())

    assert answer.status_code == 403
    assert "Make the vase cobalt" in answer.content.decode()


def test_use_again_fills_everything_in(client, alice, image, make_generation):
    model = FluxModel.objects.get(name="flux-kontext-max")
    job = make_generation(
        alice, action="edit", reference_image=image, model=model, size="16:9", prompt="Bluer"
    )

    editor = client.get(f"/edit/?again={job.pk}").context["editor"]

    assert editor.source.id == str(image.pk)
    assert editor.composer.prompt == "Bluer"
    assert [choice.value for choice in editor.composer.ratios if choice.is_chosen] == ["16:9"]
    assert [m.name for m in editor.composer.models if m.is_chosen] == ["flux-kontext-max"]


def test_use_again_without_its_picture_asks_for_another(client, alice, make_generation):
    job = make_generation(alice, action="edit", prompt="Bluer")

    page = client.get(f"/edit/?again={job.pk}")

    assert page.context["editor"].source is None
    assert "Bluer" in page.content.decode()


def test_a_card_of_an_edit_shows_its_source_and_leads_back(client, alice, image, make_generation):
    job = make_generation(alice, action="edit", reference_image=image, status="failed")

    page = client.get("/").content.decode()

    assert f'src="/images/{image.pk}/small.webp" width="40"' in page
    assert f'href="/edit/?again={job.pk}"' in page


def test_a_card_says_nothing_of_a_source_that_may_not_be_seen(
    client_of, bob, image, make_generation
):
    make_generation(bob, action="edit", reference_image=image)

    assert str(image.pk) not in client_of(bob).get("/").content.decode()


def test_retry_of_an_edit_asks_for_the_same(client, alice, image, make_generation):
    job = make_generation(alice, action="edit", reference_image=image, status="failed")

    client.post(f"/generations/{job.pk}/retry/")

    assert Generation.objects.filter(action="edit", reference_image=image).count() == 2


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_retry_without_the_picture_leads_to_the_form(client, alice, make_generation, headers):
    job = make_generation(alice, action="edit", status="failed")

    answer = client.post(f"/generations/{job.pk}/retry/", **headers)

    assert f"/edit/?again={job.pk}" in (answer.get("Location"), answer.get("HX-Redirect"))
    assert Generation.objects.count() == 1


def test_the_model_edited_with_before_is_chosen(client, image, change):
    client.post("/edit/", change(model="flux-2-pro"))

    models = client.get(f"/edit/?image={image.pk}").context["editor"].composer.models

    assert [model.name for model in models if model.is_chosen] == ["flux-2-pro"]


def test_an_upload_of_somebody_else_is_no_source(client, bob, change):
    upload = Upload.objects.create(
        owner=bob, name="x.png", content_type="image/png", width=4, height=4
    )

    answer = client.post("/edit/", change(image="", upload=str(upload.pk)))

    assert answer.status_code == 422
    assert "no longer there" in answer.content.decode()


@pytest.mark.parametrize("kin", [1, 12])
def test_the_page_takes_as_many_queries_with_a_large_family(
    client, alice, image, make_image, kin, django_assert_num_queries
):
    for _ in range(kin):
        make_image(alice, parent=image)
    client.get(f"/edit/?image={image.pk}")

    with django_assert_num_queries(16):
        client.get(f"/edit/?image={image.pk}")


@pytest.mark.parametrize("number", [1, 8])
def test_cards_of_edits_take_one_query_more_however_many(
    client, alice, make_image, make_generation, number, django_assert_num_queries
):
    for _ in range(number):
        make_generation(alice, action="edit", status="succeeded", reference_image=make_image(alice))
    client.get("/")

    with django_assert_num_queries(12):
        client.get("/")
