"""What a job's views have in common: who is let in, and how they answer with and without htmx."""

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.db import OperationalError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, reswap, trigger_client_event

from accounts import audit, credits
from accounts.credits import AllowanceExceeded
from accounts.models import Person
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from gallery import problems, words
from gallery.batches import NothingToRetry, TooManyJobs, TooManyWaiting
from gallery.generations import ModelGone, ReferenceGone, TooManyQueued
from gallery.models import Batch, Generation

logger = logging.getLogger(__name__)


def post_or_studio(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who comes by a link, as after signing in again, is led to the studio."""

    @wraps(view)
    def checked(request: TeamRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.method == "POST" else redirect("studio")

    return checked


def shown_in_feed(
    request: TeamRequest, row: Generation | Batch, *, is_here: bool = False
) -> HttpResponse:
    """A page of htmx learns that there is news; any other browser is led to the card.

    `is_here` tells that a batch's own page shows the row, too; it has no feed.
    """
    kind = "batch" if isinstance(row, Batch) else "job"
    place = f"{reverse('studio')}#{kind}-{row.pk}"
    if not request.htmx:
        return HttpResponseRedirect(place, status=303)
    if (request.htmx.current_url_abs_path or "").startswith("/batches/"):
        if not is_here:
            return HttpResponseClientRedirect(place)
        return trigger_client_event(render(request, "gallery/_messages.html"), "feed-changed")
    response = render(request, "gallery/_accepted.html", {"token": uuid.uuid4()})
    # The page's poller hears of it and fetches what has changed.
    return trigger_client_event(reswap(response, "none"), "feed-changed")


def only_looks(request: TeamRequest, *, prompt: str) -> HttpResponse:
    context = {
        "exception": "As a viewer you look at pictures and make none. An admin can change that.",
        "prompt": prompt,
    }
    return render(request, "403.html", context, status=403)


def in_words(refusal: Exception, person: Person) -> str:
    match refusal:
        case AllowanceExceeded():
            return problems.too_little(refusal, credits.statement(person))
        case TooManyQueued():
            return problems.too_many(refusal.limit)
        case TooManyJobs():
            return problems.too_many_jobs(refusal.number, refusal.limit)
        case TooManyWaiting():
            return problems.too_many_waiting(refusal.waiting, refusal.limit)
        case NothingToRetry():
            return "None of these jobs has failed."
        case ModelGone():
            return "Its model is no longer on offer. Use it again with another model."
        case ReferenceGone():
            return "The picture that it started from is no longer there. Choose another one."
        case OperationalError():
            logger.error("wish.not_taken", exc_info=refusal)
            return problems.NOT_TAKEN
    raise refusal


def note_deletion(request: TeamRequest, number: int) -> None:
    """Of pictures that nobody can have back; the trash is no deletion yet."""
    if number:
        text = f"Deleted {words.pictures(number)} for good"
        audit.record(AuditKind.DELETION, text, request=request)


def uuid_or_404(text: str) -> uuid.UUID:
    """Of an address that somebody may have typed."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def token_of(request: TeamRequest) -> uuid.UUID:
    """The form's own, so that a double click asks once; a damaged one asks anew."""
    try:
        return uuid.UUID(request.POST.get("form_token", ""))
    except ValueError:
        return uuid.uuid4()


def page_of_ours(request: TeamRequest, wanted: str) -> str:
    """A page of this site; the library in place of any other."""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    path = urlsplit(wanted)._replace(scheme="", netloc="").geturl() if is_ours else ""
    # Without the host in front, a path that begins with two slashes would name another one.
    is_path = path.startswith("/") and url_has_allowed_host_and_scheme(path, None)
    return path if is_path else reverse("library")
