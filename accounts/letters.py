"""Letters: written down first, then sent; what the mail server does not take is tried again."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Letter, Person
from accounts.models.person import Role

logger = logging.getLogger(__name__)

AT_ONCE = 50
LONGEST_WAIT = 60  # minutes
TROUBLE = (OSError, SMTPException)


def write(template: str, to: str, *, invitation: Invitation | None = None, **facts: Any) -> Letter:
    return Letter.objects.create(to=to, template=template, facts=facts, invitation=invitation)


def write_to_admins(template: str, **facts: Any) -> list[Letter]:
    admins = Person.objects.filter(role=Role.ADMIN, is_active=True)
    return [write(template, admin.email, **facts) for admin in admins]


def deliver(letters: Iterable[Letter]) -> int:
    """Send them now; return how many wait for another try."""
    mine = [letter for letter in letters if _claim(letter)]
    if not mine:
        return 0  # nobody is told of a mail server that is away and that nothing waits for
    try:
        with get_connection() as connection:
            return sum(not _send(letter, connection) for letter in mine)
    except TROUBLE as error:
        unsent = Letter.objects.filter(pk__in=[letter.pk for letter in mine], sent_at=None)
        late = unsent.update(problem=str(error)[:300])
        if late:
            logger.warning("letters.not_sent letters=%s error=%s", late, error)
        return late


def send_due() -> int:
    return deliver(Letter.objects.due().select_related("invitation").order_by("pk")[:AT_ONCE])


def _claim(letter: Letter) -> bool:
    """One process tries it; should that die, another one does after the wait."""
    wait = timedelta(minutes=min(2**letter.tries, LONGEST_WAIT))
    mine = Letter.objects.filter(pk=letter.pk, sent_at=None, tries=letter.tries)
    return bool(mine.update(tries=F("tries") + 1, next_try_at=timezone.now() + wait))


def _send(letter: Letter, connection: Any) -> bool:
    facts = dict(letter.facts)
    if letter.invitation:
        facts |= _link_of(letter.invitation)
    if letter.invitation and not facts["link"]:
        letter.delete()
        return True
    try:
        message(letter, facts, connection).send()
    except SMTPRecipientsRefused as error:  # this address alone; the others may be taken
        logger.warning("letter.refused id=%s error=%s", letter.pk, error)
        Letter.objects.filter(pk=letter.pk).update(problem=str(error)[:300])
        return False
    # What it said is nobody's business any more.
    Letter.objects.filter(pk=letter.pk).update(sent_at=timezone.now(), problem="", facts={})
    return True


def _link_of(invitation: Invitation) -> dict[str, str]:
    """A new link, as the old one is known to nobody; none when the invitation has ended."""
    still = Invitation.objects.open().filter(pk=invitation.pk).first()
    return {"link": link_to(still.renew()) if still else ""}


def link_to(token: str) -> str:
    return settings.SITE_URL + reverse("invitation", args=[token])


def message(letter: Letter, facts: dict[str, Any], connection: Any) -> EmailMultiAlternatives:
    """The first line of the plain text is the subject."""
    context = facts | {"site": settings.SITE_URL}
    subject, _, text = render_to_string(f"mail/{letter.template}.txt", context).partition("\n")
    made = EmailMultiAlternatives(
        " ".join(subject.split()), text.strip() + "\n", to=[letter.to], connection=connection
    )
    page = render_to_string(f"mail/{letter.template}.html", context | {"subject": subject})
    made.attach_alternative(page, "text/html")
    return made
