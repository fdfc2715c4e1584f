"""Groups of people: made by admins, and what they open closes at once."""

from decimal import Decimal

import pytest

from accounts import alerts, credits
from accounts.models import AuditEvent, Group, Person, TeamBudget
from gallery import placing, team
from gallery.models import FluxModel, Gallery, GroupMembership, Image

PAGE = "/team/groups/"


@pytest.fixture
def client(client_of, admin):
    return client_of(admin)


@pytest.fixture
def design(db):
    return Group.objects.create(name="Design")


def test_a_group_is_made_filled_renamed_and_deleted(client, alice, bob):
    answer = client.post(PAGE, {"name": "Design", "monthly_allowance": "250"}, follow=True)
    group = Group.objects.get()
    assert "The group Design is made." in answer.text

    chosen = {"person": [str(alice.pk), str(bob.pk), "nonsense"]}
    assert "In Design now: Alice Adler, Bob Brandt." in (
        client.post(f"{PAGE}{group.pk}/add/", chosen, follow=True).text
    )
    client.post(f"{PAGE}{group.pk}/remove/", {"person": [str(bob.pk)]})
    client.post(f"{PAGE}{group.pk}/", {"name": "Art", "monthly_allowance": ""})
    assert list(group.people.all()) == [alice]
    assert client.post(f"{PAGE}{group.pk}/delete/").status_code == 422
    client.post(f"{PAGE}{group.pk}/delete/", {"sure": "on"})

    assert not Group.objects.exists()
    assert list(AuditEvent.objects.order_by("pk").values_list("text", flat=True)) == [
        "Made the group Design, 250 a month",
        "Put Alice Adler into the group Design",
        "Put Bob Brandt into the group Design",
        "Took Bob Brandt out of the group Design",
        "Changed the group Design, 250 a month: it is Art, no credits a month now",
        "Deleted the group Art",
    ]


def test_two_groups_can_not_have_one_name(client, design):
    answer = client.post(PAGE, {"name": "design"})

    assert answer.status_code == 422
    assert "There is a group with this name already." in answer.text


def test_the_chosen_of_the_list_of_people_are_put_into_a_group(client, design, alice):
    sent = {"group": design.pk, "person": [str(alice.pk)]}

    assert f'<option value="{design.pk}">Design</option>' in client.get("/team/").text
    assert client.post(f"{PAGE}add/", sent).status_code == 302
    assert client.post(f"{PAGE}add/", sent | {"group": "x"}).status_code == 404

    assert list(design.people.all()) == [alice]


def test_everybody_else_is_found_by_name(client, design, alice, bob):
    page = client.get(f"{PAGE}{design.pk}/?q=ali adler").text

    assert "Alice Adler" in page and "Bob Brandt" not in page


@pytest.mark.parametrize("path", ["", "{}/", "{}/add/", "{}/remove/", "{}/delete/"])
def test_groups_are_for_admins(client_of, design, alice, path):
    path = PAGE + path.format(design.pk)

    assert client_of(alice).post(path, {"name": "Mine", "sure": "on"}).status_code == 404
    assert Group.objects.get().name == "Design"


# ── Allowances ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("own", "of_groups", "role", "expected"),
    [
        (None, [], "member", 100),
        (None, [None], "member", 100),
        (None, [40], "member", 40),
        (None, [40, 250, None], "member", 250),
        (None, [0], "member", 0),
        (7, [250], "member", 7),
        (0, [250], "member", 0),
        (None, [250], "admin", 250),
        (None, [None], "admin", 200),
    ],
)
def test_an_allowance_is_ones_own_then_the_largest_of_the_groups_then_the_roles(
    alice, own, of_groups, role, expected
):
    TeamBudget.objects.update(usual_allowance=100, admin_allowance=200)
    alice.monthly_allowance, alice.role = own, role
    alice.save()
    for number, amount in enumerate(of_groups):
        group = Group.objects.create(name=f"Group {number}", monthly_allowance=amount)
        group.people.add(alice)
    Group.objects.create(name="Of others", monthly_allowance=999)

    budget = TeamBudget.objects.get()

    assert credits.statement(alice).allowance == expected
    assert team.row_of(alice).granted == expected
    assert budget.allowances_of([alice]) == {alice.pk: expected}


def test_whoever_is_taken_out_can_not_spend_by_the_group_any_more(client, design, alice):
    Group.objects.update(monthly_allowance=250)
    design.people.add(alice)
    credits.hold(alice, Decimal(150), reference="generation:1")

    client.post(f"{PAGE}{design.pk}/remove/", {"person": [str(alice.pk)]})

    with pytest.raises(credits.AllowanceExceeded):
        credits.hold(alice, Decimal(1), reference="generation:2")


def test_alerts_measure_by_the_groups_allowance(design, alice, admin):
    Group.objects.update(monthly_allowance=1000)
    design.people.add(alice)

    credits.hold(alice, Decimal(90), reference="generation:1")
    assert alerts.look() == []
    Group.objects.update(monthly_allowance=100)
    [letter] = alerts.look()

    assert letter.facts["budget"] == "100"


def test_many_allowances_are_found_with_one_question(design, django_assert_num_queries):
    people = [Person.objects.create_user(f"{number}@example.org") for number in range(5)]
    design.people.set(people)
    budget = TeamBudget.objects.get()

    with django_assert_num_queries(1):
        budget.allowances_of(people)


# ── Sharing and models ───────────────────────────────────────────────────────────────────────────


def answers(client, addresses):
    found = [client.get(path) for path in addresses]
    for answer in found:
        if answer.streaming:
            b"".join(answer.streaming_content)
    return {answer.status_code for answer in found}


