"""What a page has seen, signed, so that a poll is answered without a session or a user."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import connection

from gallery.models import Conductor, FeedVersion

SALT = "gallery.stamps"
# Written out: having a query set write it takes longer than all else that a poll does.
CURRENT = f"""
    SELECT line_version, pause,
        (SELECT version FROM {FeedVersion._meta.db_table} WHERE person_id = %s)
    FROM {Conductor._meta.db_table} WHERE id = 1
"""  # noqa: S608 - the names are our own
LIFETIME = timedelta(hours=12)
# Milliseconds between two questions, by the age of the newest job that is open.
PACES = ((timedelta(minutes=1), 1000), (timedelta(minutes=10), 2000))
SLOWEST = 2500  # also while nothing is open: another device may have begun something
# The last moments, when a picture is expected any time.
DUE_PACE, DUE_FOR = 500, timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What one page has seen.

    `line` is how the line stood, where a place in it is shown; only the pause, after a `~`, where
    none is; and empty where nothing of the person's is queued.
    """

    person_id: uuid.UUID
    version: int
    line: str = ""
    youngest: datetime | None = None  # of the open jobs; None when nothing is open
    due: datetime | None = None  # when the first of them should be done
    at: datetime

    def signed(self) -> str:
        moments = [moment and int(moment.timestamp()) for moment in (self.youngest, self.due)]
        return signing.dumps(
            [self.person_id.hex, self.version, self.line, *moments, int(self.at.timestamp())],
            salt=SALT,
        )

    def pace(self, now: datetime) -> int:
        """Milliseconds until the page should ask again."""
        if self.youngest is None:
            return SLOWEST
        if self.due and self.due <= now < self.due + DUE_FOR:
            return DUE_PACE
        age = now - self.youngest
        return next((pace for limit, pace in PACES if age < limit), SLOWEST)


def read(signed: str) -> Stamp | None:
    """None for one that is forged or too old."""
    try:
        person, version, line, *moments = signing.loads(signed, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    youngest, due, at = (moment and datetime.fromtimestamp(moment, UTC) for moment in moments)
    return Stamp(
        person_id=uuid.UUID(person),
        version=version,
        line=line,
        youngest=youngest,
        due=due,
        at=at,
    )


def has_moved(stamp: Stamp) -> bool:
    """Whether there is anything that the page has not seen: one small query."""
    version, line = current(stamp.person_id)
    now = pause_alone(line) if stamp.line.startswith("~") else line
    return version != stamp.version or (bool(stamp.line) and now != stamp.line)


def pause_alone(line: str) -> str:
    return "~" + line.lstrip("~0123456789")


def current(person_id: uuid.UUID) -> tuple[int, str]:
    """The version of this person's feed, and how the line stands."""
    key = FeedVersion._meta.pk.get_db_prep_value(person_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, [key])
        line_version, pause, version = cursor.fetchone()
    return version or 0, f"{line_version}{pause}"
