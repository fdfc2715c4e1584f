"""A word beside a form about what was made already; it holds nobody up."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.requests import TeamRequest
from gallery import repeats
from gallery.forms import EditForm
from gallery.generations import Wish
from gallery.plans import PlanForm
from gallery.views.answers import post_or_studio


@never_cache
@post_or_studio
def earlier(request: TeamRequest) -> HttpResponse:
    """Of a form that is still being filled in: nothing is said of what is wrong with it."""
    wishes = _wishes(request)
    context = {"earlier": repeats.earlier(request.user, wishes) if wishes else None}
    return render(request, "gallery/_earlier.html", context)


def _wishes(request: TeamRequest) -> list[Wish]:
    if request.POST.keys() & {"image", "upload"}:
        edit = EditForm(request.POST, person=request.user)
        return [edit.wish()] if edit.is_valid() else []
    plan = PlanForm(request.POST, person=request.user)
    return list(plan.plan.wishes.wishes) if plan.is_valid() else []