def test_a_gallery_is_shared_with_a_group_and_closes_to_whoever_leaves_it(
    client, client_of, design, alice, bob, make_image
):
    design.people.add(bob)
    gallery, image = Gallery.objects.create(name="Spring", owner=alice), make_image(alice)
    placing.place_many([image], gallery, by=alice)
    hers, his = client_of(alice), client_of(bob)
    addresses = [gallery.get_absolute_url(), f"/images/{image.pk}/"]
    addresses.append(f"/images/{image.pk}/original/")
    assert answers(his, addresses) == {404}

    page = hers.post(
        f"/galleries/{gallery.pk}/share/people/", {"who": "design", "role": "viewer"}, follow=True
    ).text
    assert "Group, 1 person" in page
    assert answers(his, addresses) == {200}
    assert "Selected people" in hers.get("/galleries/").text
    assert f"/images/{image.pk}/" in his.get("/library/shared/").text
    assert his.get(f"/library/shared/?q={image.prompt.split()[1]}").text.count(str(image.pk))

    client.post(f"{PAGE}{design.pk}/remove/", {"person": [str(bob.pk)]})

    assert answers(his, addresses) == {404}
    assert not Image.objects.visible_to(bob).exists()
    assert str(image.pk) not in his.get("/library/shared/").text


def test_the_most_that_somebody_is_holds(alice, bob, design):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    design.people.add(bob)
    other = Group.objects.create(name="Other")
    other.people.add(bob)
    GroupMembership.objects.create(gallery=gallery, group=design, role="viewer")
    GroupMembership.objects.create(gallery=gallery, group=other, role="contributor")

    assert Gallery.objects.with_role_of(bob).get().role == "contributor"
    assert Gallery.objects.visible_to(bob).count() == 1  # once, however many groups
    assert Gallery.objects.open_to_contributions_of(bob).exists()
    assert not Gallery.objects.managed_by(bob).exists()


def test_a_deleted_group_closes_what_it_opened(alice, bob, design):
    gallery = Gallery.objects.create(name="Spring", owner=alice)
    design.people.add(bob)
    GroupMembership.objects.create(gallery=gallery, group=design)

    design.delete()

    assert not Gallery.objects.visible_to(bob).exists()


def test_a_model_is_for_some_groups(client, design, alice, bob, victor, admin):
    design.people.add(alice, victor)
    model = FluxModel.objects.get(name="flux-dev")
    model.open_to = "groups"
    model.save()
    model.groups.add(design, Group.objects.create(name="Other"))

    may = {who.name for who in (alice, bob, victor, admin) if model.is_open_to(who)}

    assert may == {"Alice Adler", "Ada Admin"}
    assert FluxModel.objects.usable_by(alice).filter(pk=model.pk).count() == 1
    assert "Design, Other, and admins" in client.get("/team/models/").text


def test_a_model_for_groups_needs_one(client, design):
    page = client.get("/team/models/flux-pro/").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    sent = {"seen": seen, "label": "Pro", "credits": "1", "is_on": "on", "open_to": "groups"}

    refused = client.post("/team/models/flux-pro/", sent)
    saved = client.post("/team/models/flux-pro/", sent | {"groups": [design.pk]})

    assert refused.status_code == 422 and "Choose at least one group" in refused.text
    assert saved.status_code == 302
    assert list(FluxModel.objects.get(name="flux-pro").groups.all()) == [design]
    assert "groups: Design" in AuditEvent.objects.get().text


def test_sharing_is_written_down_without_the_gallerys_name(client_of, alice, bob, design):
    gallery = Gallery.objects.create(name="Secret", owner=alice)
    client, path = client_of(alice), f"/galleries/{gallery.pk}/share/"

    client.post(f"{path}people/", {"who": "Bob Brandt", "role": "viewer"})
    client.post(f"{path}people/{bob.pk}/", {"role": "manager"})
    client.post(f"{path}people/{bob.pk}/remove/")
    client.post(f"{path}team/", {"team": "1"})
    client.post(f"{path}people/", {"who": "Design", "role": "viewer"})
    client.post(f"{path}groups/{design.pk}/", {"role": "manager"})
    client.post(f"{path}groups/{design.pk}/remove/")

    sign = f"the gallery {str(gallery.pk)[:8]}"
    events = AuditEvent.objects.filter(kind="sharing", person=alice).order_by("pk")
    assert [event.text for event in events] == [
        f"Shared {sign} with Bob Brandt as viewer",
        f"Made Bob Brandt manager of {sign}",
        f"Removed Bob Brandt from {sign}",
        f"Opened {sign} to the whole team",
        f"Shared {sign} with Design as viewer",
        f"Made the group Design manager of {sign}",
        f"Removed the group Design from {sign}",
    ]


def test_deletions_for_good_are_written_down(client_of, alice, make_image):
    client, gallery = client_of(alice), Gallery.objects.create(name="Secret", owner=alice)
    for _ in range(3):
        client.post(f"/images/{make_image(alice).pk}/trash/")
    one = Image.objects.first()

    client.post(f"/images/{one.pk}/purge/")
    client.post("/library/trash/empty/")
    client.post("/library/trash/empty/")  # nothing is left
    client.post(f"/galleries/{gallery.pk}/delete/")

    events = AuditEvent.objects.filter(kind="deletion", person=alice).order_by("pk")
    assert [event.text for event in events] == [
        "Deleted 1 picture for good",
        "Deleted 2 pictures for good",
        f"Deleted the gallery {str(gallery.pk)[:8]}",
    ]
