"""Stars and tags of one picture."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.requests import TeamRequest
from gallery import rating, words
from gallery.models import Image
from gallery.models.review import MOST_STARS, MOST_TAGS
from gallery.rating import NoTag


@require_POST
def image_rate(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
    stars = stars_of(request)
    rating.rate([pk], by=request.user, stars=stars)
    answer = _opinion(request, image)
    told = {"id": str(pk), "words": words.stars(stars) if stars else "No stars"}
    return trigger_client_event(answer, "picture-rated", told)


@require_POST
def image_tag(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.taggable_by(request.user), pk=pk)
    typed = request.POST.get("tags", "")
    try:
        tagged = rating.tag([pk], rating.names_in(typed), by=request.user)
    except NoTag as refusal:
        return _opinion(request, image, typed=typed, problem=str(refusal))
    problem = f"A picture has at most {MOST_TAGS} tags." if tagged.full else ""
    return _opinion(request, image, typed=typed if problem else "", problem=problem)


@require_POST
def image_untag(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.taggable_by(request.user), pk=pk)
    rating.untag(image, [request.POST.get("tag", "")], by=request.user)
    return _opinion(request, image)


@never_cache
@require_safe
def tag_list(request: TeamRequest) -> HttpResponse:
    """To complete what is being typed: after the last comma."""
    typed = request.GET.get("tags", request.GET.get("tag", ""))
    before, comma, begun = typed.rpartition(",")
    names = rating.offered(request.user, begun)
    return render(request, "gallery/_tag_options.html", {"before": before + comma, "names": names})


def stars_of(request: TeamRequest) -> int:
    """As many as there are, whatever a form says."""
    text = request.POST.get("stars", "")
    return min(int(text), MOST_STARS) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _opinion(
    request: TeamRequest, image: Image, *, typed: str = "", problem: str = ""
) -> HttpResponse:
    if not request.htmx and not problem:
        return redirect(image)
    opinion = rating.opinion_of(image, request.user)
    context = {"opinion": opinion, "typed": typed, "problem": problem, "image": image}
    template = "gallery/_rating.html" if request.htmx else "gallery/image_rating.html"
    return render(request, template, context, status=422 if problem else 200)
