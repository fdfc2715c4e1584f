"""What the people of a gallery say of a picture in it."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.requests import TeamRequest
from gallery import listings, reviewing
from gallery.models import Gallery, Image
from gallery.models.gallery import Approval
from gallery.reviewing import CommentForm
from gallery.viewing import in_gallery


@require_POST
def placement_approval(request: TeamRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    gallery, picture = _seen(request, pk, image)
    approval = request.POST.get("approval", "")
    if approval not in Approval.values:
        raise Http404
    reviewing.decide(gallery, picture, approval, by=request.user)
    return _answer(request, gallery, picture)


@require_POST
def placement_comment(request: TeamRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    gallery, picture = _seen(request, pk, image)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _refused(request, gallery, picture, form)
    reviewing.comment(gallery, picture, form, by=request.user)
    return _answer(request, gallery, picture)


@require_POST
def comment_delete(
    request: TeamRequest, pk: uuid.UUID, image: uuid.UUID, comment: uuid.UUID
) -> HttpResponse:
    gallery, picture = _seen(request, pk, image)
    if not reviewing.take_back(gallery, comment, by=request.user):
        raise Http404
    return _answer(request, gallery, picture)


def _seen(request: TeamRequest, pk: uuid.UUID, image: uuid.UUID) -> tuple[Gallery, Image]:
    gallery = get_object_or_404(Gallery.objects.visible_to(request.user), pk=pk)
    return gallery, get_object_or_404(listings.rows_of(gallery), pk=image)


def _answer(request: TeamRequest, gallery: Gallery, image: Image) -> HttpResponse:
    if not request.htmx:
        return redirect(f"{image.get_absolute_url()}?in={gallery.pk}#review")
    return _shown(request, gallery, image, "_shared")


def _refused(
    request: TeamRequest, gallery: Gallery, image: Image, form: CommentForm
) -> HttpResponse:
    template = "_shared" if request.htmx else "comment_refused"
    return _shown(request, gallery, image, template, form=form, status=422)


def _shown(
    request: TeamRequest,
    gallery: Gallery,
    image: Image,
    template: str,
    *,
    form: CommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shared = in_gallery(image, request.user, gallery)
    context = {"shared": shared, "form": form, "gallery": gallery, "image": image, "is_part": True}
    return render(request, f"gallery/{template}.html", context, status=status)
