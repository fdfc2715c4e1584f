import pytest
from django.test import RequestFactory

from accounts import audit
from accounts.models import AuditEvent
from accounts.models.audit import AuditIsAppendOnly, AuditKind


def test_a_line_tells_who_did_what_and_from_where(alice):
    request = RequestFactory().post("/", REMOTE_ADDR="192.0.2.14")
    request.user = alice

    audit.record(AuditKind.PEOPLE, "Made Bob an admin", request=request)

    event = AuditEvent.objects.get()
    assert (event.person, event.text, event.address) == (alice, "Made Bob an admin", "192.0.2.14")


def test_what_the_site_does_has_nobodys_name(db):
    audit.record(AuditKind.SETTINGS, "x" * 600)

    event = AuditEvent.objects.get()
    assert (event.person, event.address, len(event.text)) == (None, None, 500)


def test_a_line_is_never_changed_or_deleted(db):
    audit.record(AuditKind.PEOPLE, "Made Bob an admin")
    event = AuditEvent.objects.get()

    for change in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(text="Nothing"),
    ):
        with pytest.raises(AuditIsAppendOnly):
            change()
