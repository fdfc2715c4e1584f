"""The edit page: one picture, what should change in it, and as many jobs as are wanted."""

from django.db import OperationalError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.credits import AllowanceExceeded
from accounts.requests import TeamRequest
from gallery import editor, generations
from gallery.flux.catalog import MAX_COUNT
from gallery.forms import LONGEST_PROMPT, EditForm
from gallery.generations import ModelGone, TooManyQueued
from gallery.lineage import Lineage, lineage_of
from gallery.models import Generation, Image, Upload
from gallery.models.generation import Action
from gallery.sources import source_of
from gallery.views.answers import in_words, only_looks, uuid_or_404
from gallery.views.bringing import Brought, bring, is_bringing


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: TeamRequest) -> HttpResponse:
    if not request.user.is_maker:
        return only_looks(request, prompt=request.POST.get("prompt", ""))
    if request.method == "POST":
        return _send(request)
    return _page(request, EditForm(initial=_first_values(request), person=request.user))


@never_cache
@require_safe
def edit_source(request: TeamRequest) -> HttpResponse:
    """The picture that was chosen, for a page on which the instruction stands already."""
    picture = _chosen(request)
    if picture is None:
        raise Http404
    context = {"source": source_of(picture), "lineage": _lineage(request, picture)}
    return render(request, "gallery/_edit_chosen.html", context)


def _send(request: TeamRequest) -> HttpResponse:
    brought = bring(request) if is_bringing(request) else Brought()
    form = _form(request, brought)
    if brought.problem:
        form.add_error("upload", brought.problem)
    made = _ask(request, form) if form.is_valid() else []
    if not made:
        return _page(request, form, note=brought.note, status=422)
    address = f"{reverse('studio')}#job-{made[-1].pk}"
    if request.htmx:
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address, status=303)


def _form(request: TeamRequest, brought: Brought) -> EditForm:
    """A picture that comes with the form takes the place of the one before."""
    data = request.POST.copy()
    if brought.upload:
        data["upload"] = str(brought.upload.pk)
    return EditForm(data, person=request.user)


def _ask(request: TeamRequest, form: EditForm) -> list[Generation]:
    """None of them when they are refused for a reason that the form then tells."""
    try:
        return generations.request_variations(
            by=request.user,
            wish=form.wish(),
            number=form.cleaned_data["count"],
            token=form.token,
        )
    except (AllowanceExceeded, ModelGone, TooManyQueued, OperationalError) as refusal:
        form.add_error(None, in_words(refusal, request.user))
    return []


def _page(
    request: TeamRequest,
    form: EditForm,
    *,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    template = "gallery/_edit_work.html" if request.htmx else "gallery/edit.html"
    context = {
        "editor": editor.editor_of(form),
        "note": note,
        "lineage": _lineage(request, form.source),
    }
    return render(request, template, context, status=status)


def _lineage(request: TeamRequest, picture: Image | Upload | None) -> Lineage | None:
    return lineage_of(picture, request.user) if isinstance(picture, Image) else None


def _first_values(request: TeamRequest) -> dict[str, object]:
    """Of the edit that is to be used again, else of the picture that was chosen."""
    if again := request.GET.get("again", ""):
        edits = Generation.objects.visible_to(request.user).filter(action=Action.EDIT)
        chosen = get_object_or_404(edits, pk=uuid_or_404(again))
        picture = generations.reference_of(chosen, person=request.user)
        return editor.again_values(chosen, picture)
    prompt = request.GET.get("prompt", "")[:LONGEST_PROMPT]
    values = editor.first_values(request.user, _chosen(request), prompt=prompt)
    return values | {"count": _count(request.GET.get("count", ""))}


def _count(text: str) -> int:
    return min(int(text), MAX_COUNT) if text in set("123456789") else 1


def _chosen(request: TeamRequest) -> Image | Upload | None:
    if image := request.GET.get("image", ""):
        return get_object_or_404(Image.objects.visible_to(request.user), pk=uuid_or_404(image))
    if upload := request.GET.get("upload", ""):
        return get_object_or_404(Upload.objects.visible_to(request.user), pk=uuid_or_404(upload))
    return None
