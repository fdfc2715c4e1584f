import re
from datetime import timedelta

import pytest
from django.utils import timezone
from guesting import expire, link_to

from accounts.models import Person
from gallery import placing
from gallery.models import Comment, Gallery, Membership, Placement, ShareLink

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def spring(alice):
    return Gallery.objects.create(name="Spring", owner=alice)


def post(client, gallery, verb, data=None, **others):
    return client.post(f"/galleries/{gallery.pk}/share/{verb}/", data or {}, **others)


def in_30_days():
    return (timezone.localdate() + timedelta(days=30)).isoformat()


@pytest.mark.parametrize(
    "who", ["bob@example.org", "BOB@example.org", "Bob Brandt", " bob brandt "]
)
def test_people_are_invited_by_name_or_email(who, alice, bob, spring, client_of):
    assert client_of(bob).get(spring.get_absolute_url()).status_code == 404

    answer = post(client_of(alice), spring, "people", {"who": who, "role": "contributor"}, **HTMX)

    assert "Bob Brandt is a contributor now." in answer.content.decode()
    page = client_of(bob).get(spring.get_absolute_url()).content.decode()
    assert "You are a contributor" in page and "Add pictures" in page and "Share" not in page


def test_inviting_again_changes_the_role(alice, bob, spring, client_of):
    for role in ("viewer", "manager"):
        post(client_of(alice), spring, "people", {"who": "Bob Brandt", "role": role})

    assert Membership.objects.get().role == "manager"


@pytest.mark.parametrize(
    ("who", "problem"),
    [
        ("", "Give a name, an email or a group."),
        ("nobody@example.org", "Nobody on this site"),
        ("Alice Adler", "theirs already"),
        ("Bob Brandt", "More than one has this name"),
    ],
)
def test_whoever_can_not_be_invited_is_told_and_what_was_typed_stays(
    who, problem, alice, bob, spring, client_of
):
    Person.objects.create_user("other-bob@example.org", "x", name="Bob Brandt")

    answer = post(client_of(alice), spring, "people", {"who": who, "role": "viewer"})

    assert answer.status_code == 422 and problem in answer.content.decode()
    assert f'value="{who}"' in answer.content.decode() and not Membership.objects.exists()


@pytest.mark.parametrize("is_there", [True, False])
def test_who_calls_themselves_like_an_address_gets_nothing_meant_for_it(
    alice, bob, charlie, spring, client_of, is_there
):
    address = bob.email if is_there else "somebody.new@example.org"
    Person.objects.filter(pk=charlie.pk).update(name=address)

    post(client_of(alice), spring, "people", {"who": address, "role": "viewer"})

    shared = [member.person for member in Membership.objects.all()]
    assert shared == ([bob] if is_there else [])


def test_roles_change_and_people_are_removed(alice, bob, spring, client_of):
    Membership.objects.create(gallery=spring, person=bob)
    client = client_of(alice)

    post(client, spring, f"people/{bob.pk}", {"role": "manager"})
    assert Membership.objects.get().role == "manager"
    assert post(client, spring, f"people/{bob.pk}", {"role": "king"}).status_code == 404
    assert post(client, spring, f"people/{bob.pk}/remove").status_code == 302
    assert post(client, spring, f"people/{bob.pk}/remove").status_code == 404

    assert client_of(bob).get(spring.get_absolute_url()).status_code == 404


def test_a_manager_who_removes_themselves_is_led_out(bob, spring, client_of):
    Membership.objects.create(gallery=spring, person=bob, role="manager")

    assert post(client_of(bob), spring, f"people/{bob.pk}/remove")["Location"] == "/galleries/"


def test_the_whole_team_sees_what_is_opened_to_it(alice, bob, spring, client_of):
    for is_open, status in (("1", 200), ("0", 404)):
        post(client_of(alice), spring, "team", {"team": is_open})

        assert client_of(bob).get(spring.get_absolute_url()).status_code == status


