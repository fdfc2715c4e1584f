"""/metrics for Prometheus: what the database tells of jobs, engine and credits at the moment that
it is asked, and how long this process's own answers took. Only with METRICS_TOKEN."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import quantiles

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Max, Min, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.models import CreditEntry
from gallery.models import Attempt, Conductor, Generation, Heartbeat, Pause, Result
from gallery.models.generation import ResultState

WINDOW = timedelta(minutes=10)
MOST_ATTEMPTS = 2000
SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Moment(Collector):
    """Asked anew at each scrape; each question reads an index, however many jobs there were."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _jobs(now)
        yield from _results(now)
        yield from _attempts(now)
        yield from _engine(now)
        yield _credits()


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
    states = Generation.objects.open().order_by().values("status")
    for row in states.annotate(number=Count("pk"), since=Min("created_at")):
        jobs.add_metric([row["status"]], row["number"])
        oldest.add_metric([row["status"]], _age(row["since"], now))
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
    for row in recent.order_by().values("outcome").annotate(number=Count("pk")):
        outcomes.add_metric([row["outcome"]], row["number"])
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


def _engine(now: datetime) -> Iterator[Metric]:
    beats = Heartbeat.objects.aggregate(last=Max("beat_at"), number=Count("pk"))
    yield _single("clusters", "Groups of workers that have shown signs of life", beats["number"])
    yield _single("heartbeat_seconds", "Since the last sign of life", _age(beats["last"], now))
    conductor = Conductor.objects.get(pk=1)
    paused = _gauge("paused", "1 for the reason for which nothing is submitted", "reason")
    for pause in filter(None, Pause.values):
        paused.add_metric([pause], float(conductor.pause == pause))
    yield paused
    yield _single("conductor_tick_seconds", "Since its last tick", _age(conductor.ticked_at, now))


def _credits() -> Metric:
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    credits = _gauge("credits_today", "Credits of today's lines of the ledger, by kind", "kind")
    lines = CreditEntry.objects.filter(day=today).order_by().values("kind")
    for row in lines.annotate(total=Sum("amount")):
        credits.add_metric([row["kind"]], float(row["total"]))
    return credits


def _gauge(name: str, words: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fluxsite_{name}", words, labels=[label])


def _single(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"fluxsite_{name}", words, value=value)


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds; -1 where there is nothing to have an age."""
    return (now - since).total_seconds() if since else -1.0
