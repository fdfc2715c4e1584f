"""Sharing a gallery: one dialog, or one page of plain forms."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts import audit
from accounts.models import Group, Person
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from gallery import sharing
from gallery.models import Gallery
from gallery.models.gallery import GalleryRole
from gallery.sharing import LinkForm, MemberForm


@never_cache
@vary_on_headers("HX-Request")
@require_safe
def gallery_share(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    return _shown(request, _managed(request, pk))


@require_POST
def share_team(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = _managed(request, pk)
    is_for_team = request.POST.get("team") == "1"
    sharing.set_team(gallery, is_for_team=is_for_team)
    what, to = ("Opened", " to the whole team") if is_for_team else ("Closed", " to the team")
    _note(request, what, gallery, to)
    who = "The whole team sees it now." if is_for_team else "Only the people below see it now."
    return _done(request, gallery, who)


@require_POST
def share_invite(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = _managed(request, pk)
    form = MemberForm(request.POST, gallery=gallery)
    if not form.is_valid():
        return _shown(request, gallery, member_form=form, status=422)
    who, role = form.cleaned_data["who"], form.cleaned_data["role"]
    sharing.invite(gallery, who, role)
    _note(request, "Shared", gallery, f" with {who} as {role}")
    return _done(request, gallery, f"{who} is a {role} now.")


@require_POST
def share_role(request: TeamRequest, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    gallery, role = _managed(request, pk), request.POST.get("role", "")
    if role not in GalleryRole.values or not sharing.set_role(gallery, person, role):
        raise Http404
    _note(request, f"Made {Person.objects.get(pk=person)} {role} of", gallery)
    return _done(request, gallery, "The role is changed.")


@require_POST
def share_remove(request: TeamRequest, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    gallery = _managed(request, pk)
    if not sharing.remove(gallery, person):
        raise Http404
    _note(request, f"Removed {Person.objects.get(pk=person)} from", gallery)
    if not Gallery.objects.managed_by(request.user).filter(pk=pk).exists():
        return redirect("gallery_list")  # it was oneself
    return _done(request, gallery, "They see it no more.")


@require_POST
def share_group_role(request: TeamRequest, pk: uuid.UUID, group: int) -> HttpResponse:
    gallery, role = _managed(request, pk), request.POST.get("role", "")
    if role not in GalleryRole.values or not sharing.set_group_role(gallery, group, role):
        raise Http404
    _note(request, f"Made the group {Group.objects.get(pk=group)} {role} of", gallery)
    return _done(request, gallery, "The role is changed.")


@require_POST
def share_group_remove(request: TeamRequest, pk: uuid.UUID, group: int) -> HttpResponse:
    gallery = _managed(request, pk)
    if not sharing.remove_group(gallery, group):
        raise Http404
    _note(request, f"Removed the group {Group.objects.get(pk=group)} from", gallery)
    if not Gallery.objects.managed_by(request.user).filter(pk=pk).exists():
        return redirect("gallery_list")
    return _done(request, gallery, "The group sees it no more.")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def link_create(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    gallery = _managed(request, pk)
    if request.method != "POST":
        return redirect("gallery_share", pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _shown(request, gallery, link_form=form, status=422)
    address = sharing.create_link(gallery, form, by=request.user)
    until = f"{form.cleaned_data['expires_on']:%Y-%m-%d}"
    _note(request, "Made a public link to", gallery, f", until {until}")
    return _shown(request, gallery, address=address)


@require_POST
def link_revoke(request: TeamRequest, pk: uuid.UUID, link: uuid.UUID) -> HttpResponse:
    gallery = _managed(request, pk)
    if not sharing.revoke(gallery, link):
        raise Http404
    _note(request, "Revoked a public link to", gallery)
    return _done(request, gallery, "The link is revoked. It opens nothing any more.")


def _note(request: TeamRequest, what: str, gallery: Gallery, how: str = "") -> None:
    audit.record(AuditKind.SHARING, f"{what} {gallery.sign}{how}", request=request)


def _managed(request: TeamRequest, pk: uuid.UUID) -> Gallery:
    managed = Gallery.objects.managed_by(request.user).select_related("owner")
    return get_object_or_404(managed, pk=pk)


def _done(request: TeamRequest, gallery: Gallery, text: str) -> HttpResponse:
    if not request.htmx:
        return redirect("gallery_share", gallery.pk)
    return _shown(request, gallery, done=text)


def _shown(
    request: TeamRequest, gallery: Gallery, *, status: int = 200, **others: object
) -> HttpResponse:
    template = "gallery/_share.html" if request.htmx else "gallery/gallery_share.html"
    context = {
        "gallery": gallery,
        "sharing": sharing.sharing_of(gallery, request.user),
        "roles": GalleryRole.choices,
        "member_form": MemberForm(gallery=gallery),
        "link_form": sharing.first_link_form(),
        "last_day": sharing.last_day(),
    } | others
    return render(request, template, context, status=status)
