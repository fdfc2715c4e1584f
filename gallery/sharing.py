"""Who sees a gallery: people with roles, the whole team, and guests who have a link."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Group, Person
from gallery import covers
from gallery.faces import Face, face_of
from gallery.models import Gallery, GroupMembership, Membership, ShareLink
from gallery.models.gallery import GalleryRole
from gallery.models.share import HINT, LIFETIME, hash_of, new_token

LONGEST_LIFE = timedelta(days=366)
SHORTEST_PASSWORD = 6
MOST_LINKS = 100  # that the list shows
MOST_SUGGESTED = 300

NOBODY = "Nobody on this site, and no group, has this name. An admin can invite people."
SEVERAL = "More than one has this name. Give the email instead."
IS_OWNER = "The gallery is theirs already."
EXPIRY = "Give a day from today to one year from now."
PASSWORD = f"Use at least {SHORTEST_PASSWORD} characters, or none for no password."


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: str
    face: Face
    email: str
    role: str  # empty for the owner
    is_oneself: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedGroup:
    id: int
    name: str
    size: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    id: str
    hint: str
    is_live: bool
    state: str
    views: str
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What the dialog shows."""

    is_for_team: bool
    members: tuple[Member, ...]
    groups: tuple[SharedGroup, ...]
    suggestions: tuple[tuple[str, str], ...]  # what to write, and who that is
    links: tuple[Link, ...]


