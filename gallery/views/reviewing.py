"""Stars and tags of one picture."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.requests import TeamRequest
from gallery import reviewing, words
from gallery.models import Image
from gallery.models.review import MOST_STARS, MOST_TAGS
from gallery.reviewing import NoTag


@require_POST
def image_rate(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.visible_to(request.user), pk=pk)
    stars = stars_of(request)
    reviewing.rate([pk], by=request.user, stars=stars)
    answer = _review(request, image)
    told = {"id": str(pk), "words": words.stars(stars) if stars else "No stars"}
    return trigger_client_event(answer, "picture-rated", told)


@require_POST
def image_tag(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.taggable_by(request.user), pk=pk)
    typed = request.POST.get("tags", "")
    try:
        tagged = reviewing.tag([pk], reviewing.names_in(typed), by=request.user)
    except NoTag as refusal:
        return _review(request, image, typed=typed, problem=str(refusal))
    problem = f"A picture has at most {MOST_TAGS} tags." if tagged.full else ""
    return _review(request, image, typed=typed if problem else "", problem=problem)


@require_POST
def image_untag(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(Image.objects.taggable_by(request.user), pk=pk)
    reviewing.untag(image, [request.POST.get("tag", "")], by=request.user)
    return _review(request, image)


@never_cache
@require_safe
def tag_list(request: TeamRequest) -> HttpResponse:
    """To complete what is being typed: after the last comma."""
    before, comma, begun = request.GET.get("tags", "").rpartition(",")
    names = reviewing.offered(request.user, begun)
    return render(request, "gallery/_tag_options.html", {"before": before + comma, "names": names})


def stars_of(request: TeamRequest) -> int:
    """As many as there are, whatever a form says."""
    text = request.POST.get("stars", "")
    return min(int(text), MOST_STARS) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _review(
    request: TeamRequest, image: Image, *, typed: str = "", problem: str = ""
) -> HttpResponse:
    if not request.htmx and not problem:
        return redirect(image)
    review = reviewing.review_of(image, request.user)
    context = {"review": review, "typed": typed, "problem": problem, "image": image}
    template = "gallery/_review.html" if request.htmx else "gallery/image_review.html"
    return render(request, template, context, status=422 if problem else 200)
