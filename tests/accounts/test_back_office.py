from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin as back_office
from django.contrib.auth import get_user

from accounts import credits
from accounts.models import CreditEntry, Person, TeamBudget
from gallery.models import FluxModel

PEOPLE = "/admin/accounts/person/"


@pytest.fixture
def office(client_of, admin):
    """A browser in which the admin is signed in."""
    return client_of(admin)


def form_of(person, **changes):
    """What the browser sends for this person's page."""
    fields = {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "is_active": "on" if person.is_active else "",
        "monthly_allowance": "" if person.monthly_allowance is None else person.monthly_allowance,
        "daily_cap": "" if person.daily_cap is None else person.daily_cap,
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


# ── Who gets in ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", PEOPLE])
def test_a_stranger_is_led_to_the_usual_sign_in_page(client, path):
    answer = client.get(path, follow=True)

    assert answer.request["PATH_INFO"] == "/accounts/login/"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["alice", "victor"])
@pytest.mark.parametrize("path", ["/admin/", PEOPLE, "/admin/accounts/creditentry/"])
def test_nobody_but_admins_gets_in(client_of, request, who, path):
    person = request.getfixturevalue(who)

    assert client_of(person).get(path, follow=True).status_code == 403


def test_an_admin_who_is_demoted_is_out_at_once(office, admin):
    Person.objects.filter(pk=admin.pk).update(role="member")

    assert office.get("/admin/", follow=True).status_code == 403


def test_every_list_and_every_empty_form_opens(office, make_generation, alice, admin):
    generation = make_generation(alice)
    credits.hold(alice, Decimal(1), reference=generation.reference)
    credits.adjust(alice, Decimal(1), by=admin, note="why")

    for model in back_office.site._registry:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert office.get(path, follow=True).status_code == 200, path
        assert office.get(path, {"q": "alice"}, follow=True).status_code == 200, path


def test_what_stands_behind_signing_in_is_not_shown(office):
    page = office.get("/admin/").text

    for word in ("Invitation", "Groups", "Email addresses", "User sessions", "Galleries"):
        assert word not in page


def test_no_page_lets_an_admin_run_functions_by_their_names(office):
    path = "/admin/django_q/schedule/add/"
    answer = office.post(path, {"func": "os.system", "args": "'id'"})

    assert answer.status_code == 404
    assert "django_q" not in office.get("/admin/").text


# ── People ───────────────────────────────────────────────────────────────────────────────────────


def test_a_person_is_added_with_a_password_and_can_sign_in(office, client):
    office.post(
        f"{PEOPLE}add/",
        {
            "email": "Dora@Example.org",
            "name": "Dora",
            "role": "member",
            "usable_password": "true",
            "password1": "a calm blue evening",
            "password2": "a calm blue evening",
            "monthly_allowance": "25",
        },
    )

    person = Person.objects.get(email="dora@example.org")
    assert person.monthly_allowance == 25
    assert EmailAddress.objects.get(user=person).verified
    client.post(
        "/accounts/login/", {"login": "dora@example.org", "password": "a calm blue evening"}
    )
    assert get_user(client) == person


def test_a_person_is_added_without_a_password_and_asks_for_one(office, client, mailoutbox):
    office.post(
        f"{PEOPLE}add/",
        {
            "email": "dora@example.org",
            "name": "Dora",
            "role": "viewer",
            "usable_password": "false",
        },
    )

    assert not Person.objects.get(email="dora@example.org").has_usable_password()
    client.post("/accounts/password/reset/", {"email": "dora@example.org"})
    assert mailoutbox[0].subject == "A new password for Fluxsite"


def test_the_same_address_in_other_letters_is_taken(office, alice):
    answer = office.post(
        f"{PEOPLE}add/",
        {
            "email": "ALICE@example.org",
            "name": "Alice",
            "role": "member",
            "usable_password": "false",
        },
    )

    assert "already exists" in answer.text
    assert Person.objects.filter(email__iexact="alice@example.org").count() == 1


