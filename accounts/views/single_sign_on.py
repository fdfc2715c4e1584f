"""To the OpenID Connect provider and back."""

from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts.single_sign_on import PAGE

SILENT = "The provider does not answer. Try again in a minute, or take another way in."


@login_not_required
@require_POST
def sso_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    if "process" in request.GET or "process" in request.POST:
        raise Http404  # allauth could also join accounts by hand, which is not offered
    return _led(views.login, request, provider_id)


@login_not_required
@require_safe
def sso_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _led(views.callback, request, provider_id)


def _led(view: object, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = view(request, provider_id)  # type: ignore[operator]
    except RequestException:
        return render(request, PAGE, {"reason": SILENT}, status=503)
    return answer
