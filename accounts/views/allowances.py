"""Allowances of many people at once, the team's budget, and answers to who asks for more."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import allowances as verbs
from accounts import audit, credits, letters, people
from accounts.access import admins_only
from accounts.models import AllowanceRequest, Letter, Person, TeamBudget
from accounts.models.audit import AuditKind
from accounts.people import ChangedMeanwhile
from accounts.requests import TeamRequest
from accounts.team_forms import AnswerForm, BudgetForm, ManyAllowancesForm

AT_ONCE = 500
ANSWERS = ("approve", "decline")
NO_MORE = "Not this month."  # so that a letter's link and one press are enough


@never_cache
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def allowances(request: TeamRequest) -> HttpResponse:
    """Who is chosen comes as `person`; how each looked, as `shown` beside it."""
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, "Choose at least one person first.")
        return redirect("team")
    if request.method != "POST":
        return _page(request, chosen, ManyAllowancesForm())
    form = ManyAllowancesForm(request.POST)
    if not form.is_valid():
        return _page(request, chosen, form, status=422)
    return _change(request, chosen, form)


@never_cache
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: TeamRequest) -> HttpResponse:
    form = _saved_budget(request) if request.method == "POST" else None
    if form is not None and form.is_valid():
        messages.success(request, "The team's budget is saved.")
        return redirect("team")
    now = TeamBudget.objects.get(pk=1)
    context = {"form": form or BudgetForm(instance=now), "shown": _stamp(now), "now": now}
    return render(request, "team/budget.html", context, status=422 if form else 200)


@transaction.atomic
def _saved_budget(request: TeamRequest) -> BudgetForm:
    """Unless it is not valid; the row is locked, so that of two admins at once one is told."""
    row = TeamBudget.objects.select_for_update(no_key=True).get(pk=1)
    shown = _stamp(row)
    form = BudgetForm(request.POST, instance=row)
    if form.is_valid() and request.POST.get("shown") != shown:
        form.add_error(None, "Another admin has changed the budget meanwhile. Look, then save.")
    if form.is_valid():
        form.save()
        audit.record(AuditKind.CREDITS, f"Set the team's budget: {_said(row)}", request=request)
    return form


@never_cache
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: TeamRequest, pk: int) -> HttpResponse:
    """A letter's links choose the answer (`?answer=`); only the button gives it."""
    wishes = AllowanceRequest.objects.select_related("person", "answered_by")
    wish = get_object_or_404(wishes, pk=pk)
    form = AnswerForm(request.POST) if request.method == "POST" else None
    if form is None or not form.is_valid():
        return _answer_page(request, wish, form)
    try:
        letter = _answer(request, wish, form)
    except verbs.AnsweredAlready:
        messages.warning(request, "Another admin has answered already.")
        return redirect("team_request", wish.pk)
    late = " The letter about it is tried again later." if letters.deliver([letter]) else ""
    messages.success(request, f"{wish.person} is told.{late}")
    return redirect("team")


def _answer_page(
    request: TeamRequest, wish: AllowanceRequest, bound: AnswerForm | None
) -> HttpResponse:
    chosen, now = request.GET.get("answer", ""), credits.statement(wish.person)
    words = NO_MORE if chosen == "decline" else ""
    form = bound or AnswerForm(initial={"amount": verbs.preset(now), "words": words})
    context = {
        "wish": wish,
        "form": form,
        "now": now,
        "chosen": chosen if chosen in ANSWERS else "",
    }
    return render(request, "team/request.html", context, status=422 if bound else 200)


def _answer(request: TeamRequest, wish: AllowanceRequest, form: AnswerForm) -> Letter:
    words, amount = form.cleaned_data["words"], form.cleaned_data["amount"]
    if form.is_approval:
        letter = verbs.approve(wish, amount, by=request.user, words=words)
        text = f"Gave {wish.person} the {credits.plain(amount)} credits asked for"
    else:
        letter = verbs.decline(wish, by=request.user, words=words)
        text = f"Declined to give {wish.person} more credits"
    audit.record(AuditKind.CREDITS, text, request=request)
    return letter


def _change(request: TeamRequest, chosen: list[Person], form: ManyAllowancesForm) -> HttpResponse:
    shown = {person.pk: request.POST.get(f"shown-{person.pk}", "") for person in chosen}
    try:
        changed = verbs.change(shown, form.changes)
    except ChangedMeanwhile as stale:
        form.add_error(None, f"Changed by somebody else meanwhile: {stale}. Look, then save again.")
        return _page(request, _chosen(request), form, status=422)
    for person in changed:
        text = f"Changed the allowance of {person}: {verbs.said(form.changes)}"
        audit.record(AuditKind.CREDITS, text, request=request)
    number = "1 person" if len(changed) == 1 else f"{len(changed)} people"
    messages.success(request, f"The allowance of {number} is changed.")
    warn(request, changed)
    return redirect("team")


def warn(request: TeamRequest, changed: list[Person]) -> None:
    """An allowance below what is spent is no mistake, but nobody should be surprised by it."""
    if over := verbs.overspent(changed):
        names = ", ".join(map(str, over))
        messages.warning(request, f"More is spent than that: {names} can make no more this month.")


def _chosen(request: TeamRequest) -> list[Person]:
    asked = request.POST if request.method == "POST" else request.GET
    keys = []
    for text in asked.getlist("person")[:AT_ONCE]:
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(Person.objects.filter(pk__in=keys))


def _page(
    request: TeamRequest, chosen: list[Person], form: ManyAllowancesForm, *, status: int = 200
) -> HttpResponse:
    rows = [(person, people.stamp(person)) for person in chosen]
    context = {"rows": rows, "form": form}
    return render(request, "team/allowances.html", context, status=status)


def _stamp(row: TeamBudget) -> str:
    amounts = (row.usual_allowance, row.admin_allowance, row.monthly_cap, row.provider_budget)
    written = ["" if amount is None else f"{amount:.4f}" for amount in amounts]
    return "|".join([*written, "carries" if row.carries_from else ""])


def _said(row: TeamBudget) -> str:
    amounts = {
        "usually {} a month": row.usual_allowance,
        "{} for admins": row.admin_allowance,
        "cap {}": row.monthly_cap,
        "budget at the provider: {}": row.provider_budget,
    }
    parts = [
        text.format(credits.plain(amount)) for text, amount in amounts.items() if amount is not None
    ]
    return ", ".join([*parts, "carried over" if row.carries_from else "not carried over"])
