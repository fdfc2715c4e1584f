"""/metrics for Prometheus: what the database tells of jobs, engine and credits at the moment that
it is asked, and how long this process's own answers took. Only with METRICS_TOKEN."""

import math
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import quantiles

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, F, Max, Min, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from accounts import months
from accounts.models import CreditEntry
from accounts.models.credit import CreditKind
from gallery.engine.heartbeat import READY
from gallery.models import ApiTally, Attempt, Conductor, Generation, Heartbeat, Pause, Result
from gallery.models.generation import OPEN, Outcome, ResultState

WINDOW = timedelta(minutes=10)
LOSSES_OF = timedelta(days=30)
MOST_ATTEMPTS = 2000
SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Moment(Collector):
    """Asked anew at each scrape; each question reads an index, however many jobs there were."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _jobs(now)
        yield from _results(now)
        yield from _attempts(now)
        yield _calls()
        yield from _engine(now)
        yield from _credits()
        yield from _losses(now)


registry = CollectorRegistry()
registry.register(Moment())
answers = Histogram(
    "fluxsite_answer_seconds",
    "How long this web process took to answer, by view",
    ["view", "status"],
    buckets=SECONDS,
    registry=registry,
)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Whoever has no token finds nothing here."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    token = settings.METRICS_TOKEN.encode()
    if not token or not secrets.compare_digest(given, token):
        raise Http404
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _jobs(now: datetime) -> Iterator[Metric]:
    jobs = _gauge("jobs", "Jobs that have not ended, by state", "state")
    oldest = _gauge("oldest_job_seconds", "Age of the oldest open job, by state", "state")
    rows = Generation.objects.open().order_by().values("status")
    there = rows.annotate(number=Count("pk"), since=Min("created_at"))
    states = {row["status"]: (row["number"], row["since"]) for row in there}
    for state in OPEN:  # also those that nothing is in: an alert must not wait for the first one
        number, since = states.get(state, (0, None))
        jobs.add_metric([state], number)
        oldest.add_metric([state], _age(since, now))
    yield from (jobs, oldest)


def _results(now: datetime) -> Iterator[Metric]:
    waiting = Result.objects.filter(state=ResultState.WAITING)
    backlog = waiting.order_by().aggregate(number=Count("pk"), since=Min("created_at"))
    yield _single("results_waiting", "Pictures to be fetched and stored", backlog["number"])
    age = _age(backlog["since"], now)
    yield _single("oldest_result_seconds", "Age of the oldest of them", age)


def _attempts(now: datetime) -> Iterator[Metric]:
    """Submissions of the last ten minutes: what became of them, and how long the API took."""
    recent = Attempt.objects.filter(sent_at__gt=now - WINDOW)
    outcomes = _gauge("attempts", "Submissions of the last ten minutes, by outcome", "outcome")
    rows = recent.order_by().values_list("outcome").annotate(number=Count("pk"))
    numbers = dict(rows)
    for outcome in Outcome.values:
        outcomes.add_metric([outcome], numbers.get(outcome, 0))
    yield outcomes
    ended = recent.filter(ended_at__isnull=False).order_by("-sent_at")[:MOST_ATTEMPTS]
    moments = ended.values_list("sent_at", "ended_at")
    took = [(end - sent).total_seconds() for sent, end in moments if end]
    latency = _gauge("api_seconds", "How long the API took to take a job, by quantile", "quantile")
    if len(took) > 1:
        cuts = quantiles(took, n=100, method="inclusive")
        for name, value in (("0.5", cuts[49]), ("0.95", cuts[94]), ("0.99", cuts[98])):
            latency.add_metric([name], value)
    yield latency


def _calls() -> Metric:
    labels = ["call", "status", "error"]
    calls = SummaryMetricFamily(
        "fluxsite_api_calls", "Calls of the API, by answer (status 0: none came)", labels=labels
    )
    for row in ApiTally.objects.order_by("pk"):
        calls.add_metric([row.call, str(row.status), row.error], row.number, row.seconds)
    return calls


def _engine(now: datetime) -> Iterator[Metric]:
    alive = Count("pk", filter=Q(beat_at__gt=now - READY))
    beats = Heartbeat.objects.aggregate(last=Max("beat_at"), number=alive)
    yield _single("clusters", "Groups of workers that show signs of life", beats["number"])
    # Who stops in order leaves no sign: an alert on an old one must see that nobody is there, too.
    age = _age(beats["last"], now) if beats["last"] else math.inf
    yield _single("heartbeat_seconds", "Since the last sign of life; +Inf when there is none", age)
    conductor = Conductor.objects.get(pk=1)
    paused = _gauge("paused", "1 for the reason for which nothing is submitted", "reason")
    for pause in filter(None, Pause.values):
        paused.add_metric([pause], float(conductor.pause == pause))
    yield paused
    yield _single("conductor_tick_seconds", "Since its last tick", _age(conductor.ticked_at, now))


def _credits() -> Iterator[Metric]:
    today = months.today()
    credits = _gauge("credits_today", "Credits of today's lines of the ledger, by kind", "kind")
    lines = _gauge("ledger_lines_today", "Today's lines of the ledger, by kind", "kind")
    rows = CreditEntry.objects.filter(day=today).order_by().values("kind")
    there = rows.annotate(total=Sum("amount"), number=Count("pk"))
    kinds = {row["kind"]: (row["total"], row["number"]) for row in there}
    for kind in CreditKind.values:
        total, number = kinds.get(kind, (0, 0))
        credits.add_metric([kind], float(total))
        lines.add_metric([kind], number)
    yield from (credits, lines)


def _losses(now: datetime) -> Iterator[Metric]:
    """Given back to people, and perhaps charged by the provider all the same."""
    recent = Generation.objects.filter(is_possible_loss=True, created_at__gt=now - LOSSES_OF)
    lost = recent.order_by().aggregate(number=Count("pk"), credits=Sum(F("price") * F("count")))
    yield _single("possible_losses", "Possible losses of the last 30 days, jobs", lost["number"])
    credits = float(lost["credits"] or 0)
    yield _single("possible_losses_credits", "What they would have cost, in credits", credits)


def _gauge(name: str, words: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fluxsite_{name}", words, labels=[label])


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fluxsite_{name}", words, value=value)


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds; -1 where there is nothing to have an age."""
    return (now - since).total_seconds() if since else -1.0
