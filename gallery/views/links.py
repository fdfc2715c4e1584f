"""What a public link opens: pages and files for guests, below the link's own address alone."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from gallery import downloads, files, guests, public, reviewing
from gallery.guests import TooManyGuesses, Unknown, Visit
from gallery.models import Image
from gallery.models.gallery import Approval
from gallery.models.image import RENDITION_TYPE
from gallery.reviewing import CommentForm, NameForm
from gallery.shelves import Mark

HEADERS = {
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
NOT_KEPT = {"Cache-Control": "private, no-store"}
RESPONSES = "link_response"  # named by the settings, with its rate
GuestView = Callable[..., HttpResponseBase]


def for_guests(view: GuestView) -> GuestView:
    """Hands over the visit; who comes by a link that has ended, or is locked, gets its own page."""

    @login_not_required
    @csrf_exempt  # see gallery.guests
    @sensitive_variables("token")
    @wraps(view)
    def checked(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
                raise Http404
            if not ratelimit.consume(request, action=RESPONSES):
                slowed: HttpResponse = ratelimit.respond_429(request)
                return slowed
        try:
            visit = guests.visit(request, token)
        except Unknown as error:
            raise Http404 from error
        if visit.has_ended:
            response: HttpResponseBase = page(request, "public_ended", {"visit": visit}, 410)
        elif visit.is_locked:
            response = _locked(request, visit)
        else:
            response = view(request, visit, **kwargs)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return checked


@for_guests
@require_safe
def public_gallery(request: HttpRequest, visit: Visit) -> HttpResponse:
    context = {
        "visit": visit,
        "shown": public.gallery_of(visit, _mark(request, visit)),
        "form": NameForm(),
    }
    response = page(request, "public_gallery", context)
    guests.count_view(visit)
    guests.remember(response, visit)
    return response


@for_guests
@require_safe
def public_image(request: HttpRequest, visit: Visit, pk: uuid.UUID) -> HttpResponse:
    return _picture(request, visit, pk)


@for_guests
@require_safe
def public_rendition(
    request: HttpRequest, visit: Visit, pk: uuid.UUID, size: str
) -> HttpResponseBase:
    image = _image(visit, pk)
    if size not in image.renditions:
        raise Http404
    return files.send(
        request,
        storage=default_storage,
        name=image.renditions[size],
        content_type=RENDITION_TYPE,
        etag=f"{image.sha256}-{size}",
        accel=settings.ACCEL_REDIRECT,
        is_immutable=False,  # a link may end
    )


@for_guests
@require_safe
def public_download(request: HttpRequest, visit: Visit, pk: uuid.UUID) -> HttpResponseBase:
    """The original; without a word beside its pixels where prompts are hidden."""
    if not visit.link.allows_downloads:
        raise Http404
    image = _image(visit, pk)
    if not visit.link.shows_prompts:
        return _bare(image, visit)
    return files.send(
        request,
        storage=default_storage,
        name=image.original,
        content_type=image.content_type,
        etag=image.sha256,
        download_as=public.download_name(image, visit),
        accel=settings.ACCEL_REDIRECT,
        is_immutable=False,
    )


def _bare(image: Image, visit: Visit) -> HttpResponse:
    kind = downloads.bare_kind(image)
    try:
        data = downloads.bare(image)
    except downloads.Gone as error:
        raise Http404 from error
    name = public.download_name(image, visit, kind.extension)
    response = files.as_download(data, name=name, content_type=kind.content_type)
    response["Cache-Control"] = NOT_KEPT["Cache-Control"]
    return response


@login_not_required
@csrf_exempt  # see gallery.guests
@sensitive_variables("token", "password")
@sensitive_post_parameters("password")
@require_POST
def public_unlock(request: HttpRequest, token: str) -> HttpResponse:
    try:
        visit = guests.visit(request, token)
    except Unknown:
        visit = None
    if visit and visit.has_ended:
        return page(request, "public_ended", {"visit": visit}, 410)
    password = request.POST.get("password", "")
    try:
        is_right = guests.check_guess(request, visit.link if visit else None, password)
    except TooManyGuesses:
        return _refused(request, visit, "Too many guesses. Wait ten minutes, then try again.", 429)
    if not visit or not is_right:
        return _refused(request, visit, "That is not the password.", 422)
    response: HttpResponse = redirect("public_gallery", token)
    guests.count_view(visit)
    guests.remember(response, visit)
    response["Referrer-Policy"] = HEADERS["Referrer-Policy"]
    return response


def _refused(request: HttpRequest, visit: Visit | None, problem: str, status: int) -> HttpResponse:
    if visit is None or not visit.link.password:
        raise Http404
    return page(request, "public_locked", {"visit": visit, "problem": problem}, status)


@for_guests
@require_POST
def public_name(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not visit.link.takes_responses:
        raise Http404
    form = NameForm(request.POST)
    if not form.is_valid():
        shown = public.gallery_of(visit, None)
        context = {"visit": visit, "shown": shown, "form": form}
        return page(request, "public_gallery", context, 422)
    guest = guests.introduce(visit, form.cleaned_data["name"])
    response: HttpResponse = redirect("public_gallery", visit.token)
    guests.remember(response, visit, guest)
    return response


@for_guests
@require_POST
def public_heart(request: HttpRequest, visit: Visit, pk: uuid.UUID) -> HttpResponse:
    image, guest = _responding(visit, pk)
    wanted = request.POST.get("is_favourite") != "0"
    reviewing.heart(visit.link.gallery, image, by=guest, is_favourite=wanted)
    if not getattr(request, "htmx", False):
        return redirect("public_image", visit.token, pk)
    told = {"id": str(pk), "is": wanted}
    return trigger_client_event(HttpResponse(status=204), "picture-marked", told)


@for_guests
@require_POST
def public_approval(request: HttpRequest, visit: Visit, pk: uuid.UUID) -> HttpResponse:
    image, guest = _responding(visit, pk)
    approval = request.POST.get("approval", "")
    if approval not in Approval.values:
        raise Http404
    reviewing.decide(visit.link.gallery, image, approval, by=guest)
    return redirect("public_image", visit.token, pk)


@for_guests
@require_POST
def public_comment(request: HttpRequest, visit: Visit, pk: uuid.UUID) -> HttpResponse:
    image, guest = _responding(visit, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _picture(request, visit, pk, form=form, status=422)
    reviewing.comment(visit.link.gallery, image, form, by=guest)
    return redirect("public_image", visit.token, pk)


@for_guests
@require_POST
def public_comment_delete(
    request: HttpRequest, visit: Visit, pk: uuid.UUID, comment: uuid.UUID
) -> HttpResponse:
    _, guest = _responding(visit, pk)
    if not reviewing.take_back(visit.link.gallery, comment, by=guest):
        raise Http404
    return redirect("public_image", visit.token, pk)


def _responding(visit: Visit, pk: uuid.UUID) -> tuple[Image, Any]:
    if not visit.takes_responses:
        raise Http404
    return _image(visit, pk), visit.guest


def _image(visit: Visit, pk: uuid.UUID) -> Image:
    image: Image = get_object_or_404(public.pictures_of(visit), pk=pk)
    return image


def _picture(
    request: HttpRequest,
    visit: Visit,
    pk: uuid.UUID,
    *,
    form: CommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    picture = public.picture_of(_image(visit, pk), visit)
    context = {"visit": visit, "picture": picture, "form": form or CommentForm()}
    return page(request, "public_image", context, status)


def _locked(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Its own page in place of any page of the gallery; of files there is nothing to be seen."""
    names = ("public_gallery", "public_image")
    if request.resolver_match is None or request.resolver_match.url_name not in names:
        raise Http404
    return page(request, "public_locked", {"visit": visit})


def page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    headers = HEADERS | NOT_KEPT
    response = render(request, f"gallery/{name}.html", context, status=status)
    for header, value in headers.items():
        response[header] = value
    return response


def _mark(request: HttpRequest, visit: Visit) -> Mark | None:
    text = request.GET.get("after", "")
    try:
        return Mark.read(text, is_timed=not visit.link.gallery.is_by_hand) if text else None
    except ValueError as error:
        raise Http404 from error
