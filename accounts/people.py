"""Letting people in, and keeping somebody who can."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import invitations
from accounts.models import Invitation, Person
from accounts.models.person import Role


class InvitationEnded(Exception):
    """The invitation was used, replaced, or is too old."""


class AddressTaken(Exception):
    """Somebody has an account with this address."""


class OnlyAdmin(Exception):
    """Nobody else could manage the site."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed this person since the form was shown."""

    def __init__(self, *people: Person) -> None:
        super().__init__(", ".join(map(str, people)))
        self.people = people


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
    """Make the invited person, or raise InvitationEnded: an invitation lets one person in.

    An invitation that names an address is for that one alone. Raises AddressTaken, too.
    """
    mine = Invitation.objects.usable().filter(pk=invitation.pk, token_hash=invitation.token_hash)
    if not mine.update(used_at=timezone.now()):
        raise InvitationEnded
    email = invitation.email or email
    if Person.objects.filter(email__iexact=email).exists():
        raise AddressTaken
    try:
        with transaction.atomic():
            return _join(invitation, email, name, password)
    except IntegrityError as error:  # at the same moment, by another invitation
        raise AddressTaken from error


def _join(invitation: Invitation, email: str, name: str, password: str) -> Person:
    return Person.objects.create_user(
        email,
        password,
        name=name,
        role=invitation.role,
        monthly_allowance=invitation.monthly_allowance,
        daily_cap=invitation.daily_cap,
    )


def matching(query: str) -> QuerySet[Person]:
    """Those whose name or address has each of these words."""
    found = Person.objects.all()
    for word in query.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return found


def stamp(person: Person) -> str:
    """How admins see this person; a form carries it, so that it is known when it is out of date."""
    amounts = [person.monthly_allowance, person.daily_cap]
    written = ["" if amount is None else f"{amount:.4f}" for amount in amounts]
    return "|".join([person.role, str(person.is_active), *written])


def locked(person: Person, *, shown: str) -> Person:
    """A fresh row, locked until the transaction ends, or raise ChangedMeanwhile."""
    fresh = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if stamp(fresh) != shown:
        raise ChangedMeanwhile(fresh)
    return fresh


@transaction.atomic
def change_role(person: Person, role: str, *, shown: str) -> Person:
    """Raises OnlyAdmin and ChangedMeanwhile."""
    is_only_one = is_only_admin(person)
    person = locked(person, shown=shown)
    if role != Role.ADMIN and is_only_one:
        raise OnlyAdmin
    person.role = role
    person.save(update_fields=["role"])
    end_what_is_no_longer_theirs(person)
    return person


@transaction.atomic
def deactivate(person: Person) -> None:
    """Lock somebody out: their sessions and the invitations that they sent end at once.

    Raises OnlyAdmin.
    """
    if is_only_admin(person):
        raise OnlyAdmin
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_what_is_no_longer_theirs(person)


def end_what_is_no_longer_theirs(person: Person) -> None:
    """Sessions and tokens of who is locked out; open invitations of who is no admin any more."""
    if not person.is_active:
        for session in UserSession.objects.filter(user_id=person.pk):
            session.end()
        person.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    if not person.is_admin:
        invitations.revoke_those_of(person)


def activate(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=True)


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
