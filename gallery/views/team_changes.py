"""What admins change of one person: the role, the allowance, whether they come in at all."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import allowances, audit, credits, people
from accounts.access import admins_only
from accounts.forms import AdjustmentForm
from accounts.models import Person
from accounts.models.audit import AuditKind
from accounts.models.person import Role
from accounts.people import ChangedMeanwhile, OnlyAdmin
from accounts.requests import TeamRequest
from accounts.team_forms import AllowanceForm, RoleForm
from accounts.views.allowances import warn
from gallery import leaving
from gallery.views.team import person_page

ONLY_ADMIN = "This is the only active admin. Make somebody else an admin first."
STALE = "Somebody else has changed this person meanwhile. Look at what holds now, then save again."
SURE = "You would no longer be an admin yourself. Tick the box to say that you mean it."


@require_POST
@admins_only
def role(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return person_page(request, person, role=form)
    wanted = form.cleaned_data["role"]
    if person == request.user and wanted != Role.ADMIN and "sure" not in request.POST:
        return person_page(request, person, problem=SURE, role=form, is_unsure=True)
    try:
        person = people.change_role(person, wanted, shown=request.POST.get("shown", ""))
    except OnlyAdmin:
        return person_page(request, person, problem=ONLY_ADMIN, role=form)
    except ChangedMeanwhile:
        return person_page(request, person, problem=STALE, role=form)
    words = f"Made {person} {'an' if wanted == Role.ADMIN else 'a'} {Role(wanted).label.lower()}"
    audit.record(AuditKind.PEOPLE, words, request=request)
    messages.success(request, f"{words}.")
    return redirect("studio" if person == request.user else _place(person))


@require_POST
@admins_only
def allowance(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    form = AllowanceForm(request.POST)
    if not form.is_valid():
        return person_page(request, person, allowance=form)
    changes = form.cleaned_data
    try:
        changed = allowances.change({person.pk: request.POST.get("shown", "")}, changes)
    except ChangedMeanwhile:
        return person_page(request, person, problem=STALE, allowance=form)
    text = f"Changed the allowance of {person}: {allowances.said(changes)}"
    audit.record(AuditKind.CREDITS, text, request=request)
    messages.success(request, "The allowance is saved.")
    warn(request, changed)
    return redirect(_place(person))


@require_POST
@admins_only
def adjust(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    form = AdjustmentForm(request.POST)
    if not form.is_valid():
        return person_page(request, person, adjustment=form)
    if not credits.adjust(person, **form.cleaned_data, by=request.user):
        messages.warning(request, "This was done already, so nothing is added. Look, then adjust.")
        return redirect(_place(person))
    amount, note = form.cleaned_data["amount"], form.cleaned_data["note"]
    text = f"Adjusted the credits of {person} by {amount.normalize():+f}: {note}"
    audit.record(AuditKind.CREDITS, text, request=request)
    more = "more" if amount > 0 else "less"
    messages.success(
        request, f"{person} has {credits.plain(abs(amount))} credits {more} this month."
    )
    return redirect(_place(person))


@require_POST
@admins_only
def deactivate(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    if person == request.user and "sure" not in request.POST:
        words = "You would lock yourself out. Tick the box to say that you mean it."
        return person_page(request, person, problem=words, is_unsure=True)
    # First, as whoever is locked out has no name any more.
    try:
        cancelled = leaving.deactivate(person)
    except OnlyAdmin:
        return person_page(request, person, problem=ONLY_ADMIN)
    jobs = "1 waiting job" if cancelled == 1 else f"{cancelled} waiting jobs"
    audit.record(AuditKind.PEOPLE, f"Deactivated {person}; {jobs} cancelled", request=request)
    messages.success(request, f"{person} is locked out. {jobs.capitalize()} cancelled.")
    return redirect(_place(person))


@require_POST
@admins_only
def activate(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    people.activate(person)
    audit.record(AuditKind.PEOPLE, f"Let {person} in again", request=request)
    messages.success(request, f"{person} can sign in again.")
    return redirect(_place(person))


def _place(person: Person) -> str:
    return f"/team/people/{person.pk}/"
