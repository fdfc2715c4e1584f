"""What was spent, by day, model, person and gallery: the team's for admins, one's own for each."""

from datetime import date

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import admins_only
from accounts.requests import TeamRequest
from gallery import billing, gallery_costs, ledger_files, losses, periods, spending
from gallery.periods import BadPeriod, Period

FILES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@admins_only
@never_cache
@require_safe
def team_usage(request: TeamRequest) -> HttpResponse:
    period, problem = _period(request)
    context = {
        "report": spending.report(period),
        "losses": losses.losses(period.since, period.until),
        "bill": billing.bill(),
        "costs": _costs(request, period) if "galleries" in request.GET else None,
        **_choice(request, period, problem),
    }
    return render(request, "team/usage.html", context, status=422 if problem else 200)


@admins_only
@never_cache
@require_safe
def team_usage_galleries(request: TeamRequest) -> HttpResponse:
    """By gallery: a part that the page asks for when it is looked at."""
    period, _ = _period(request)
    return render(request, "team/_usage_galleries.html", {"costs": _costs(request, period)})


@admins_only
@never_cache
@require_safe
def team_ledger(request: TeamRequest, kind: str) -> StreamingHttpResponse:
    return _file(_period_or_404(request), kind)


@never_cache
@require_safe
def settings_usage(request: TeamRequest) -> HttpResponse:
    """One's own; viewers spend nothing."""
    if not request.user.is_maker:
        raise Http404
    period, problem = _period(request)
    context = {
        "report": spending.report_of(request.user, period),
        **_choice(request, period, problem),
    }
    return render(request, "accounts/usage.html", context, status=422 if problem else 200)


@never_cache
@require_safe
def settings_ledger(request: TeamRequest, kind: str) -> StreamingHttpResponse:
    if not request.user.is_maker:
        raise Http404
    return _file(_period_or_404(request), kind, person_id=request.user.pk)


def _file(period: Period, kind: str, **whose: object) -> StreamingHttpResponse:
    if kind not in FILES:
        raise Http404
    write = ledger_files.as_csv if kind == "csv" else ledger_files.as_json
    name = f"ledger-{period.since:%Y-%m-%d}-to-{period.until:%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = write(period, **whose)  # type: ignore[arg-type]
    return StreamingHttpResponse(lines, content_type=FILES[kind], headers=headers)


def _costs(request: TeamRequest, period: Period) -> object:
    return gallery_costs.costs(request.user, period.since, period.until)


def _choice(request: TeamRequest, period: Period, problem: str) -> dict[str, object]:
    """The choice of days, with what was typed kept."""
    return {
        "period": period,
        "periods": periods.offered(),
        "period_problem": problem,
        "since": request.GET.get("from", "") or _iso(period.since),
        "until": request.GET.get("to", "") or _iso(period.until),
        "here": request.path,
    }


def _period(request: TeamRequest) -> tuple[Period, str]:
    try:
        return periods.read(request.GET.dict()), ""
    except BadPeriod as problem:
        return periods.offered()[0], str(problem)


def _period_or_404(request: TeamRequest) -> Period:
    try:
        return periods.read(request.GET.dict())
    except BadPeriod as problem:
        raise Http404 from problem


def _iso(day: date) -> str:
    return day.isoformat()
