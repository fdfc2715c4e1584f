"""Inviting people, and what becomes of the invitations that are open."""

import hashlib

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, guest_lists, letters
from accounts import invitations as verbs
from accounts.access import admins_only
from accounts.guest_lists import Guest, GuestList
from accounts.invitations import Terms
from accounts.models import Invitation, Letter
from accounts.models.audit import AuditKind
from accounts.models.person import Role
from accounts.requests import TeamRequest
from accounts.team_forms import InviteForm

MOST_SHOWN = 200
NOT_SENT = "The mail server did not take {}. It is tried again by itself for three days."


@never_cache
@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: TeamRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, InviteForm())
    form = InviteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    text = form.cleaned_data["guests"]
    found = guest_lists.read(text)
    if not _is_agreed(request, form, found):
        return _page(request, _with_text(request, text), found=found, status=422)
    return _invite(request, form, found.guests)


@require_POST
@admins_only
def send_again(request: TeamRequest, pk: int) -> HttpResponse:
    open_one = get_object_or_404(Invitation.objects.open().exclude(email=""), pk=pk)
    late = letters.deliver([verbs.send_again(open_one, by=request.user)])
    audit.record(AuditKind.PEOPLE, f"Sent {open_one.email} the invitation again", request=request)
    _tell(request, f"{open_one.email} gets a new link. The one before has ended.", late)
    return redirect("team_invitations")


@never_cache
@require_POST
@admins_only
def new_link(request: TeamRequest, pk: int) -> HttpResponse:
    open_one = get_object_or_404(Invitation.objects.open(), pk=pk)
    links = [(open_one.email, verbs.new_link(open_one))]
    whom = open_one.email or "somebody"
    audit.record(AuditKind.PEOPLE, f"Made a new link for the invitation of {whom}", request=request)
    return _page(request, InviteForm(), links=links)


@require_POST
@admins_only
def revoke(request: TeamRequest, pk: int) -> HttpResponse:
    open_one = get_object_or_404(Invitation.objects.open(), pk=pk)
    verbs.revoke(open_one)
    whom = open_one.email or "somebody"
    audit.record(AuditKind.PEOPLE, f"Took back the invitation of {whom}", request=request)
    messages.success(request, "The invitation is taken back. Its link has ended.")
    return redirect("team_invitations")


def _is_agreed(request: TeamRequest, form: InviteForm, found: GuestList) -> bool:
    """Nothing is done with a file or with bad lines until what is read of it has been shown."""
    if request.POST.get("shown") == digest_of(form.cleaned_data["guests"]):
        return bool(found.guests)
    return not found.bad and not form.cleaned_data["file"]


def digest_of(text: str) -> str:
    return hashlib.sha256("\n".join(text.split()).encode()).hexdigest()


def _with_text(request: TeamRequest, text: str) -> InviteForm:
    """The form as it was sent, with what the file says where it can be mended."""
    data = request.POST.copy()
    data["guests"] = text
    return InviteForm(data)


def _invite(request: TeamRequest, form: InviteForm, guests: list[Guest]) -> HttpResponse:
    fields = form.cleaned_data
    terms = Terms(
        role=Role(fields["role"]), allowance=fields["allowance"], daily_cap=fields["daily_cap"]
    )
    if fields["how"] == "link":
        guests = guests or [Guest(email="")]
        links = verbs.by_link(guests, terms=terms, by=request.user)
        _note(request, guests, terms)
        return _page(request, InviteForm(), links=links)
    written = verbs.by_letter(guests, terms=terms, by=request.user)
    _note(request, guests, terms)
    number = "1 person is" if len(guests) == 1 else f"{len(guests)} people are"
    _tell(request, f"{number} invited by letter.", letters.deliver(written))
    return redirect("team_invitations")


def _note(request: TeamRequest, guests: list[Guest], terms: Terms) -> None:
    for guest in guests:
        role = (guest.role or terms.role).label.lower()
        whom = guest.email or "somebody by a link"
        audit.record(AuditKind.PEOPLE, f"Invited {whom} as {role}", request=request)


def _tell(request: TeamRequest, words: str, late: int) -> None:
    messages.success(request, words)
    if late:
        what = "1 letter" if late == 1 else f"{late} letters"
        messages.warning(request, NOT_SENT.format(what))


def _page(
    request: TeamRequest,
    form: InviteForm,
    *,
    found: GuestList | None = None,
    links: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    open_ones = Invitation.objects.open().exclude(invited_by=None).select_related("invited_by")
    context = {
        "form": form,
        "found": found,
        "shown": digest_of(form["guests"].value() or "") if found else "",
        "links": links,
        "open": open_ones.order_by("-created_at", "-pk")[:MOST_SHOWN],
        "waiting": Letter.objects.waiting().exclude(problem="").count(),
    }
    return render(request, "team/invitations.html", context, status=status)
