"""Groups of people: the list, one of them, and who is in it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, credits
from accounts import groups as verbs
from accounts.access import admins_only
from accounts.models import Group, Person
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from accounts.team_forms import GroupForm

LONGEST_QUERY = 100
AT_ONCE = 500
NOBODY = "Choose at least one person first."
SURE = "Tick the box to delete the group."


@never_cache
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: TeamRequest) -> HttpResponse:
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        group = form.save()
        audit.record(AuditKind.PEOPLE, f"Made the group {_said(group)}", request=request)
        messages.success(request, f"The group {group} is made. Now say who is in it.")
        return redirect("team_group", group.pk)
    context = {"groups": verbs.listed(), "form": form}
    return render(request, "team/groups.html", context, status=422 if form.is_bound else 200)


@never_cache
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: TeamRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Group, pk=pk)
    before = _said(row)
    if request.method != "POST":
        return _page(request, row, GroupForm(instance=row))
    form = GroupForm(request.POST, instance=row)
    if not form.is_valid():
        return _page(request, Group.objects.get(pk=pk), form, status=422)
    form.save()
    if (after := _said(row)) != before:
        text = f"Changed the group {before}: it is {after} now"
        audit.record(AuditKind.PEOPLE, text, request=request)
    messages.success(request, "The group is saved.")
    return redirect("team_group", pk)


@require_POST
@admins_only
def group_add(request: TeamRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Group, pk=pk)
    return _added(request, row, verbs.add(row, _chosen(request)))


@require_POST
@admins_only
def group_add_chosen(request: TeamRequest) -> HttpResponse:
    """From the list of people: the group is named in the form."""
    key = request.POST.get("group", "")
    row = get_object_or_404(Group, pk=int(key) if key.isascii() and key.isdigit() else None)
    return _added(request, row, verbs.add(row, _chosen(request)))


@require_POST
@admins_only
def group_remove(request: TeamRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Group, pk=pk)
    gone = verbs.remove(row, _chosen(request))
    for person in gone:
        text = f"Took {person} out of the group {row}"
        audit.record(AuditKind.PEOPLE, text, request=request)
    if gone:
        messages.success(request, f"Not in {row} any more: {verbs.named(gone)}.")
    else:
        messages.warning(request, NOBODY)
    return redirect("team_group", pk)


@require_POST
@admins_only
def group_delete(request: TeamRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Group, pk=pk)
    if "sure" not in request.POST:
        return _page(request, row, GroupForm(instance=row), problem=SURE, status=422)
    row.delete()
    audit.record(AuditKind.PEOPLE, f"Deleted the group {row}", request=request)
    messages.success(request, f"The group {row} is deleted.")
    return redirect("team_groups")


def _added(request: TeamRequest, row: Group, new: list[Person]) -> HttpResponse:
    for person in new:
        audit.record(AuditKind.PEOPLE, f"Put {person} into the group {row}", request=request)
    if new:
        messages.success(request, f"In {row} now: {verbs.named(new)}.")
    else:
        messages.warning(request, "Nobody was added: choose people who are not in it yet.")
    return redirect("team_group", row.pk)


def _chosen(request: TeamRequest) -> list[uuid.UUID]:
    keys = []
    for text in request.POST.getlist("person")[:AT_ONCE]:
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    return keys


def _page(
    request: TeamRequest, row: Group, form: GroupForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY]
    found = list(verbs.others(row, query)[: verbs.SHOWN + 1])
    context = {
        "group": row,
        "form": form,
        "problem": problem,
        "people": row.people.order_by("name", "email"),
        "query": query,
        "others": found[: verbs.SHOWN],
        "has_more": len(found) > verbs.SHOWN,
    }
    return render(request, "team/group.html", context, status=status)


def _said(row: Group) -> str:
    amount = row.monthly_allowance
    return f"{row}, {'no credits' if amount is None else credits.plain(amount)} a month"
