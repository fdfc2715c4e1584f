"""Models on offer: changed by admins, used by whom they are for."""

import uuid
from decimal import Decimal

import pytest

from accounts.models import AuditEvent, CreditEntry
from gallery import batches, generations, offers
from gallery.batches import Wishes
from gallery.composer import composer_of
from gallery.generations import ModelGone, Wish
from gallery.models import FluxModel, Generation
from gallery.plans import PlanForm

pytestmark = pytest.mark.django_db

DEV = "/team/models/flux-dev/"


@pytest.fixture
def dev():
    return FluxModel.objects.get(name="flux-dev")


def sent(model, **others):
    usual = {
        "seen": offers.fingerprint(model),
        "label": model.label,
        "good_at": model.good_at,
        "credits": str(model.credits),
        "open_to": model.open_to,
    }
    usual |= {name: "on" for name in ("is_on", "is_default") if getattr(model, name)}
    return {name: value for name, value in (usual | others).items() if value is not None}


def test_a_change_is_saved_and_written_down(client_of, admin, dev):
    response = client_of(admin).post(DEV, sent(dev, credits="0.3", label="Dev"), follow=True)

    dev.refresh_from_db()
    assert response.status_code == 200
    assert (dev.credits, dev.label) == (Decimal("0.3"), "Dev")
    [event] = AuditEvent.objects.all()
    assert event.text == "Changed the model flux-dev: name “Dev”, 0.3 credits a picture"


def test_a_form_that_changes_nothing_writes_nothing_down(client_of, admin, dev):
    client_of(admin).post(DEV, sent(dev))

    assert not AuditEvent.objects.exists()


def test_a_price_touches_nothing_that_is_held(client_of, admin, alice, dev):
    wish = Wish(prompt="A door", model=dev, size="1:1", count=2)
    job = generations.request(by=alice, wish=wish, token=uuid.uuid4())

    client_of(admin).post(DEV, sent(dev, credits="5"))

    job.refresh_from_db()
    assert job.price == Decimal("0.216")
    assert CreditEntry.objects.get().amount == Decimal("0.432")


def test_the_second_of_two_admins_is_told_and_loses_nothing(client_of, admin, dev):
    second = sent(dev, label="Second", credits="0.5")
    client_of(admin).post(DEV, sent(dev, label="First"))

    response = client_of(admin).post(DEV, second)

    page = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else has changed this model" in page
    assert "name “First”" in page
    assert 'value="Second"' in page
    assert FluxModel.objects.get(pk=dev.pk).label == "First"

    again = second | {"seen": offers.fingerprint(FluxModel.objects.get(pk=dev.pk))}
    client_of(admin).post(DEV, again)
    assert FluxModel.objects.get(pk=dev.pk).label == "Second"


def test_what_the_engine_learns_makes_no_form_stale(client_of, admin, dev):
    form = sent(dev, label="Dev")
    FluxModel.objects.filter(pk=dev.pk).update(seconds=99)

    assert client_of(admin).post(DEV, form).status_code == 302


@pytest.mark.parametrize("price", ["", "-1", "cheap", "0.00001", "NaN", "Infinity", "12345678901"])
def test_a_price_that_is_none_is_told_with_its_mend(client_of, admin, dev, price):
    response = client_of(admin).post(DEV, sent(dev, credits=price))

    assert response.status_code == 422
    assert offers.PRICE in response.content.decode()
    assert FluxModel.objects.get(pk=dev.pk).credits == dev.credits


def test_there_is_one_default_at_a_time_and_new_forms_begin_with_it(client_of, admin, alice, dev):
    pro = FluxModel.objects.get(name="flux-pro")
    client_of(admin).post(DEV, sent(dev, is_default="on"))
    client_of(admin).post("/team/models/flux-pro/", sent(pro, is_default="on"))

    assert list(FluxModel.objects.filter(is_default=True)) == [pro]
    client_of(admin).post(DEV, sent(dev, is_default="on", credits="?"))
    assert list(FluxModel.objects.filter(is_default=True)) == [pro]
    composer = composer_of(PlanForm(initial={}, person=alice))
    assert [model.name for model in composer.models if model.is_chosen] == ["flux-pro"]


