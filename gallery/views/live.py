"""A page's one poll: nothing when nothing changed, else exactly what did."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import second_factor
from accounts.models import Person
from gallery import feed, stamps
from gallery.models import Batch
from gallery.stamps import Stamp


@login_not_required  # the stamp opens nothing but a yes or no; what follows asks who is there
@never_cache
@require_GET
def live_poll(request: HttpRequest, stamp: str) -> HttpResponse:
    """What has changed since. While nothing has, the middleware answers in its place."""
    seen = stamps.read(stamp)
    person = request.user
    is_somebody_else = seen and seen.person_id != person.pk
    # Whoever still has to set up a second factor is led to it by the page that this leads to.
    if not isinstance(person, Person) or is_somebody_else or second_factor.is_missing_for(person):
        return render(request, "gallery/_signed_out.html")
    return _changed(request, person, seen)


def _changed(request: HttpRequest, person: Person, seen: Stamp | None) -> HttpResponse:
    """A page whose stamp is too old is told everything that a new page would show."""
    standing = feed.standing(person)
    everything = Stamp(person_id=person.pk, version=-1, at=timezone.now())
    context = {"standing": standing, "changes": feed.changes(person, seen or everything)}
    batch = _batch(person, request.GET.get("batch", ""))
    if batch:
        context["card"] = feed.whole_batch(person, batch)
        return render(request, "gallery/_changes_batch.html", context)
    fragment = "_changes_elsewhere.html" if "elsewhere" in request.GET else "_changes.html"
    return render(request, f"gallery/{fragment}", context)


def _batch(person: Person, key: str) -> Batch | None:
    """The one whose own page asks."""
    try:
        return Batch.objects.visible_to(person).filter(pk=uuid.UUID(key)).first()
    except ValueError:
        return None
