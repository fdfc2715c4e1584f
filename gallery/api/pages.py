"""The description of the API, for programs and for people."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import TeamRequest
from gallery.api import description


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(description.openapi())


@require_safe
def api_page(request: TeamRequest) -> HttpResponse:
    context = {"chapters": description.chapters()}
    return render(request, "gallery/api.html", context)
