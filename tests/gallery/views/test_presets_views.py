import pytest

from gallery.models import FluxModel, Preset

HTMX = {"HTTP_HX_REQUEST": "true"}
CHOICES = {
    "models": ["flux-pro", "flux-dev"],
    "sizes": ["3:2", "1:1"],
    "count": 2,
    "blanks": {"product": "shoe, hat"},
}


@pytest.fixture
def client(alice, client_of):
    return client_of(alice)


def preset_of(person, name="Catalogue", **fields):
    usual = {"prompt": "A {product}", "choices": CHOICES}
    return Preset.objects.create(owner=person, name=name, **usual | fields)


def composer_fields(wish, **others):
    usual = {
        "prompt": "A {product}",
        "model": "flux-pro",
        "also_model": ["flux-dev"],
        "size": "3:2",
        "also_size": ["1:1"],
        "count": "2",
        "blank-product": "shoe, hat",
    }
    return wish(**usual | others)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_the_composer_is_kept_under_a_name(client, alice, wish, headers):
    sent = composer_fields(wish)
    form = client.post("/presets/new/", sent, **headers)
    assert form.status_code == 200
    carried = {"name": " Catalogue "}
    for name, value in form.context["fields"]:
        carried.setdefault(name, []).append(value)

    answer = client.post("/presets/new/", carried, **headers)

    preset = Preset.objects.get(owner=alice)
    assert (preset.name, preset.prompt, preset.choices) == ("Catalogue", "A {product}", CHOICES)
    assert not preset.is_for_team
    target = answer["HX-Redirect"] if headers else answer["Location"]
    assert target == f"/?preset={preset.pk}"


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Give it a name"), ("x" * 81, "Give it a name"), ("Taken", "have a preset of this name")],
)
def test_a_name_that_can_not_be_is_told_and_nothing_is_lost(client, alice, wish, name, words):
    preset_of(alice, "Taken")

    answer = client.post("/presets/new/", composer_fields(wish, name=name), **HTMX)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert ("blank-product", "shoe, hat") in answer.context["fields"]
    assert Preset.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [{"model": "nonsense"}, {"size": "garbage"}, {"count": "x"}, {"also_size": ["7:x"]}],
)
def test_what_makes_no_sense_is_not_kept(client, wish, change):
    client.post("/presets/new/", composer_fields(wish, name="Odd", **change))

    preset = Preset.objects.get()
    assert "nonsense" not in str(preset.choices) and "garbage" not in str(preset.choices)
    assert client.get(f"/?preset={preset.pk}").status_code == 200


def test_a_size_of_ones_own_is_kept(client, wish):
    sent = composer_fields(wish, size="custom", width="800", height="608", name="Own")

    client.post("/presets/new/", sent)

    assert Preset.objects.get().choices["sizes"] == ["800x608", "1:1"]


def test_a_preset_is_applied_by_one_click(client, alice):
    answer = client.get(f"/?preset={preset_of(alice).pk}")

    composer, more = answer.context["composer"], answer.context["more"]
    assert (composer.prompt, composer.count) == ("A {product}", "2")
    assert [model.name for model in composer.models if model.is_chosen] == ["flux-pro"]
    assert [size.value for size in composer.ratios if size.is_chosen] == ["3:2"]
    assert [also.choice.name for also in more.models if also.is_chosen] == ["flux-dev"]
    assert [also.value for also in more.sizes if also.is_chosen] == ["1:1"]


def test_a_model_that_is_off_is_left_out_and_named(client, alice):
    FluxModel.objects.filter(name="flux-pro").update(is_on=False)

    answer = client.get(f"/?preset={preset_of(alice).pk}")

    chosen = [model.name for model in answer.context["composer"].models if model.is_chosen]
    assert chosen == ["flux-dev"]
    assert "No longer on offer: Flux Pro. The rest is set." in answer.content.decode()


def test_the_teams_presets_are_there_for_all_and_private_ones_are_not(client, bob):
    team = preset_of(bob, "Ours", is_for_team=True)
    own = preset_of(bob, "His")

    rows = client.get("/presets/").context["presets"]

    assert [(row.name, row.whose, row.edit) for row in rows] == [
        ("Ours", "Team, by Bob Brandt", "")
    ]
    assert client.get(f"/?preset={team.pk}").status_code == 200
    assert client.get(f"/?preset={own.pk}").status_code == 404


def test_a_preset_is_renamed_and_shared(client, alice):
    preset = preset_of(alice)

    answer = client.post(f"/presets/{preset.pk}/", {"name": "Shop", "is_for_team": "on"})

    preset.refresh_from_db()
    assert answer["Location"] == "/presets/"
    assert (preset.name, preset.is_for_team, preset.prompt) == ("Shop", True, "A {product}")


def test_renaming_to_nothing_is_refused_at_the_field(client, alice):
    preset = preset_of(alice)

    answer = client.post(f"/presets/{preset.pk}/", {"name": " "})

    assert answer.status_code == 422
    assert 'aria-describedby="problem-name"' in answer.content.decode()


def test_a_preset_is_deleted(client, alice):
    preset = preset_of(alice)
    assert client.get(f"/presets/{preset.pk}/delete/").status_code == 405

    assert client.post(f"/presets/{preset.pk}/delete/")["Location"] == "/presets/"
    assert not Preset.objects.exists()


def test_admins_change_the_teams_presets_and_see_no_private_ones(admin, bob, client_of):
    team, own = preset_of(bob, "Ours", is_for_team=True), preset_of(bob, "His")
    client = client_of(admin)

    assert client.post(f"/presets/{team.pk}/", {"name": "All of us"}).status_code == 302
    assert client.get(f"/presets/{own.pk}/").status_code == 404
    assert client.post(f"/presets/{own.pk}/delete/").status_code == 404


@pytest.mark.parametrize("is_for_team", [True, False])
def test_others_change_nothing(client, bob, is_for_team):
    preset = preset_of(bob, is_for_team=is_for_team)

    assert client.get(f"/presets/{preset.pk}/").status_code == 404
    assert client.post(f"/presets/{preset.pk}/", {"name": "Mine"}).status_code == 404
    assert client.post(f"/presets/{preset.pk}/delete/").status_code == 404


def test_a_viewer_looks_and_keeps_nothing(victor, client_of, wish):
    client = client_of(victor)

    assert client.get("/presets/").status_code == 200
    assert client.post("/presets/new/", composer_fields(wish, name="x")).status_code == 403


def test_who_comes_by_the_address_is_led_to_the_studio(client):
    assert client.get("/presets/new/")["Location"] == "/"
    assert client.post("/presets/").status_code == 405


def test_the_list_takes_the_same_number_of_queries_for_few_and_many(
    client, alice, bob, django_assert_max_num_queries
):
    for number in range(30):
        preset_of(bob, f"Team {number}", is_for_team=True)

    with django_assert_max_num_queries(9):
        client.get("/presets/")
