"""What becomes of what somebody leaves behind."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.access import admins_only
from accounts.models import Person
from accounts.models.audit import AuditKind
from accounts.requests import TeamRequest
from accounts.team_forms import HeirForm
from gallery import leaving, naming, words, zipping
from gallery.models import Image
from gallery.views.team import person_page
from gallery.views.zipping import BUSY, streamed
from gallery.zipping import Busy

# Of somebody who may sign in, nothing is to be had here: what they keep is theirs alone.
GONE = Person.objects.filter(is_active=False)


@require_POST
@admins_only
def hand_over(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(GONE.all(), pk=pk)
    form = HeirForm(request.POST, leaver=person)
    if not form.is_valid():
        return person_page(request, person, heir=form)
    heir = form.cleaned_data["to"]
    moved, galleries = leaving.hand_over(person, to=heir)
    what = f"{words.pictures(moved)} and {galleries} {'gallery' if galleries == 1 else 'galleries'}"
    audit.record(AuditKind.PEOPLE, f"Handed {what} of {person} to {heir}", request=request)
    messages.success(request, f"{heir} has {what} now.")
    return redirect("team_person", person.pk)


@never_cache
@require_safe
@admins_only
def export(request: TeamRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Their originals, with a table of what they are."""
    person = get_object_or_404(GONE.all(), pk=pk)
    images = Image.objects.owned_by(person).order_by("created_at", "pk")
    keys = list(images.values_list("pk", flat=True))
    try:
        entries = zipping.entries_of(keys, person, naming.USUAL)
        answer = streamed(request, entries, f"{person.email.partition('@')[0]}.zip")
    except Busy:
        messages.error(request, BUSY)
        return redirect("team_person", person.pk)
    audit.record(AuditKind.PEOPLE, f"Exported the pictures of {person}", request=request)
    return answer


@require_POST
@admins_only
def purge(request: TeamRequest, pk: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(GONE.all(), pk=pk)
    if request.POST.get("email", "").strip().lower() != person.email:
        problem = "Type the person's address to delete what they left for good."
        return person_page(request, person, problem=problem)
    number = words.pictures(leaving.purge(person))
    audit.record(AuditKind.DELETION, f"Deleted {number} of {person} for good", request=request)
    messages.success(request, f"{number} of {person} are deleted for good.")
    return redirect("team_person", person.pk)
