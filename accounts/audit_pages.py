"""The audit log page by page, searched and filtered, and as a file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent
from accounts.models.audit import AuditKind
from accounts.tables import harmless

ON_A_PAGE = 50
COLUMNS = ("when", "who", "kind", "what", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    events: list[AuditEvent]
    older: str  # where the next page begins; empty on the last


class BadMark(ValueError):
    """A place in the log that is none."""


def search(*, query: str = "", kind: str = "") -> QuerySet[AuditEvent]:
    found = AuditEvent.objects.select_related("person").order_by("-created_at", "-pk")
    for word in query.split():
        found = found.filter(
            Q(text__icontains=word)
            | Q(person__name__icontains=word)
            | Q(person__email__icontains=word)
            | Q(address__icontains=word)
        )
    return found.filter(kind=kind) if kind in AuditKind.values else found


def page(found: QuerySet[AuditEvent], *, after: str = "") -> LogPage:
    if after:
        moment, key = _read(after)
        found = found.filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=key))
    events = list(found[: ON_A_PAGE + 1])
    has_older = len(events) > ON_A_PAGE
    events = events[:ON_A_PAGE]
    return LogPage(events=events, older=_mark(events[-1]) if has_older else "")


def as_csv(found: QuerySet[AuditEvent]) -> Iterator[str]:
    """Line by line, so that a long log needs no memory."""
    lines = csv.writer(_Echo())
    yield lines.writerow(COLUMNS)
    for event in found.iterator(chunk_size=500):
        who = event.person.email if event.person else ""
        when = event.created_at.isoformat(timespec="seconds")
        cells = (when, who, event.get_kind_display(), event.text, event.address or "")
        yield lines.writerow(map(harmless, cells))


class _Echo:
    def write(self, line: str) -> str:
        return line


def _mark(event: AuditEvent) -> str:
    return f"{event.created_at.isoformat()}~{event.pk}"


def _read(mark: str) -> tuple[datetime, int]:
    moment, _, key = mark.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise BadMark(mark)
        return at, int(key)
    except (ValueError, OverflowError) as error:
        raise BadMark(mark) from error
