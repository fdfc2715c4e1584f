"""What is done to many pictures at once. Everything is posted: a selection is no address."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.requests import TeamRequest
from gallery import bulk, comparing, selections, trash
from gallery.bulk import Keys, Outcome
from gallery.selections import Selection, Unusable

MOMENT = "%Y%m%d%H%M%S%f"  # to the microsecond, as the database keeps it

Verb = Callable[[TeamRequest, Selection], HttpResponse]


def on_selection(verb: Verb) -> Callable[[TeamRequest], HttpResponse]:
    """What can't be acted on is told in a toast, on the page where it was selected."""

    @require_POST
    @wraps(verb)
    def view(request: TeamRequest) -> HttpResponse:
        try:
            return verb(request, selections.read(request.user, request.POST))
        except Unusable as unusable:
            messages.error(request, str(unusable))
            return told(request, unusable.listing.page)

    return view


@on_selection
def selection_favourite(request: TeamRequest, selection: Selection) -> HttpResponse:
    wanted = request.POST.get("is_favourite") != "0"
    outcome = bulk.mark(selection.keys, by=request.user, is_favourite=wanted)
    return _done(
        request,
        selection,
        outcome,
        outcome.told("added to your favourites" if wanted else "taken out of your favourites"),
        event="marked" if wanted else "unmarked",
    )


@on_selection
def selection_compare(request: TeamRequest, selection: Selection) -> HttpResponse:
    if not 2 <= len(selection) <= comparing.MOST:
        raise Unusable(f"Select 2 to {comparing.MOST} pictures to compare.", selection.listing)
    query = urlencode({"i": [str(key) for key in selection.keys]}, doseq=True)
    address = f"{reverse('compare')}?{query}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@on_selection
def selection_trash(request: TeamRequest, selection: Selection) -> HttpResponse:
    outcome, at = bulk.throw_away(selection.keys, by=request.user)
    text = outcome.told("moved to the trash")
    if outcome.done:
        context = {"text": text, "moment": at.astimezone(UTC).strftime(MOMENT)}
        text = render_to_string("gallery/_undo_many.html", context, request)
    return _done(request, selection, outcome, text, event="trashed")


@require_POST
def selection_undo(request: TeamRequest, moment: str) -> HttpResponse:
    """Back with what was thrown away at that moment, and with nothing else."""
    done = trash.restore_all(by=request.user, thrown_away_at=_moment(moment))
    outcome = Outcome(done=tuple(done), asked=len(done))
    messages.success(request, outcome.told("back where they were") or "There is nothing to undo.")
    return told(request, reverse("library"), done, event="restored", moment=moment)


@on_selection
def selection_restore(request: TeamRequest, selection: Selection) -> HttpResponse:
    outcome = bulk.restore(selection.keys, by=request.user)
    return _done(request, selection, outcome, outcome.told("restored"), event="restored")


def _done(
    request: TeamRequest, selection: Selection, outcome: Outcome, text: str, *, event: str
) -> HttpResponse:
    (messages.success if outcome.done else messages.warning)(request, text)
    return told(request, selection.listing.page, outcome.done, event=event)


def told(
    request: TeamRequest, address: str, keys: Keys = (), *, event: str = "", moment: str = ""
) -> HttpResponse:
    """htmx gets a toast and what has become of which; any other browser is led on."""
    if not request.htmx:
        return HttpResponseRedirect(address, status=303)
    context = {"keys": " ".join(map(str, keys)), "event": event, "moment": moment}
    answer = render(request, "gallery/_selection_done.html", context)
    return trigger_client_event(answer, "feed-changed")


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    except ValueError as error:
        raise Http404 from error
