"""The audit log: who did what, when, and from where."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.models import AuditEvent, Person
from accounts.models.audit import AuditKind

LONGEST = 500


def record(kind: AuditKind, text: str, *, request: HttpRequest | None = None) -> None:
    """Add a line about what the request's person did; without a request, the site did it."""
    person = getattr(request, "user", None)
    AuditEvent.objects.create(
        kind=kind,
        person=person if isinstance(person, Person) else None,
        text=text[:LONGEST],
        address=get_adapter().get_client_ip(request) if request else None,
    )
