"""The studio: the composer, the feed, and a new wish."""

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.credits import AllowanceExceeded
from accounts.requests import TeamRequest
from gallery import batches, blanks, feed, generations
from gallery.batches import TooManyWaiting
from gallery.composer import composer_of, first_values
from gallery.forms import LONGEST_PROMPT
from gallery.generations import ModelGone, TooManyQueued
from gallery.models import Batch, Generation, Preset, PromptUse
from gallery.models.generation import Action
from gallery.planner import more_of, values_of
from gallery.plans import PlanForm
from gallery.views.answers import in_words, only_looks, post_or_studio, shown_in_feed, uuid_or_404


@never_cache
@require_safe
def studio(request: TeamRequest) -> HttpResponse:
    form = (
        PlanForm(initial=_first_values(request), person=request.user)
        if request.user.is_maker
        else None
    )
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
    form = PlanForm(request.POST, person=request.user)
    made = _ask(request, form) if form.is_valid() else None
    if made:
        return shown_in_feed(request, made)
    if request.htmx:
        return render(request, "gallery/_composer.html", _composing(form), status=422)
    return _page(request, form, status=422)


@post_or_studio
def preview(request: TeamRequest) -> HttpResponse:
    """Every prompt and the price of all, before anything is asked for."""
    if not request.user.is_maker:
        return only_looks(request, prompt=request.POST.get("prompt", ""))
    form = PlanForm(request.POST, person=request.user)
    form.is_valid()
    if request.htmx:
        context = _composing(form, is_sent=False) | {"names": request.POST.get("blank_names", "")}
        return render(request, "gallery/_preview_answer.html", context)
    return _page(request, form)


def _ask(request: TeamRequest, form: PlanForm) -> Generation | Batch | None:
    """None when it is refused for a reason that the form then tells."""
    wishes = form.plan.wishes
    try:
        if len(wishes.wishes) > 1:
            return batches.request(by=request.user, wishes=wishes, token=form.token)
        return generations.request(by=request.user, wish=wishes.wishes[0], token=form.token)
    except (
        AllowanceExceeded,
        ModelGone,
        TooManyQueued,
        TooManyWaiting,
        OperationalError,
    ) as refusal:
        form.add_error(None, in_words(refusal, request.user))
    return None


def _composing(form: PlanForm, *, is_sent: bool = True) -> dict[str, object]:
    composer = composer_of(form)
    more = more_of(form, composer, is_sent=is_sent)
    return {"composer": composer, "more": more}


def _page(
    request: TeamRequest,
    form: PlanForm | None,
    *,
    before: Generation | None = None,
    status: int = 200,
) -> HttpResponse:
    standing = feed.standing(request.user)
    context = {
        "standing": standing,
        "page": feed.page(request.user, before=before),
        "is_focused": FILLED & request.GET.keys(),
        "is_older": before is not None,
    }
    context |= _composing(form) if form else {"composer": None}
    return render(request, "gallery/studio.html", context, status=status)


FILLED = {"again", "prompt", "use", "batch", "preset"}


def _first_values(request: TeamRequest) -> dict[str, object]:
    """Of what is to be used again, else of the newest job."""
    own = Generation.objects.visible_to(request.user)
    if again := request.GET.get("again", ""):
        chosen = get_object_or_404(own, pk=uuid_or_404(again))
        return first_values(chosen, prompt=blanks.escaped(chosen.prompt))
    if kept := _kept(request):
        values, gone = values_of(*kept, person=request.user)
        if gone:
            messages.warning(request, f"No longer on offer: {', '.join(gone)}. The rest is set.")
        return values
    newest = own.leading().filter(action=Action.GENERATE).order_by("-created_at", "-pk").first()
    return first_values(newest, prompt=_prompt(request))


def _kept(request: TeamRequest) -> tuple[str, dict[str, object]] | None:
    """The text and the choices of a batch or a preset that was asked for."""
    if key := request.GET.get("batch", ""):
        batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=uuid_or_404(key))
        return batch.template, batch.choices
    if key := request.GET.get("preset", ""):
        preset = get_object_or_404(Preset.objects.visible_to(request.user), pk=uuid_or_404(key))
        return preset.prompt, preset.choices
    return None


def _prompt(request: TeamRequest) -> str:
    if key := request.GET.get("use", ""):
        uses = PromptUse.objects.visible_to(request.user)
        return get_object_or_404(uses, pk=uuid_or_404(key)).text
    return request.GET.get("prompt", "")[:LONGEST_PROMPT]


def _before(request: TeamRequest) -> Generation | None:
    before = request.GET.get("before", "")
    own = Generation.objects.visible_to(request.user)
    return get_object_or_404(own, pk=uuid_or_404(before)) if before else None