def test_an_allowance_and_a_role_are_set(office, alice):
    office.post(
        f"{PEOPLE}{alice.pk}/change/",
        form_of(alice, role="viewer", monthly_allowance="12.5", daily_cap="3"),
    )

    alice.refresh_from_db()
    assert (alice.role, alice.monthly_allowance, alice.daily_cap) == ("viewer", Decimal("12.5"), 3)


def test_a_negative_allowance_is_refused(office, alice):
    office.post(f"{PEOPLE}{alice.pk}/change/", form_of(alice, monthly_allowance="-1"))

    alice.refresh_from_db()
    assert alice.monthly_allowance is None


def test_with_a_new_address_one_signs_in_by_the_new_address_only(office, alice):
    office.post(f"{PEOPLE}{alice.pk}/change/", form_of(alice, email="Adler@Example.org"))

    assert list(EmailAddress.objects.filter(user=alice).values_list("email", flat=True)) == [
        "adler@example.org"
    ]


@pytest.mark.parametrize("change", [{"role": "member"}, {"is_active": None}])
def test_the_last_admin_stays(office, admin, change):
    answer = office.post(f"{PEOPLE}{admin.pk}/change/", form_of(admin, **change))

    admin.refresh_from_db()
    assert admin.is_admin
    assert "This is the only active admin." in answer.text


def test_one_of_two_admins_can_be_demoted(office, admin):
    second = Person.objects.create_superuser("second@example.org", name="Second")

    office.post(f"{PEOPLE}{second.pk}/change/", form_of(second, role="member"))

    second.refresh_from_db()
    assert second.role == "member"


def test_nobody_is_deleted(office, alice):
    assert office.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    office.post(
        PEOPLE, {"action": "delete_selected", "_selected_action": str(alice.pk), "post": "yes"}
    )

    assert Person.objects.filter(pk=alice.pk).exists()


def test_an_admin_sets_a_new_password_for_somebody(office, alice):
    office.post(
        f"{PEOPLE}{alice.pk}/password/",
        {
            "usable_password": "true",
            "password1": "a calm blue evening",
            "password2": "a calm blue evening",
            "set-password": "1",
        },
    )

    alice.refresh_from_db()
    assert alice.check_password("a calm blue evening")


# ── Credits ──────────────────────────────────────────────────────────────────────────────────────


def test_credits_are_adjusted_with_a_reason(office, admin, alice):
    path = f"{PEOPLE}{alice.pk}/adjust-credits/"
    assert path in office.get(f"{PEOPLE}{alice.pk}/change/").text

    answer = office.post(path, {"amount": "-7.5", "note": "Moved to Bob"}, follow=True)

    entry = CreditEntry.objects.get()
    assert (entry.person, entry.amount, entry.made_by) == (alice, Decimal("-7.5"), admin)
    assert entry.note == "Moved to Bob"
    assert "7.5 credits less this month" in answer.text


@pytest.mark.parametrize(
    "fields", [{"amount": "5"}, {"note": "why"}, {"amount": "0", "note": "why"}]
)
def test_an_adjustment_without_an_amount_or_a_reason_is_refused(office, alice, fields):
    answer = office.post(f"{PEOPLE}{alice.pk}/adjust-credits/", fields)

    assert answer.status_code == 422
    assert not CreditEntry.objects.exists()


def test_a_member_adjusts_nothing(client_of, alice):
    path = f"{PEOPLE}{alice.pk}/adjust-credits/"

    answer = client_of(alice).post(path, {"amount": "5", "note": "because"}, follow=True)

    assert answer.status_code == 403
    assert not CreditEntry.objects.exists()


def test_the_ledger_is_only_to_be_read(office, alice):
    credits.hold(alice, Decimal(4), reference="generation:1")
    entry = f"/admin/accounts/creditentry/{CreditEntry.objects.get().pk}"

    assert office.get(f"{entry}/change/").status_code == 200
    assert office.post(f"{entry}/change/", {"amount": "1"}).status_code == 403
    assert office.post(f"{entry}/delete/", {"post": "yes"}).status_code == 403
    assert office.get("/admin/accounts/creditentry/add/").status_code == 403


