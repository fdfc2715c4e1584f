"""How the engine is, as admins see it: states, ages and troubles of all, never what was wished."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count
from django.utils import timezone

from accounts.models import Person
from gallery import vital_signs, words
from gallery.models import Attempt, Conductor, FluxModel, Generation, Pause
from gallery.models.generation import IN_FLIGHT, Status
from gallery.problems import problem_of, waiting
from gallery.vital_signs import OLD, Vital, age

SHOWN = 50
FAILURES = 10
LONGEST_LINES = 10  # people
LONGEST_LINE = 5000  # jobs that are looked at
LATEST = 1000  # attempts that the usual times are taken from
DAY = timedelta(days=1)
YOUNG = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    id: str
    short: str
    person: str
    model: str
    status: str
    look: str
    age: str
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    id: str
    short: str
    person: str
    model: str
    heading: str
    detail: str
    trace_id: str
    ago: str
    can_look: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    person: str
    jobs: int
    oldest: str
    young: int
    middle: int
    old: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    model: str
    median: str
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCall:
    says: str
    look: str
    is_waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    at: datetime
    vitals: tuple[Vital, ...]
    trouble: str  # why nothing is submitted, where it is no admin's wish
    trouble_detail: str
    is_stopped: bool
    message: str
    refused_models: tuple[FluxModel, ...]
    line: tuple[LineRow, ...]
    jobs: tuple[JobRow, ...]
    other_jobs: int
    failures: tuple[FailureRow, ...]
    times: tuple[TimeRow, ...]
    test: TestCall


def vitals() -> Vitals:
    now = timezone.now()
    conductor = Conductor.objects.get(pk=1)
    is_stopped = conductor.pause == Pause.ADMIN
    states = _states()
    jobs = _jobs(now)
    return Vitals(
        at=now,
        vitals=vital_signs.signs(conductor, states, now),
        trouble="" if is_stopped else waiting(conductor, is_admin=True),
        trouble_detail="" if is_stopped else conductor.pause_detail,
        is_stopped=is_stopped,
        message=conductor.pause_detail if is_stopped else "",
        refused_models=tuple(FluxModel.objects.filter(refused_at__isnull=False)),
        line=tuple(_line(now)),
        jobs=jobs,
        other_jobs=sum(states.get(each, 0) for each in (*IN_FLIGHT, Status.STORING)) - len(jobs),
        failures=tuple(_failures(now)),
        times=tuple(_times(now)),
        test=_test(conductor, now),
    )


def _states() -> dict[str, int]:
    rows = Generation.objects.open().order_by().values_list("status").annotate(number=Count("pk"))
    return dict(rows)


def _line(now: datetime) -> Iterable[LineRow]:
    waiting_since = defaultdict(list)
    queued = Generation.objects.queued().order_by("created_at")
    for owner, created_at in queued.values_list("owner", "created_at")[:LONGEST_LINE]:
        waiting_since[owner].append(created_at)
    first = list(waiting_since.items())[:LONGEST_LINES]
    people = Person.objects.in_bulk([owner for owner, _ in first])
    for owner, moments in first:
        young = sum(moment > now - YOUNG for moment in moments)
        old = sum(moment <= now - OLD for moment in moments)
        yield LineRow(
            person=str(people[owner]),
            jobs=len(moments),
            oldest=age(moments[0], now),
            young=young,
            middle=len(moments) - young - old,
            old=old,
        )


def _jobs(now: datetime) -> tuple[JobRow, ...]:
    open_at_api = Generation.objects.filter(status__in=[*IN_FLIGHT, Status.STORING])
    rows = list(open_at_api.defer("prompt").order_by("created_at")[:SHOWN])
    # Asked for apart: joined, SQLite begins with the people and reads all their jobs.
    people = Person.objects.in_bulk({row.owner_id for row in rows})
    return tuple(
        JobRow(
            id=str(row.pk),
            short=str(row.pk)[:8],
            person=str(people[row.owner_id]),
            model=row.model_name,
            status=row.get_status_display(),
            look="warn" if row.status == Status.UNCONFIRMED else "accent",
            age=age(row.submitted_at or row.created_at, now),
            trace_id=row.trace_id,
        )
        for row in rows
    )


def _failures(now: datetime) -> Iterable[FailureRow]:
    failed = Generation.objects.filter(status=Status.FAILED, finished_at__isnull=False)
    newest = failed.select_related("owner").defer("prompt").order_by("-finished_at")
    for row in newest[:FAILURES]:
        yield FailureRow(
            id=str(row.pk),
            short=str(row.pk)[:8],
            person=str(row.owner),
            model=row.model_name,
            heading=problem_of(row.problem).heading,
            detail=row.problem_detail,
            trace_id=row.trace_id,
            ago=words.ago(row.finished_at or now, now),
            can_look=row.is_possible_loss and bool(row.task_id),
        )


def _times(now: datetime) -> Iterable[TimeRow]:
    """From the POST to the first sight of the result, of the last day's jobs."""
    rows = (
        Attempt.objects.filter(sent_at__gt=now - DAY, generation__done_at__isnull=False)
        .order_by("-sent_at")
        .values_list("generation__model_name", "sent_at", "generation__done_at")
    )
    took = defaultdict(list)
    for model, sent_at, done_at in rows[:LATEST]:
        if done_at:
            took[model].append((done_at - sent_at).total_seconds())
    for model, seconds in sorted(took.items()):
        yield TimeRow(
            model=model, median=words.duration(max(0.0, median(seconds))), jobs=len(seconds)
        )


def _test(conductor: Conductor, now: datetime) -> TestCall:
    asked, ended = conductor.test_asked_at, conductor.test_ended_at
    if asked is None:
        return TestCall(says="No test call was made yet.", look="")
    if ended is None:
        says = f"Asked {age(asked, now)} ago. A worker makes the call."
        return TestCall(says=says, look="accent", is_waiting=True)
    ago = words.ago(ended, now)
    if conductor.test_trouble:
        return TestCall(says=f"Failed {ago}: {conductor.test_trouble}", look="danger")
    return TestCall(says=f"The API answered and took the token, {ago}.", look="ok")
