"""The studio: the composer, the feed, and a new wish."""

import logging
import uuid

from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.credits import AllowanceExceeded
from accounts.requests import TeamRequest
from gallery import feed, generations, problems
from gallery.composer import composer_of, first_values
from gallery.forms import LONGEST_PROMPT, WishForm
from gallery.generations import TooManyQueued
from gallery.models import Generation
from gallery.models.generation import Action
from gallery.views.answers import in_words, only_looks, post_or_studio, shown_in_feed

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def studio(request: TeamRequest) -> HttpResponse:
    form = WishForm(initial=_first_values(request)) if request.user.is_maker else None
    return _page(request, form, before=_before(request))


@never_cache
@require_safe
def feed_more(request: TeamRequest) -> HttpResponse:
    page = feed.page(request.user, before=_before(request))
    return render(request, "gallery/_feed_page.html", {"page": page})


@post_or_studio
def generation_create(request: TeamRequest) -> HttpResponse:
    if not request.user.is_maker:
        return only_looks(request, prompt=request.POST.get("prompt", ""))
    form = WishForm(request.POST)
    generation = _ask(request, form) if form.is_valid() else None
    if generation:
        return shown_in_feed(request, generation)
    if request.htmx:
        context = {"composer": composer_of(form)}
        return render(request, "gallery/_composer.html", context, status=422)
    return _page(request, form, status=422)


def _ask(request: TeamRequest, form: WishForm) -> Generation | None:
    """None when it is refused for a reason that the form then tells."""
    try:
        return generations.request(by=request.user, wish=form.wish(), token=form.token)
    except (AllowanceExceeded, TooManyQueued) as refusal:
        form.add_error(None, in_words(refusal, request.user))
    except OperationalError:
        logger.exception("wish.not_taken")
        form.add_error(None, problems.NOT_TAKEN)
    return None


def _page(
    request: TeamRequest,
    form: WishForm | None,
    *,
    before: Generation | None = None,
    status: int = 200,
) -> HttpResponse:
    standing = feed.standing(request.user)
    context = {
        "standing": standing,
        "page": feed.page(request.user, before=before),
        "composer": form and composer_of(form),
        "is_focused": "again" in request.GET or "prompt" in request.GET,
        "is_older": before is not None,
    }
    return render(request, "gallery/studio.html", context, status=status)


def _first_values(request: TeamRequest) -> dict[str, object]:
    """Of the job that is to be used again, else of the newest one."""
    own = Generation.objects.visible_to(request.user)
    if again := request.GET.get("again", ""):
        chosen = get_object_or_404(own, pk=_uuid(again))
        return first_values(chosen, prompt=chosen.prompt)
    prompt = request.GET.get("prompt", "")[:LONGEST_PROMPT]
    newest = own.filter(action=Action.GENERATE).order_by("-created_at", "-pk").first()
    return first_values(newest, prompt=prompt)


def _before(request: TeamRequest) -> Generation | None:
    before = request.GET.get("before", "")
    own = Generation.objects.visible_to(request.user)
    return get_object_or_404(own, pk=_uuid(before)) if before else None


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
