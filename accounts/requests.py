"""What the middleware adds to a request, for the types."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Person


class TeamRequest(HttpRequest):
    """A request of somebody who is signed in; the middleware lets nobody else through."""

    user: Person
    htmx: HtmxDetails
