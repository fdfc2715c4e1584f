"""Inviting people: by letter or by a link to hand on; once each, for a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts import letters
from accounts.guest_lists import Guest
from accounts.models import Invitation, Letter, Person
from accounts.models.person import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for everybody in the list who has nothing else beside their address."""

    role: Role
    allowance: Decimal | None = None
    daily_cap: Decimal | None = None


def find(token: str) -> Invitation | None:
    """The invitation behind a link, while it lets somebody in."""
    usable = Invitation.objects.usable().with_token(token).select_related("invited_by")
    return usable.exclude(invited_by=None).first()


@transaction.atomic
def by_letter(guests: Sequence[Guest], *, terms: Terms, by: Person) -> list[Letter]:
    """Invite them and write their letters, which are to be delivered."""
    made = []
    for guest in guests:
        invitation = _of(guest, terms, by)
        invitation.renew()
        made.append(_letter(invitation, by))
    return made


@transaction.atomic
def by_link(guests: Sequence[Guest], *, terms: Terms, by: Person) -> list[tuple[str, str]]:
    """Invite them; return whom, with the link that is shown this once."""
    invitations = [_of(guest, terms, by) for guest in guests]
    return [(one.email, letters.link_to(one.renew())) for one in invitations]


@transaction.atomic
def send_again(invitation: Invitation, *, by: Person) -> Letter:
    """By letter, with a new link; the links before end."""
    _end_link(invitation)
    invitation.letters.filter(sent_at=None).delete()
    return _letter(invitation, by)


def new_link(invitation: Invitation) -> str:
    """To be handed on; the links before end, and a letter that waits is not sent."""
    invitation.letters.filter(sent_at=None).delete()
    return letters.link_to(invitation.renew())


def revoke(invitation: Invitation) -> bool:
    """Return whether it was still open."""
    mine = Invitation.objects.open().filter(pk=invitation.pk)
    return bool(mine.update(revoked_at=timezone.now()))


def revoke_those_of(person: Person) -> int:
    return Invitation.objects.open().filter(invited_by=person).update(revoked_at=timezone.now())


def _of(guest: Guest, terms: Terms, by: Person) -> Invitation:
    allowance = terms.allowance if guest.allowance is None else guest.allowance
    return Invitation(
        email=guest.email,
        name=guest.name,
        role=guest.role or terms.role,
        monthly_allowance=allowance,
        daily_cap=terms.daily_cap,
        invited_by=by,
    )


def _end_link(invitation: Invitation) -> None:
    invitation.renew()  # the letter makes yet another one when it goes out


def _letter(invitation: Invitation, by: Person) -> Letter:
    return letters.write(
        "invitation",
        invitation.email,
        invitation=invitation,
        inviter=str(by),
        name=invitation.name,
        role=invitation.get_role_display().lower(),
    )
