"""Letting people in, and keeping somebody who can."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Person
from accounts.models.person import Role


class InvitationEnded(Exception):
    """The invitation was used, replaced, or is too old."""


def first_admin_link() -> str | None:
    """A new link for the first admin, which ends older ones; None once there is anybody."""
    if Person.objects.exists():
        return None
    with transaction.atomic():
        Invitation.objects.usable().update(expires_at=timezone.now())
        token = Invitation.issue(role=Role.ADMIN)
    return settings.SITE_URL + reverse("first_admin", args=[token])


def first_admin_invitation(token: str) -> Invitation | None:
    """The invitation behind a first-admin link, while the link still lets somebody in."""
    if Person.objects.exists():
        return None
    return Invitation.objects.usable().with_token(token).filter(role=Role.ADMIN).first()


@transaction.atomic
def accept(invitation: Invitation, *, email: str, name: str, password: str) -> Person:
    """Make the invited person, or raise InvitationEnded: an invitation lets one person in."""
    mine = Invitation.objects.usable().filter(pk=invitation.pk)
    if not mine.update(used_at=timezone.now()):
        raise InvitationEnded
    return Person.objects.create_user(email, password, name=name, role=invitation.role)


@transaction.atomic
def vouch_for_address(person: Person) -> None:
    """Make the person's e-mail the only address that they sign in with, and count it as theirs."""
    EmailAddress.objects.filter(user_id=person.pk).exclude(email=person.email).delete()
    EmailAddress.objects.update_or_create(
        user_id=person.pk, email=person.email, defaults={"verified": True, "primary": True}
    )


def is_only_admin(person: Person) -> bool:
    """Whether nobody but this person could still manage the site.

    Inside a transaction the admins stay as they are until it ends, so that two admins can't
    demote each other at once.
    """
    admins = Person.objects.filter(role=Role.ADMIN, is_active=True)
    if transaction.get_connection().in_atomic_block:
        admins = admins.select_for_update(no_key=True)
    return [admin.pk for admin in admins] == [person.pk]