class MemberForm(forms.Form):
    who = forms.CharField(
        max_length=254, error_messages={"required": "Give a name, an email or a group."}
    )
    role = forms.ChoiceField(choices=GalleryRole.choices)

    def __init__(self, *args: object, gallery: Gallery, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.gallery = gallery

    def clean_who(self) -> Person | Group:
        text = self.cleaned_data["who"]
        people = Person.objects.filter(is_active=True)
        by_email = list(people.filter(email__iexact=text))
        # Whoever calls themselves like an address must not get what is meant for who has it.
        is_address = bool(by_email) or "@" in text
        found: list[Person | Group] = [
            *(by_email if is_address else people.filter(name__iexact=text)[:2]),
            *(() if is_address else Group.objects.filter(name__iexact=text)),
        ]
        if len(found) != 1:
            raise forms.ValidationError(SEVERAL if found else NOBODY)
        if found[0].pk == self.gallery.owner_id:
            raise forms.ValidationError(IS_OWNER)
        return found[0]


class LinkForm(forms.Form):
    expires_on = forms.DateField(
        error_messages=dict.fromkeys(("required", "invalid"), EXPIRY), required=True
    )
    password = forms.CharField(required=False, max_length=128, strip=False)
    allows_downloads = forms.BooleanField(required=False)
    shows_prompts = forms.BooleanField(required=False)
    takes_responses = forms.BooleanField(required=False)

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if not timezone.localdate() <= day <= last_day():
            raise forms.ValidationError(EXPIRY)
        return day

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password and len(password) < SHORTEST_PASSWORD:
            raise forms.ValidationError(PASSWORD)
        return password


def first_link_form() -> LinkForm:
    return LinkForm(initial={"expires_on": timezone.localdate() + LIFETIME})


def last_day() -> date:
    return timezone.localdate() + LONGEST_LIFE


def sharing_of(gallery: Gallery, person: Person) -> Sharing:
    links = ShareLink.objects.filter(gallery=gallery).select_related("created_by")
    people = Person.objects.filter(is_active=True).exclude(pk=person.pk)
    named = people.order_by("name", "email").values_list("email", "name")
    groups = [(name, "Group") for name in Group.objects.values_list("name", flat=True)]
    return Sharing(
        is_for_team=gallery.is_for_team,
        members=tuple(_members(gallery, person)),
        groups=tuple(_groups(gallery)),
        suggestions=(*groups, *named[:MOST_SUGGESTED]),
        links=tuple(_link(link) for link in links[:MOST_LINKS]),
    )


def set_team(gallery: Gallery, *, is_for_team: bool) -> None:
    Gallery.objects.filter(pk=gallery.pk).update(is_for_team=is_for_team)
    gallery.is_for_team = is_for_team


def invite(gallery: Gallery, who: Person | Group, role: str) -> None:
    """Whoever is in it already has this role from now on."""
    if isinstance(who, Group):
        GroupMembership.objects.update_or_create(
            gallery=gallery, group=who, defaults={"role": role}
        )
    else:
        Membership.objects.update_or_create(gallery=gallery, person=who, defaults={"role": role})


def set_role(gallery: Gallery, person: uuid.UUID, role: str) -> bool:
    """Return whether the person is in it."""
    return bool(Membership.objects.filter(gallery=gallery, person=person).update(role=role))


def remove(gallery: Gallery, person: uuid.UUID) -> bool:
    """Return whether the person was in it; their pictures stay until somebody takes them out."""
    gone, _ = Membership.objects.filter(gallery=gallery, person=person).delete()
    return bool(gone)


def set_group_role(gallery: Gallery, group: int, role: str) -> bool:
    """Return whether it is shared with the group."""
    return bool(_of_group(gallery, group).update(role=role))


def remove_group(gallery: Gallery, group: int) -> bool:
    """Return whether it was shared with the group."""
    gone, _ = _of_group(gallery, group).delete()
    return bool(gone)


def create_link(gallery: Gallery, form: LinkForm, *, by: Person) -> str:
    """Return its address, which is kept nowhere."""
    token, terms = new_token(), form.cleaned_data
    ShareLink.objects.create(
        gallery=gallery,
        token_hash=hash_of(token),
        token_hint=token[-HINT:],
        created_by=by,
        expires_at=_end_of(terms["expires_on"]),
        password=make_password(terms["password"]) if terms["password"] else "",
        **{name: terms[name] for name in ("allows_downloads", "shows_prompts", "takes_responses")},
    )
    return settings.SITE_URL + reverse("public_gallery", args=[token])


def revoke(gallery: Gallery, link: uuid.UUID) -> bool:
    """Return whether there is such a link; to revoke it twice is to revoke it once."""
    links = ShareLink.objects.filter(gallery=gallery, pk=link)
    links.filter(revoked_at=None).update(revoked_at=timezone.now())
    return links.exists()


def _end_of(day: date) -> datetime:
    midnight = datetime.combine(day + timedelta(days=1), time())
    return timezone.make_aware(midnight) - timedelta(seconds=1)


def _members(gallery: Gallery, person: Person) -> Iterator[Member]:
    yield _member(gallery.owner, "", person)
    joined = Membership.objects.filter(gallery=gallery).select_related("person")
    for each in joined.order_by("person__name", "person__email"):
        yield _member(each.person, each.role, person)


def _of_group(gallery: Gallery, group: int) -> "QuerySet[GroupMembership]":
    # By the group's own key: SQLite breaks at a foreign one that no column holds.
    known = Group.objects.filter(pk=group)
    return GroupMembership.objects.filter(gallery=gallery, group__in=known)


def _groups(gallery: Gallery) -> Iterator[SharedGroup]:
    shared = GroupMembership.objects.filter(gallery=gallery).select_related("group")
    for each in shared.annotate(size=Count("group__people")).order_by("group__name"):
        people = f"{each.size} {'person' if each.size == 1 else 'people'}"
        yield SharedGroup(id=each.group_id, name=str(each.group), size=people, role=each.role)


def _member(who: Person, role: str, person: Person) -> Member:
    return Member(
        id=str(who.pk), face=face_of(who), email=who.email, role=role, is_oneself=who == person
    )


def _link(link: ShareLink) -> Link:
    terms = {
        "Password": bool(link.password),
        "Downloads": link.allows_downloads,
        "Prompts": link.shows_prompts,
        "Responses": link.takes_responses,
    }
    return Link(
        id=str(link.pk),
        hint=link.token_hint,
        is_live=link.is_live,
        state=_state(link),
        views=f"{link.views:,} {'view' if link.views == 1 else 'views'}",
        terms=" · ".join(name for name, holds in terms.items() if holds) or "Looking only",
    )


def _state(link: ShareLink) -> str:
    if link.revoked_at:
        return f"Revoked on {covers.short_day(link.revoked_at)}"
    if link.is_live:
        return f"Works until {covers.short_day(link.expires_at)}"
    if link.created_by.is_active:
        return f"Expired on {covers.short_day(link.expires_at)}"
    return "Ended, because whoever made it has left"
