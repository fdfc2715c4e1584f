"""Who may do what in a gallery, as data: every address of galleries, public links and pictures."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from guesting import expire, link_to, row_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Group
from gallery import placing, reviewing
from gallery.models import Gallery, GroupMembership, Image, Membership, Placement

PASSWORD = "a green door"

# ── People ───────────────────────────────────────────────────────────────────────────────────────

MANAGE = {"owner", "manager"}
CONTRIBUTE = {*MANAGE, "contributor"}
INVITED = {"manager", "contributor", "viewer"}
SEE = {*INVITED, "owner"}
# In each state of the gallery: who of the team sees it beside those who were invited.
STATES = {"private": set(), "team": {"outsider", "admin", "looker"}}
# In the gallery by a group alone; they may what the role says, and can't leave by themselves.
BY_GROUP = {f"{role} by a group": role for role in INVITED}
EVERYBODY = {*SEE, *BY_GROUP, "outsider", "admin", "looker", "anonymous"}

G, IMAGE = "/galleries/{gallery}/", "/images/{image}/"
PICTURE = G + "images/{image}/"


@dataclass(frozen=True, kw_only=True)
class What:
    names: tuple[str, ...]  # of the addresses
    path: str
    who: Any  # SEES stands for whoever sees the gallery
    post: dict[str, str] | None = None


SEES = "sees"
WHATS = {
    "look at it": What(names=("gallery_detail",), path=G, who=SEES),
    "look at a picture": What(names=("image_detail",), path=IMAGE + "?in={gallery}", who=SEES),
    "look at a thumbnail": What(names=("image_rendition",), path=IMAGE + "small.webp", who=SEES),
    "open a file": What(names=("image_file",), path=IMAGE + "original/", who=SEES),
    "download": What(names=("image_download",), path=IMAGE + "download/", who=SEES),
    "convert": What(names=("image_download",), path=IMAGE + "download/?as=png", who=SEES),
    "like": What(names=("image_favourite",), path=IMAGE + "favourite/", who=SEES, post={}),
    "rate": What(names=("image_rate",), path=IMAGE + "rate/", who=SEES, post={"stars": "3"}),
    "like while culling": What(
        names=("image_cull",), path=IMAGE + "cull/", who=SEES, post={"is_favourite": "1"}
    ),
    "reject while culling": What(
        names=("image_cull",), path=IMAGE + "cull/", who={"owner"}, post={"is_rejected": "1"}
    ),
    "tag": What(names=("image_tag",), path=IMAGE + "tag/", who=MANAGE, post={"tags": "door"}),
    "untag": What(names=("image_untag",), path=IMAGE + "untag/", who=MANAGE, post={"tag": "door"}),
    "decide": What(
        names=("placement_approval",),
        path=PICTURE + "approval/",
        who=SEES,
        post={"approval": "approved"},
    ),
    "comment": What(
        names=("placement_comment",), path=PICTURE + "comments/", who=SEES, post={"text": "Good"}
    ),
    "delete the owner's comment": What(
        names=("comment_delete",), path=PICTURE + "comments/{comment}/delete/", who=MANAGE, post={}
    ),
    "open the form to add": What(names=("gallery_add",), path=G + "add/", who=CONTRIBUTE),
    "add": What(names=("gallery_add",), path=G + "add/", who=CONTRIBUTE, post={"image": "{own}"}),
    "take out the owner's picture": What(
        names=("placement_remove",), path=PICTURE + "remove/", who=MANAGE, post={}
    ),
    "open the form to edit": What(names=("gallery_edit",), path=G + "edit/", who=MANAGE),
    "edit": What(
        names=("gallery_edit",),
        path=G + "edit/",
        who=MANAGE,
        post={"name": "New", "order": "hand"},
    ),
    "arrange": What(names=("gallery_arrange",), path=G + "arrange/", who=MANAGE),
    "set the order": What(
        names=("gallery_order",), path=G + "order/", who=MANAGE, post={"order": "hand"}
    ),
    "move": What(
        names=("placement_move",), path=PICTURE + "move/", who=MANAGE, post={"way": "first"}
    ),
    "choose the cover": What(
        names=("placement_cover",), path=PICTURE + "cover/", who=MANAGE, post={}
    ),
    "see who sees it": What(names=("gallery_share",), path=G + "share/", who=MANAGE),
    "open it to the team": What(
        names=("share_team",), path=G + "share/team/", who=MANAGE, post={"team": "1"}
    ),
    "invite": What(
        names=("share_invite",),
        path=G + "share/people/",
        who=MANAGE,
        post={"who": "{outsider_email}", "role": "manager"},
    ),
    "change a role": What(
        names=("share_role",),
        path=G + "share/people/{viewer}/",
        who=MANAGE,
        post={"role": "manager"},
    ),
    "remove somebody": What(
        names=("share_remove",), path=G + "share/people/{viewer}/remove/", who=MANAGE, post={}
    ),
    "change a group's role": What(
        names=("share_group_role",),
        path=G + "share/groups/{group}/",
        who=MANAGE,
        post={"role": "viewer"},
    ),
    "remove a group": What(
        names=("share_group_remove",), path=G + "share/groups/{group}/remove/", who=MANAGE, post={}
    ),
    "make a link": What(
        names=("link_create",),
        path=G + "share/links/",
        who=MANAGE,
        post={"expires_on": "{tomorrow}"},
    ),
    "revoke a link": What(
        names=("link_revoke",), path=G + "share/links/{link}/revoke/", who=MANAGE, post={}
    ),
    "leave": What(names=("gallery_leave",), path=G + "leave/", who=INVITED, post={}),
    "delete": What(names=("gallery_delete",), path=G + "delete/", who={"owner"}, post={}),
    "place the owner's picture elsewhere": What(
        names=("image_galleries",), path=IMAGE + "galleries/", who={"owner"}, post={"name": "Mine"}
    ),
    "throw the owner's picture away": What(
        names=("image_trash",), path=IMAGE + "trash/", who={"owner"}, post={}
    ),
    "restore what is not in the trash": What(
        names=("image_restore",), path=IMAGE + "restore/", who={"owner"}, post={}
    ),
    "purge what is not in the trash": What(
        names=("image_purge",), path=IMAGE + "purge/", who=set(), post={}
    ),
}


@pytest.fixture
def world(alice, bob, charlie, victor, admin, make_image, django_user_model):
    """The gallery with one of each, and what the addresses are filled with."""
    gallery = Gallery.objects.create(name="Spring", owner=alice, order="hand")
    people = {"owner": alice, "manager": bob, "outsider": charlie, "looker": victor, "admin": admin}
    for role in ("contributor", "viewer"):
        people[role] = django_user_model.objects.create_user(f"{role}@example.org", "x")
    for role in INVITED:
        Membership.objects.create(gallery=gallery, person=people[role], role=role)
    for name, role in BY_GROUP.items():
        people[name] = django_user_model.objects.create_user(f"{role}.group@example.org", "x")
        group = Group.objects.create(name=name)
        group.people.add(people[name])
        GroupMembership.objects.create(gallery=gallery, group=group, role=role)
    image = make_image(alice)
    placing.place_many([image], gallery, by=alice)
    form = reviewing.CommentForm({"text": "Mine"})
    assert form.is_valid()
    comment = reviewing.comment(gallery, image, form, by=alice)
    own = {role: make_image(person).pk for role, person in people.items()}
    path = link_to(gallery)
    values = {
        "gallery": gallery.pk,
        "image": image.pk,
        "comment": comment.pk,
        "viewer": people["viewer"].pk,
        "group": Group.objects.get(name="viewer by a group").pk,
        "outsider_email": charlie.email,
        "link": row_of(path).get().pk,
        "tomorrow": row_of(path).get().expires_at.date(),
    }
    return people, own, values


def may(client, what, values):
    """Whether it is allowed; undone afterwards. A stranger is sent to sign in."""
    path = what.path.format(**values)
    with transaction.atomic():
        if what.post is None:
            answer = client.get(path)
        else:
            data = {name: value.format(**values) for name, value in what.post.items()}
            answer = client.post(path, data)
        transaction.set_rollback(True)
    if answer.streaming:
        b"".join(answer.streaming_content)
    if answer.status_code == 302 and "/accounts/login/" in answer["Location"]:
        return "sign in"
    assert answer.status_code in (200, 204, 302, 404), (path, answer.status_code)
    return answer.status_code != 404


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_everybody_may_what_the_table_says_and_nothing_else(state, who, world, client_of):
    people, own, values = world
    Gallery.objects.update(is_for_team=state == "team")
    client = client_of(people[who]) if who in people else Client()
    values = values | {"own": own.get(who, uuid.uuid4())}

    found = {name: may(client, what, values) for name, what in WHATS.items()}

    seen_by, role = SEE | STATES[state], BY_GROUP.get(who, who)
    expected = {
        name: role in (seen_by if what.who == SEES else what.who) for name, what in WHATS.items()
    }
    if who in BY_GROUP:
        expected["leave"] = False
    if who == "anonymous":
        expected = dict.fromkeys(WHATS, "sign in")
    assert found == expected


def test_no_address_of_galleries_and_pictures_is_missing_in_the_tables():
    patterns = [each for each in _patterns() if each.name]
    of_pictures = {
        each.name for each in patterns if str(each.pattern).startswith(("galleries/<", "images/<"))
    }
    of_guests = {each.name for each in patterns if str(each.pattern).startswith("g/<")}

    assert of_pictures <= {name for what in WHATS.values() for name in what.names}
    assert of_guests == {name for name, *_ in OF_GUESTS}


def _patterns():
    for resolver in get_resolver().url_patterns:
        for each in getattr(resolver, "url_patterns", []):
            if isinstance(each, URLPattern):
                yield each


# ── Guests ───────────────────────────────────────────────────────────────────────────────────────

PAGE, FILE, CHANGE = "page", "file", "change"
OF_GUESTS = (
    ("public_gallery", "", PAGE, None),
    ("public_image", "images/{image}/", PAGE, None),
    ("public_rendition", "images/{image}/large.webp", FILE, None),
    ("public_download", "images/{image}/download/", FILE, None),
    ("public_zip", "zip/", FILE, {}),
    ("public_unlock", "unlock/", "unlock", {"password": PASSWORD}),
    ("public_name", "name/", CHANGE, {"name": "Greta"}),
    ("public_heart", "images/{image}/heart/", CHANGE, {}),
    ("public_approval", "images/{image}/approval/", CHANGE, {"approval": "approved"}),
    ("public_comment", "images/{image}/comments/", CHANGE, {"text": "Good"}),
    ("public_comment_delete", "images/{image}/comments/{comment}/delete/", "never", {}),
)
# What comes of each by a link in this state. A locked page is the form for the password.
LINKS = {
    "open": {PAGE: 200, FILE: 200, CHANGE: 302, "unlock": 404, "never": 404},
    "only to look": {PAGE: 200, FILE: 200, CHANGE: 404, "unlock": 404, "never": 404},
    "locked": {PAGE: "locked", FILE: 404, CHANGE: 404, "unlock": 302, "never": 404},
    "unlocked": {PAGE: 200, FILE: 200, CHANGE: 302, "unlock": 302, "never": 404},
    "expired": dict.fromkeys((PAGE, FILE, CHANGE, "unlock", "never"), 410),
    "revoked": dict.fromkeys((PAGE, FILE, CHANGE, "unlock", "never"), 410),
    "unknown": dict.fromkeys((PAGE, FILE, CHANGE, "unlock", "never"), 404),
}


@pytest.mark.parametrize("state", LINKS)
def test_a_link_opens_what_the_table_says_and_nothing_else(state, world):
    *_, values = world
    gallery = Gallery.objects.get()
    terms = {
        "allows_downloads": state != "only to look",
        "takes_responses": state != "only to look",
    }
    password = PASSWORD if state in ("locked", "unlocked") else ""
    path, client = link_to(gallery, password=password, **terms), Client()
    if state == "unlocked":
        client.post(f"{path}unlock/", {"password": PASSWORD})
    if state != "locked":
        client.post(f"{path}name/", {"name": "Greta"})
    if state == "expired":
        expire(path)
    elif state == "revoked":
        row_of(path).update(revoked_at="2026-01-01T00:00:00Z")
    elif state == "unknown":
        path = path.swapcase().replace("/G/", "/g/")

    found = {
        name: outcome(client, path + rest.format(**values), post)
        for name, rest, _, post in OF_GUESTS
    }

    expected = {name: LINKS[state][kind] for name, _, kind, _ in OF_GUESTS}
    if state == "only to look":
        expected |= {"public_download": 404, "public_zip": 404}
    assert found == expected


def outcome(client, path, post):
    with transaction.atomic():
        before = client.cookies.copy()
        answer = client.get(path) if post is None else client.post(path, post)
        client.cookies = before
        transaction.set_rollback(True)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if b"This gallery has a password" in body and b"Spring" not in body:
        return "locked"
    return answer.status_code


def test_a_link_opens_no_picture_of_another_gallery(world, alice, make_image):
    *_, values = world
    other, image = Gallery.objects.create(name="Other", owner=alice), make_image(alice)
    placing.place_many([image], other, by=alice)
    path = link_to(Gallery.objects.get(name="Spring"), allows_downloads=True)

    for rest in ("", "large.webp", "download/"):
        assert Client().get(f"{path}images/{image.pk}/{rest}").status_code == 404


# ── The rule itself ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def trio(alice, bob, charlie, make_image):
    """Three people, and a picture of each."""
    people = [alice, bob, charlie]
    return people, [make_image(person) for person in people]


worlds = st.tuples(
    st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=3),  # owner, team
    st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=4),  # gallery, member
    st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=5),  # gallery, image
    st.sets(st.integers(0, 2), max_size=1),  # images in the trash
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=worlds)
def test_pages_and_files_agree_with_the_rule(drawn, trio, client_of):
    made, members, placed, trashed = drawn
    people, images = trio
    with transaction.atomic():
        galleries = [
            Gallery.objects.create(owner=people[owner], is_for_team=team) for owner, team in made
        ]
        members = {(g % len(made), who) for g, who in members}
        placed = {(g % len(made), which) for g, which in placed}
        for place, who in members:
            Membership.objects.create(gallery=galleries[place], person=people[who])
        for place, which in placed:
            Placement.objects.create(gallery=galleries[place], image=images[which])
        Image.objects.filter(pk__in=[images[which].pk for which in trashed]).update(
            trashed_at=images[0].created_at
        )

        for who, person in enumerate(people):
            seen = {
                place
                for place, (owner, team) in enumerate(made)
                if team or owner == who or (place, who) in members
            }
            visible = {
                which
                for which in range(3)
                if which not in trashed
                and (which == who or any((place, which) in placed for place in seen))
            }
            rows = Image.objects.filter(pk__in=[image.pk for image in images])
            assert set(rows.visible_to(person)) == {images[which] for which in visible}
            check_pages_and_files(client_of(person), images, visible, own_trash={who} & trashed)
        transaction.set_rollback(True)


def check_pages_and_files(client, images, visible, *, own_trash):
    for which, image in enumerate(images):
        for rest in ("", "original/", "small.webp"):
            answer = client.get(f"/images/{image.pk}/{rest}")
            if answer.streaming:
                b"".join(answer.streaming_content)
            assert (answer.status_code == 200) == (which in visible | own_trash)
