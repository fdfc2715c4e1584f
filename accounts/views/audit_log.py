from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit, audit_pages
from accounts.access import admins_only
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest

LONGEST_QUERY = 100


@never_cache
@admins_only
@require_safe
def audit_log(request: TeamRequest) -> HttpResponse:
    wanted = _wanted(request)
    try:
        page = audit_pages.page(audit_pages.search(**wanted), after=request.GET.get("after", ""))
    except audit_pages.BadMark as error:
        raise Http404 from error
    context = {
        "page": page,
        "kinds": AuditKind.choices,
        "wanted": wanted,
        "query": urlencode({"q": wanted["query"], "kind": wanted["kind"]}),
    }
    return render(request, "team/audit_log.html", context)


@never_cache
@admins_only
@require_safe
def audit_log_file(request: TeamRequest) -> StreamingHttpResponse:
    audit.record(AuditKind.SETTINGS, "Exported the audit log", request=request)
    lines = audit_pages.as_csv(audit_pages.search(**_wanted(request)))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return answer


def _wanted(request: TeamRequest) -> dict[str, str]:
    query = request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY]
    return {"query": query, "kind": request.GET.get("kind", "")}