def test_the_address_of_a_link_is_shown_once(alice, spring, client_of, client):
    data = {"expires_on": in_30_days(), "allows_downloads": "on"}

    answer = post(client_of(alice), spring, "links", data)

    address = re.search(r'id="new-link">([^<]+)<', answer.content.decode())[1]
    assert address.startswith("http://127.0.0.1:8000/g/")
    token = address.split("/")[4]
    assert token not in client_of(alice).get(f"/galleries/{spring.pk}/share/").content.decode()
    link = ShareLink.objects.get()
    assert link.allows_downloads and not link.shows_prompts and link.created_by == alice
    assert link.expires_at - timezone.now() > timedelta(days=29, hours=23)
    assert client.get(f"/g/{token}/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("expires_on", "", "Give a day"),
        ("expires_on", "soon", "Give a day"),
        ("expires_on", "2020-01-01", "Give a day"),
        ("expires_on", "2999-01-01", "Give a day"),
        ("password", "short", "Use at least 6 characters"),
    ],
)
def test_terms_that_can_not_be_are_told_at_the_field(
    field, value, problem, alice, spring, client_of
):
    data = {"expires_on": in_30_days(), "shows_prompts": "on"} | {field: value}

    answer = post(client_of(alice), spring, "links", data, **HTMX)

    assert answer.status_code == 422 and problem in answer.content.decode()
    assert 'name="shows_prompts" checked' in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_links_are_listed_with_what_became_of_them(alice, bob, spring, client_of, client):
    live, ended, password = link_to(spring), link_to(spring), link_to(spring, password="a door")
    expire(ended)
    client.get(live)
    links = {link.token_hint: link for link in ShareLink.objects.all()}
    revoked = links[password.rstrip("/")[-4:]]

    post(client_of(alice), spring, f"links/{revoked.pk}/revoke")
    page = client_of(alice).get(f"/galleries/{spring.pk}/share/")

    states = [(link.state.split(" ")[0], link.is_live) for link in page.context["sharing"].links]
    assert sorted(states) == [("Expired", False), ("Revoked", False), ("Works", True)]
    assert "1 view" in page.content.decode() and "Password" in page.content.decode()
    assert post(client_of(alice), spring, f"links/{spring.pk}/revoke").status_code == 404
    assert client.get(password).status_code == 410


@pytest.mark.parametrize("number", [1, 20])
def test_the_dialog_takes_the_same_number_of_queries_for_few_and_many(
    number, alice, spring, client_of, django_assert_num_queries
):
    for place in range(number):
        person = Person.objects.create_user(f"p{place}@example.org", "x")
        Membership.objects.create(gallery=spring, person=person)
        link_to(spring)
    client = client_of(alice)
    client.get(f"/galleries/{spring.pk}/share/", **HTMX)

    with django_assert_num_queries(7):
        client.get(f"/galleries/{spring.pk}/share/", **HTMX)


@pytest.fixture
def image(alice, spring, make_image):
    image = make_image(alice)
    placing.place_many([image], spring, by=alice)
    return image


def respond(client, gallery, image, verb, data=None, **others):
    return client.post(f"/galleries/{gallery.pk}/images/{image.pk}/{verb}/", data or {}, **others)


def test_members_decide_and_comment_in_the_viewer(alice, bob, spring, image, client_of):
    Membership.objects.create(gallery=spring, person=bob)
    client = client_of(bob)

    respond(client, spring, image, "approval", {"approval": "rejected"})
    data = {"text": "Too dark here", "x": "500", "y": "990"}
    part = respond(client, spring, image, "comments", data, **HTMX).content.decode()

    assert "Too dark here" in part and 'hx-swap-oob="true"' in part and 'y="99.0%"' in part
    page = client_of(alice).get(f"/images/{image.pk}/?in={spring.pk}").content.decode()
    assert "Rejected by Bob Brandt" in page and "Too dark here" in page
    assert 'class="tile-badge rejected"' in client.get(spring.get_absolute_url()).content.decode()
    assert "Too dark here" not in client_of(alice).get(f"/images/{image.pk}/").content.decode()


def test_a_decision_is_taken_back(alice, spring, image, client_of):
    for approval in ("approved", ""):
        respond(client_of(alice), spring, image, "approval", {"approval": approval})

    placement = Placement.objects.get()
    assert (placement.approval, placement.approval_by, placement.approval_at) == ("", None, None)
    assert (
        respond(client_of(alice), spring, image, "approval", {"approval": "x"}).status_code == 404
    )


def test_who_wrote_a_comment_or_manages_deletes_it(alice, bob, charlie, spring, image, client_of):
    for person in (bob, charlie):
        Membership.objects.create(gallery=spring, person=person)

    for deleter, status in ((charlie, 404), (bob, 302), (alice, 302)):
        respond(client_of(bob), spring, image, "comments", {"text": "Mine"})
        comment = Comment.objects.latest("created_at")
        verb = f"comments/{comment.pk}/delete"
        assert respond(client_of(deleter), spring, image, verb).status_code == status


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_an_empty_comment_is_told_at_the_field(extra, alice, spring, image, client_of):
    answer = respond(client_of(alice), spring, image, "comments", {"text": " "}, **extra)

    assert answer.status_code == 422 and "Write something" in answer.content.decode()


@pytest.mark.parametrize(("x", "y"), [("", ""), ("5", ""), ("1001", "5"), ("-1", "5"), ("x", "y")])
def test_a_spot_outside_the_picture_is_none(x, y, alice, spring, image, client_of):
    respond(client_of(alice), spring, image, "comments", {"text": "Good", "x": x, "y": y})

    comment = Comment.objects.get()
    assert (comment.text, comment.x, comment.y) == ("Good", None, None)
