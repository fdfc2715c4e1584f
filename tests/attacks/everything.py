"""Every address of the site, and a site with one of everything to fill their blanks.

Whoever adds an address with a blank that nobody here knows is told by `Site.path`.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import UUIDConverter
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from guesting import link_to, row_of

from accounts import invitations, tokens
from accounts.guest_lists import Guest
from accounts.invitations import Terms
from accounts.models import AllowanceRequest, Group, Invitation, Person
from accounts.models.person import Role
from gallery import placing, reviewing
from gallery.engine import references
from gallery.models import (
    Batch,
    FluxModel,
    Gallery,
    Generation,
    GroupMembership,
    Image,
    Membership,
    Preset,
    PromptUse,
    SavedSearch,
    Upload,
    Webhook,
)
from gallery.stamps import Stamp
from gallery.urls import RenditionConverter

BACK_OFFICE = "admin/"
OURS_ALONE = (UUIDConverter, RenditionConverter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    name: str
    route: str
    blanks: tuple[str, ...]
    typed: tuple[str, ...]  # those of them that more than an id of ours may stand in

    def __str__(self) -> str:
        return f"{self.name}-{self.route}"

    def filled(self, values: Mapping[str, object]) -> str:
        route = self.route
        for blank in self.blanks:
            end = next(at for way in (f":{blank}>", f"<{blank}>") if (at := _end(route, way)))
            route = route[: route.rindex("<", 0, end)] + str(values[blank]) + route[end:]
        return "/" + route


def _end(route: str, written: str) -> int:
    at = route.find(written)
    return at + len(written) if at >= 0 else 0


def _addresses(patterns: Any = None, before: str = "") -> Iterator[Address]:
    for pattern in patterns or get_resolver().url_patterns:
        route = before + getattr(pattern.pattern, "_route", "")
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            kinds = pattern.pattern.converters
            typed = tuple(name for name, kind in kinds.items() if not isinstance(kind, OURS_ALONE))
            yield Address(name=str(pattern.name), route=route, blanks=tuple(kinds), typed=typed)


def _is_left_out(one: Address) -> bool:
    """What the back office says where it has no address."""
    return one.route == BACK_OFFICE and one.name == "None"


EVERY = tuple(one for one in _addresses() if not _is_left_out(one))
OURS = tuple(one for one in EVERY if not one.route.startswith(BACK_OFFICE))


@dataclass(slots=True, kw_only=True)
class Site:
    """What belongs to one person: `things` by how the names of addresses begin, and `blanks`."""

    owner: Person
    friend: Person
    token: str  # of a program of the owner's
    things: dict[str, Any] = field(default_factory=dict)
    blanks: dict[str, Any] = field(default_factory=dict)

    def path(self, address: Address, **instead: object) -> str:
        return address.filled(
            {blank: self._value(address, blank) for blank in address.blanks} | instead
        )

    def _value(self, address: Address, blank: str) -> Any:
        if blank in ("pk", "id", "object_id"):
            value = self._thing(address)
        else:
            value = self.blanks.get(f"{address.name}.{blank}", self.blanks.get(blank))
        assert value, f"Tell tests/attacks/everything.py what “{blank}” is in {address}."
        return value

    def _thing(self, address: Address) -> Any:
        words = address.name.split("_")
        begun = ("_".join(words[:number]) for number in range(len(words), 0, -1))
        return next((self.things[name] for name in begun if name in self.things), None)


def site_of(
    owner: Person, make_generation: Callable[..., Generation], make_image: Callable[..., Image]
) -> Site:
    friend = Person.objects.create_user(f"friend-of-{owner.email}", "a quiet friend", name="Friend")
    token = tokens.make(owner, name="program", may_read=True, may_make=True, days=30)
    site = Site(owner=owner, friend=friend, token=token)
    image = make_image(owner)
    _add_gallery(site, image)
    _add_jobs(site, make_generation)
    _add_what_is_kept(site, image)
    _add_doors(site, image)
    return site


def _add_gallery(site: Site, image: Image) -> None:
    gallery = Gallery.objects.create(owner=site.owner, name="Doors", order="hand")
    placing.place_many([image], gallery, by=site.owner)
    Membership.objects.create(gallery=gallery, person=site.friend, role="viewer")
    group, _ = Group.objects.get_or_create(name=f"Friends of {site.owner}")
    GroupMembership.objects.create(gallery=gallery, group=group)
    site.things["team_group"] = site.blanks["group"] = group.pk
    form = reviewing.CommentForm({"text": "A fine door"})
    assert form.is_valid()
    comment = reviewing.comment(gallery, image, form, by=site.owner)
    link = link_to(gallery, allows_downloads=True, shows_prompts=True, takes_responses=True)
    names = ("gallery", "placement", "comment", "share", "link", "api_gallery")
    site.things |= dict.fromkeys(names, gallery.pk)
    site.things |= dict.fromkeys(("image", "public", "api_image"), image.pk)
    site.blanks |= {"image": image.pk, "comment": comment.pk, "person": site.friend.pk}
    site.blanks |= {"token": link.split("/")[2], "link": row_of(link).get().pk}


def _add_jobs(site: Site, make_generation: Callable[..., Generation]) -> None:
    batch = Batch.objects.create(owner=site.owner, form_token=uuid.uuid4(), template="A {c} door")
    queued = make_generation(site.owner, batch=batch, place_in_batch=0)
    site.things |= {"batch": batch.pk, "generation": queued.pk, "api_generation": queued.pk}
    site.things |= {"gallery_generation": queued.pk}


def _add_what_is_kept(site: Site, image: Image) -> None:
    owner = site.owner
    upload = Upload(owner=owner, name=image.original, content_type="image/png")
    upload.width, upload.height, upload.renditions = 64, 48, image.renditions
    upload.save()
    site.things |= {
        "upload": upload.pk,
        "prompt": PromptUse.objects.create(owner=owner, text="A door", folded="a door").pk,
        "preset": Preset.objects.create(owner=owner, name="Doors").pk,
        "search": SavedSearch.objects.create(owner=owner, name="Doors", query="q=door").pk,
        "webhook": Webhook.objects.create(owner=owner, address="https://hooks.example.org/").pk,
    }


def _add_doors(site: Site, image: Image) -> None:
    owner, friend = site.owner, site.friend
    data = {"name": "Key", "credential": _a_passkey()}
    passkey = Authenticator.objects.create(user=owner, type="webauthn", data=data)
    [(_, link)] = invitations.by_link(
        [Guest(email="new@example.org")], terms=Terms(role=Role.MEMBER), by=owner
    )
    asked = AllowanceRequest.objects.create(person=friend, reason="For a door")
    session = UserSession.objects.create(user=owner, ip="192.0.2.1", session_key=owner.pk.hex)
    site.things |= {
        **dict.fromkeys(("team", "accounts_person", "auth_user"), friend.pk),
        "team_invitation": Invitation.objects.latest("pk").pk,
        "team_request": asked.pk,
        "mfa": passkey.pk,
        "session": session.pk,
        "settings_token": owner.tokens.get().pk,
        **dict.fromkeys(("accounts_teambudget", "accounts_creditentry", "gallery_conductor"), 1),
        "gallery_fluxmodel": FluxModel.objects.first().pk,
        "view_on_site": friend.pk,
        "None": 1,  # the short addresses of the back office's rows
    }
    site.blanks |= {
        "invitation.token": link.rstrip("/").rpartition("/")[2],
        "first_admin.token": "x" * 43,
        "size": "small",
        "content_type_id": ContentType.objects.get_for_model(Person).pk,
        "name": "flux-dev",
        "kind": "csv",
        "moment": "20260101000000000000",
        "rest": "nowhere",
        "flux_callback.signed": "x",
        "flux_reference.signed": references._sign(image),
        "stamp": Stamp(person_id=owner.pk, version=0, at=image.created_at).signed(),
    }


def _a_passkey() -> dict[str, object]:
    """As a browser sends it when it is added."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    name, said = websafe_encode(b"a passkey"), {"type": "webauthn.create", "challenge": "eHg"}
    credential = AttestedCredentialData.create(bytes(16), b"a passkey", key)
    told = AuthenticatorData.create(bytes(32), 0x41, 0, credential)
    response = {
        "clientDataJSON": websafe_encode(json.dumps(said | {"origin": "https://x"}).encode()),
        "attestationObject": websafe_encode(bytes(AttestationObject.create("none", told, {}))),
    }
    return {"id": name, "rawId": name, "type": "public-key", "response": response}
