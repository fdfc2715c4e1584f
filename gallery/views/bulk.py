"""What is done to many pictures at once. Everything is posted: a selection is no address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, trigger_client_event

from accounts.requests import TeamRequest
from gallery import bulk, collecting, comparing, rating, selections, trash, words
from gallery.bulk import Keys, Outcome
from gallery.collecting import CollectingForm
from gallery.rating import NoTag
from gallery.selections import Selection, Unusable
from gallery.views.answers import note_deletion
from gallery.views.rating import stars_of

EMPTY = "The trash is empty."
MOMENT = "%Y%m%d%H%M%S%f"  # to the microsecond, as the database keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A form between the selection and what is done to it."""

    title: str
    verb: str
    part: str
    address: str
    is_danger: bool = False
    is_download: bool = False

    @property
    def template(self) -> str:
        return f"gallery/_ask_{self.part}.html"


Verb = Callable[[TeamRequest, Selection], HttpResponseBase]


def on_selection(verb: Verb) -> Callable[[TeamRequest], HttpResponseBase]:
    """What can't be acted on is told in a toast, on the page where it was selected."""

    @require_POST
    @wraps(verb)
    def view(request: TeamRequest) -> HttpResponseBase:
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
def selection_rate(request: TeamRequest, selection: Selection) -> HttpResponse:
    stars = stars_of(request)
    outcome = bulk.rate(selection.keys, by=request.user, stars=stars)
    what = f"rated with {words.stars(stars)}" if stars else "left without stars"
    return _done(request, selection, outcome, outcome.told(what), event="rated")


@on_selection
def selection_tag(request: TeamRequest, selection: Selection) -> HttpResponse:
    ask = Ask(title="Add tags", verb="Add tags", part="tags", address="selection_tag")
    if "tags" not in request.POST:
        return asked(request, selection, ask)
    typed = request.POST["tags"]
    try:
        names = rating.names_in(typed)
    except NoTag as problem:
        return asked(request, selection, ask, status=422, typed=typed, problem=str(problem))
    outcome = bulk.tag(selection.keys, names, by=request.user)
    text = outcome.told(f"tagged {', '.join(names)}")
    return _done(request, selection, outcome, text, event="tagged")


@on_selection
def selection_gallery(request: TeamRequest, selection: Selection) -> HttpResponse:
    ask = Ask(
        title="Add to gallery", verb="Add pictures", part="gallery", address="selection_gallery"
    )
    if "name" not in request.POST:
        form = CollectingForm(person=request.user)
        return asked(request, selection, ask, form=form)
    form = CollectingForm(request.POST, person=request.user)
    collected = form.is_valid() and collecting.collect(selection.keys, form, by=request.user)
    if not collected:
        return asked(request, selection, ask, status=422, form=form)
    outcome, gallery = collected
    return _done(request, selection, outcome, outcome.told(f"in {gallery}"), event="placed")


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


@require_POST
def trash_restore(request: TeamRequest) -> HttpResponse:
    """Everything, however much it is."""
    done = trash.restore_all(by=request.user)
    outcome = Outcome(done=tuple(done), asked=len(done))
    messages.success(request, outcome.told("restored") or EMPTY)
    return redirect("trash")


@require_POST
def trash_empty(request: TeamRequest) -> HttpResponse:
    """The page has asked already. The sweep deletes the files."""
    done = trash.empty(by=request.user)
    outcome = Outcome(done=tuple(done), asked=len(done))
    note_deletion(request, len(done))
    messages.success(request, outcome.told("deleted for good") or EMPTY)
    return redirect("trash")


@on_selection
def selection_purge(request: TeamRequest, selection: Selection) -> HttpResponse:
    ask = Ask(
        title="Delete for good",
        verb="Delete for good",
        part="purge",
        address="selection_purge",
        is_danger=True,
    )
    if "sure" not in request.POST:
        return asked(request, selection, ask)
    outcome = bulk.doom(selection.keys, by=request.user)
    note_deletion(request, len(outcome.done))
    return _done(request, selection, outcome, outcome.told("deleted for good"), event="purged")


def asked(
    request: TeamRequest, selection: Selection, ask: Ask, *, status: int = 200, **more: object
) -> HttpResponse:
    """What else must be known, in a dialog or on a page; the selection goes along."""
    template = "gallery/_ask.html" if request.htmx else "gallery/ask.html"
    context = {"ask": ask, "selection": selection, "many": words.pictures(len(selection)), **more}
    return render(request, template, context, status=status)


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
    # Some buttons have a place for a form that asks; this is none.
    return trigger_client_event(reswap(answer, "none"), "feed-changed")


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
    except ValueError as error:
        raise Http404 from error