@pytest.mark.parametrize("closed", [{"is_on": None}, {"open_to": "admins"}])
def test_the_default_must_be_open_to_everyone(client_of, admin, dev, closed):
    response = client_of(admin).post(DEV, sent(dev, is_default="on", **closed))

    assert response.status_code == 422
    assert offers.CLOSED_DEFAULT in response.content.decode()


def test_the_last_model_can_not_be_switched_off(client_of, admin, dev):
    FluxModel.objects.exclude(pk=dev.pk).update(is_on=False)

    response = client_of(admin).post(DEV, sent(dev, is_on=None))

    assert response.status_code == 422
    assert offers.LAST in response.content.decode()


def test_a_model_moves_up_by_one_and_the_first_stays(client_of, admin):
    first, second, *_ = FluxModel.objects.values_list("name", flat=True)
    browser = client_of(admin)

    browser.post(f"/team/models/{second}/up/")
    browser.post(f"/team/models/{second}/up/")

    assert list(FluxModel.objects.values_list("name", flat=True)[:2]) == [second, first]
    assert AuditEvent.objects.count() == 1


def test_an_admin_takes_the_mark_of_a_refusal_away(client_of, admin, dev):
    FluxModel.objects.update(refused_at=dev.pk and "2026-11-01T10:00Z", refused_detail="unknown")
    browser = client_of(admin)
    assert "Refused by the provider" in browser.get("/team/models/").content.decode()
    assert "does not know the model Flux Dev" in browser.get("/team/health/").content.decode()

    browser.post(f"{DEV}clear/")

    dev.refresh_from_db()
    assert (dev.refused_at, dev.refused_detail) == (None, "")


def test_a_model_that_is_not_there_is_not_found(client_of, admin):
    assert client_of(admin).get("/team/models/flux-none/").status_code == 404


# ── Who may use which ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def for_admins(dev):
    dev.open_to = "admins"
    dev.save()
    return dev


def test_members_are_not_offered_what_is_for_admins(client_of, alice, admin, for_admins):
    for path in ("/", "/edit/"):
        assert 'value="flux-dev"' not in client_of(alice).get(path).content.decode()
    assert 'value="flux-dev"' in client_of(admin).get("/").content.decode()


@pytest.mark.parametrize("field", ["model", "also_model"])
def test_a_form_that_asks_for_it_all_the_same_is_refused(client_of, alice, for_admins, wish, field):
    response = client_of(alice).post("/generations/", wish(model="flux-pro") | {field: "flux-dev"})

    assert response.status_code == 422
    assert not Generation.objects.exists()


def test_the_verbs_refuse_it_whoever_calls_them(alice, admin, for_admins):
    wish = Wish(prompt="A door", model=for_admins, size="1:1")

    with pytest.raises(ModelGone):
        generations.request(by=alice, wish=wish, token=uuid.uuid4())
    with pytest.raises(ModelGone):
        both = Wishes(template="A door", wishes=[wish, wish], labels=["1", "2"])
        batches.request(by=alice, wishes=both, token=uuid.uuid4())

    assert generations.request(by=admin, wish=wish, token=uuid.uuid4())


def test_a_job_is_not_tried_again_with_a_model_that_was_closed(alice, for_admins, make_generation):
    job = make_generation(alice, status="failed", model=for_admins)

    with pytest.raises(ModelGone):
        generations.retry(job, by=alice, token=uuid.uuid4())


def test_rows_and_lists_agree_on_who_may_use_what(alice, victor, admin, for_admins):
    for person in (alice, victor, admin):
        listed = FluxModel.objects.usable_by(person)
        assert set(listed) == {
            model for model in FluxModel.objects.all() if model.is_open_to(person)
        }
    assert not FluxModel.objects.usable_by(victor)
