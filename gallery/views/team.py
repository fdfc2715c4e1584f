"""The people of the team: the list, and one of them."""

import uuid
from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import admins_only
from accounts.forms import AdjustmentForm
from accounts.models import AllowanceRequest, Group, Invitation, Person
from accounts.requests import TeamRequest
from accounts.team_forms import AllowanceForm, HeirForm, ManyAllowancesForm, RoleForm
from gallery import team as listing

LONGEST_QUERY = 100


@never_cache
@admins_only
@require_safe
def team(request: TeamRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY]
    sort = request.GET.get("sort", "name")
    page = listing.page(query=query, sort=sort, number=_number(request.GET.get("page", "")))
    context = {
        "page": page,
        "invitations": Invitation.objects.usable().exclude(invited_by=None).count(),
        "requests": AllowanceRequest.objects.open().select_related("person")[:20],
        "many": ManyAllowancesForm(),
        "groups": Group.objects.all(),
        "next": urlencode({"q": query, "sort": page.sort, "page": page.number + 1}),
        "previous": urlencode({"q": query, "sort": page.sort, "page": page.number - 1}),
    }
    return render(request, "team/people.html", context)


@never_cache
@admins_only
@require_safe
def person(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    return person_page(request, get_object_or_404(Person, pk=pk))


def person_page(
    request: TeamRequest, person: Person, *, problem: str = "", **bound: object
) -> HttpResponse:
    """With the forms as they were sent, when something was wrong with one of them."""
    row = listing.row_of(person)
    fresh = row.person
    forms = {
        "role": RoleForm(initial={"role": fresh.role}),
        "allowance": AllowanceForm(
            initial={
                "monthly_allowance": _plain(fresh.monthly_allowance),
                "daily_cap": _plain(fresh.daily_cap),
            }
        ),
        "adjustment": AdjustmentForm(),
        "heir": HeirForm(leaver=fresh),
    } | bound
    context = {"row": replace(row, colour=4), "person": fresh, "problem": problem, "forms": forms}
    context |= {"groups": fresh.groups.all()}
    status = 422 if bound or problem else 200
    return render(request, "team/person.html", context, status=status)


def _plain(amount: object) -> str:
    return "" if amount is None else f"{amount:.4f}".rstrip("0").rstrip(".")


def _number(text: str) -> int:
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() else 1