def test_the_team_budget_opens_at_its_one_row(office):
    answer = office.get("/admin/accounts/teambudget/", follow=True)
    assert answer.request["PATH_INFO"] == "/admin/accounts/teambudget/1/change/"

    office.post(
        "/admin/accounts/teambudget/1/change/", {"usual_allowance": "50", "monthly_cap": "400"}
    )

    assert TeamBudget.objects.values_list("usual_allowance", "monthly_cap").get() == (50, 400)
    assert office.get("/admin/accounts/teambudget/add/").status_code == 403
    assert office.post("/admin/accounts/teambudget/1/delete/").status_code == 403


# ── The gallery's rows ───────────────────────────────────────────────────────────────────────────


def test_models_are_switched_and_priced_in_the_list(office):
    models = list(FluxModel.objects.all())
    form = {
        "form-TOTAL_FORMS": len(models),
        "form-INITIAL_FORMS": len(models),
        "_save": "Save",
    }
    for number, model in enumerate(models):
        form |= {
            f"form-{number}-id": model.pk,
            f"form-{number}-credits": "1.25",
            f"form-{number}-position": number,
        }

    office.post("/admin/gallery/fluxmodel/", form)

    assert set(FluxModel.objects.values_list("credits", "is_on")) == {(Decimal("1.25"), False)}


def test_an_admin_sees_a_generations_state_but_not_its_prompt(office, alice, make_generation):
    generation = make_generation(alice, prompt="A very private castle", problem="moderated")
    path = f"/admin/gallery/generation/{generation.pk}"

    pages = [
        office.get(f"{address}").text
        for address in ("/admin/gallery/generation/", f"{path}/change/", f"{path}/history/")
    ]

    assert "moderated" in pages[0]
    assert "moderated" in pages[1]
    assert not any("castle" in page for page in pages)
    assert office.post(f"{path}/change/", {"status": "failed"}).status_code == 403
    assert office.post(f"{path}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "asked", ["prompt__startswith=A", "owner__password__contains=a", "reference_image__prompt=A"]
)
def test_no_filter_of_an_admin_tells_what_the_list_does_not(office, alice, make_generation, asked):
    make_generation(alice, prompt="A very private castle")

    assert office.get(f"/admin/gallery/generation/?{asked}").status_code == 400


HUGE = "9" * 20
IN_THE_LIST = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "_save": "Save"}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("gallery/fluxmodel/", IN_THE_LIST | {"form-0-id": HUGE}),
        ("gallery/fluxmodel/", {"action": "delete_selected", "_selected_action": HUGE}),
        ("gallery/fluxmodel/1/change/", {"name": "x", "label": "x", "groups": HUGE}),
        ("accounts/person/", {"action": "take_second_factor_away", "_selected_action": "x"}),
    ],
)
def test_a_key_that_no_row_can_have_is_a_bad_request(office, path, sent):
    """PostgreSQL finds no row for a number that SQLite can't count to."""
    office.raise_request_exception = False

    assert office.post(f"/admin/{path}", sent).status_code in (200, 302, 400)
    assert office.get(f"/admin/{path}?id__in={HUGE}").status_code in (200, 302, 400)


def test_possible_losses_can_be_listed(office, alice, make_generation):
    make_generation(alice, is_possible_loss=True, model_name="flux-lost")
    make_generation(alice, model_name="flux-found")

    page = office.get("/admin/gallery/generation/", {"is_possible_loss__exact": "1"}).text

    assert '<td class="field-model_name">flux-lost' in page
    assert '<td class="field-model_name">flux-found' not in page


def test_the_conductor_is_only_to_be_looked_at(office):
    assert office.get("/admin/gallery/conductor/1/change/").status_code == 200
    assert office.post("/admin/gallery/conductor/1/change/", {"pause": "down"}).status_code == 403
