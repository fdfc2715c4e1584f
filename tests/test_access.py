"""Every address of the site: closed to strangers, and 404 to outsiders where it names a thing."""

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from gallery.models import (
    Batch,
    Gallery,
    Placement,
    Preset,
    PromptUse,
    SavedSearch,
    Upload,
    Webhook,
)
from gallery.stamps import Stamp

# Open to strangers, with the reason.
OPEN = {
    "account_login": "how one comes in",
    "account_logout": "signing out twice is no mistake",
    "account_signup": "says that only invited people come in",
    "account_inactive": "says that one was locked out",
    "account_reset_password": "for who can't come in",
    "account_reset_password_done": "for who can't come in",
    "account_reset_password_from_key": "opened by a link in a letter",
    "account_reset_password_from_key_done": "for who can't come in",
    "mfa_authenticate": "the second step of coming in",
    "mfa_login_webauthn": "how one comes in with a passkey",
    "openid_connect_login": "how one comes in by single sign-on",
    "openid_connect_callback": "where the provider leads back",
    "first_admin": "opened by the link that `up` prints",
    "invitation": "opened by the link in a letter, or handed on",
    "live_poll": "opened by a signed stamp, for a yes or no",
    "flux_callback": "opened by a signed address",
    "flux_reference": "opened by a signed, expiring address",
    **dict.fromkeys(
        (
            *("public_gallery", "public_unlock", "public_name", "public_image", "public_heart"),
            *("public_approval", "public_comment", "public_comment_delete"),
            *("public_download", "public_rendition", "public_zip"),
        ),
        "opened by the token of a public link; tests/gallery/test_gallery_access.py tries it",
    ),
    "healthz": "asked by machines",
    "readyz": "asked by machines",
    "metrics": "opened by a token; 404 without",
}
# Named by an id: what an outsider gets to see of it is nothing.
POSTED = {"generation_cancel", "generation_hide", "generation_retry"} | {
    "webhook_remove",
    *("batch_cancel", "batch_hide", "batch_retry", "prompt_remove", "preset_delete"),
    "search_delete",
    *("image_favourite", "image_purge", "image_restore", "image_trash"),
    *("gallery_delete", "gallery_leave", "gallery_order"),
    *("placement_move", "placement_cover", "placement_remove"),
    *("placement_approval", "placement_comment", "comment_delete"),
    *("share_group_role", "share_group_remove"),
    *("share_team", "share_invite", "share_role", "share_remove", "link_create", "link_revoke"),
    *("image_cull", "image_rate", "image_tag", "image_untag"),
}
# Below a gallery's address.
OF_GALLERIES = {"gallery", "placement", "comment", "share", "link"}

NAMELESS = {"generation_create", "edit", "upload_create", "preview", "preset_new", "earlier"} | {
    *(
        "gallery_create",
        "selection_compare",
        "selection_favourite",
        "selection_gallery",
        "selection_purge",
    ),
    *("selection_rate", "selection_restore", "selection_tag", "selection_trash"),
    *("selection_zip", "trash_empty", "trash_restore", "cull_finish"),
}
NOBODY = str(uuid.UUID(int=7))


def addresses(patterns=None, prefix="") -> Iterator[tuple[str, str]]:
    """Name and path of every address outside Django's admin, ids filled in."""
    for pattern in patterns or get_resolver().url_patterns:
        route = prefix + getattr(pattern.pattern, "_route", "")
        if route.startswith(("admin/", "static/")):
            continue
        if isinstance(pattern, URLPattern):
            yield str(pattern.name), "/" + filled(route, pattern)
        else:
            yield from addresses(pattern.url_patterns, route)


def filled(route: str, pattern: URLPattern) -> str:
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = NOBODY if name == "pk" or kind == "uuid" else "small" if name == "size" else "x"
        value = "7" if kind == "int" else value
        for written in (f"<{kind}:{name}>", f"<str:{name}>", f"<{name}>", f"<rendition:{name}>"):
            route = route.replace(written, value)
    return route


ALL = list(addresses())
OPEN |= {
    name: "programs show a token, and get 401 without one"
    for name, _ in ALL
    if name.startswith("api_") and name != "api_page"
}


def test_there_are_addresses_to_be_tested():
    assert {"studio", "library", "image_file", "settings"} <= {name for name, _ in ALL}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "path"), [one for one in ALL if one[0] not in OPEN])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(client, name, path, method):
    response = getattr(client, method)(path)

    assert response.status_code in (302, 303, 405)
    if response.status_code != 405:
        assert response["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "path"), [one for one in ALL if one[0] in OPEN])
def test_what_is_open_breaks_for_nobody(client, name, path):
    assert client.get(path).status_code in (200, 204, 302, 401, 404, 405, 410, 503)


def things_of(person, make_generation, make_image):
    image = make_image(person)
    upload = Upload.objects.create(
        owner=person,
        name=image.original,
        content_type="image/png",
        width=64,
        height=48,
        renditions=image.renditions,
    )
    batch = Batch.objects.create(owner=person, form_token=uuid.uuid4(), template="A door")
    things = {
        "image": image,
        "generation": make_generation(person, batch=batch, place_in_batch=0),
        "upload": upload,
        "batch": batch,
        "prompt": PromptUse.objects.create(owner=person, text="A door", folded="a door"),
        "webhook": Webhook.objects.create(owner=person, address="https://hooks.example.org/"),
        "preset": Preset.objects.create(owner=person, name="Doors"),
        "search": SavedSearch.objects.create(owner=person, name="Doors", query="q=door"),
    }
    gallery = Gallery.objects.create(owner=person, name="Doors")
    Placement.objects.create(gallery=gallery, image=image)
    things |= dict.fromkeys(OF_GALLERIES, gallery)
    return {name: thing.pk for name, thing in things.items()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "path"),
    # What admins do with people is theirs to open; tests/accounts/test_team_doors.py has it.
    [
        one
        for one in ALL
        if NOBODY in one[1] and one[0] not in OPEN and not one[1].startswith("/team/")
    ],
)
def test_an_outsider_gets_404_as_if_it_did_not_exist(
    alice, charlie, admin, client_of, make_generation, make_image, name, path
):
    things = things_of(alice, make_generation, make_image)
    mine = path.replace(NOBODY, str(things[name.split("_")[0]]), 1)
    mine = mine.replace(f"images/{NOBODY}", f"images/{things['image']}")
    method = "post" if name in POSTED else "get"

    for outsider in (charlie, admin):
        theirs = getattr(client_of(outsider), method)(mine)
        nobodys = getattr(client_of(outsider), method)(path)

        assert theirs.status_code == nobodys.status_code == 404
    if method == "get":
        own = client_of(alice).get(mine)
        own.close()
        assert own.status_code == 200


@pytest.mark.django_db
def test_a_stamp_of_somebody_else_opens_nothing(alice, charlie, client_of, make_generation):
    secret = make_generation(alice, prompt="A secret of Alice's")
    stamp = Stamp(person_id=alice.pk, version=0, at=secret.created_at).signed()

    response = client_of(charlie).get(f"/live/{stamp}/")

    assert "secret" not in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(POSTED | NAMELESS | {"image_galleries"}))
def test_changes_need_the_token_against_forgery(alice, name, make_generation, make_image):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    make = make_image if name.startswith("image") else make_generation
    path = next(path for each, path in ALL if each == name)
    if name.split("_")[0] not in OF_GALLERIES and name not in NAMELESS:
        path = reverse(name, args=[make(alice).pk])

    assert browser.post(path).status_code == 403
