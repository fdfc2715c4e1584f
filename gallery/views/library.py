"""The library: lists of pictures, each narrowed by the search that its address carries."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from accounts.requests import TeamRequest
from gallery import listings, narrowing, search, shelves
from gallery.listings import FAVOURITES, LIBRARY, SHARED, TEAM, TRASH, Listing
from gallery.shelves import Mark, Shelf


@never_cache
@require_safe
def library(request: TeamRequest) -> HttpResponse:
    return _page(request, LIBRARY)


@never_cache
@require_safe
def shared(request: TeamRequest) -> HttpResponse:
    return _page(request, SHARED)


@never_cache
@require_safe
def teams(request: TeamRequest) -> HttpResponse:
    return _page(request, TEAM)


@never_cache
@require_safe
def favourites(request: TeamRequest) -> HttpResponse:
    return _page(request, FAVOURITES)


@never_cache
@require_safe
def trash(request: TeamRequest) -> HttpResponse:
    return _page(request, TRASH)


def _page(request: TeamRequest, name: str) -> HttpResponse:
    listing = listings.find(request.user, search.asked(request.GET) | {"in": name})
    after = _mark(request, listing)
    shelf = shelves.shelf(listing, after=after)
    context = {
        "listing": listing,
        "shelf": shelf,
        "is_first": after is None,
        "query": listing.query,
        "more": f"{listing.page}{'&' if '?' in listing.page else '?'}after=",
        "tab": next(tab for tab in narrowing.TABS if tab.name == name),
    }
    if not (after and request.htmx):  # else only the next pictures are looked at
        context |= _around(request, listing, shelf, is_first=after is None)
    answer = render(request, "gallery/library.html", context)
    # The form sends what is empty, too.
    return push_url(answer, listing.page) if request.htmx and not after else answer


def _around(
    request: TeamRequest, listing: Listing, shelf: Shelf, *, is_first: bool
) -> dict[str, object]:
    return {
        "tabs": (tabs := narrowing.tabs(listing.search)),
        "elsewhere": {tab.name: tab.address for tab in tabs},
        "bar": narrowing.bar(listing, request.user),
        "years": narrowing.years(listing) if shelf.older or not is_first else [],
        "count": narrowing.counted(listing, shelf, is_first=is_first),
        "saved": narrowing.saved(request.user, listing.query.removeprefix("?")),
    }


def _mark(request: TeamRequest, listing: Listing) -> Mark | None:
    after, month = request.GET.get("after", ""), request.GET.get("month", "")
    try:
        if after:
            return shelves.mark(after, listing)
        return shelves.mark_before(month, listing) if month else None
    except ValueError as error:
        raise Http404 from error
