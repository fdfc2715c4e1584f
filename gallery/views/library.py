"""The library: one's own pictures, newest first; beside it the favourites and the trash."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import TeamRequest
from gallery import listings, shelves
from gallery.listings import FAVOURITES, LIBRARY, TRASH, Listing
from gallery.shelves import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    name: str
    label: str
    icon: str

    @property
    def is_trash(self) -> bool:
        return self.name == TRASH

    @property
    def address(self) -> str:
        return reverse(self.name)


TABS = (
    Tab(name=LIBRARY, label="Mine", icon="library"),
    Tab(name=FAVOURITES, label="Favourites", icon="heart"),
    Tab(name=TRASH, label="Trash", icon="trash"),
)


@never_cache
@require_safe
def library(request: TeamRequest) -> HttpResponse:
    return _page(request, listings.library(request.user))


@never_cache
@require_safe
def favourites(request: TeamRequest) -> HttpResponse:
    return _page(request, listings.favourites(request.user))


@never_cache
@require_safe
def trash(request: TeamRequest) -> HttpResponse:
    return _page(request, listings.trash(request.user))


def _page(request: TeamRequest, listing: Listing) -> HttpResponse:
    after = _mark(request.GET.get("after", ""))
    context = {
        "shelf": shelves.shelf(listing, after=after),
        "is_first": after is None,
        "query": listing.query,
        "tabs": TABS,
        "tab": next(tab for tab in TABS if tab.name == listing.name),
    }
    return render(request, "gallery/library.html", context)


def _mark(text: str) -> Mark | None:
    try:
        return Mark.read(text) if text else None
    except ValueError as error:
        raise Http404 from error
