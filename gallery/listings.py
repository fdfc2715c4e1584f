"""The lists of pictures that a person may look through: what is in each, and where its page is."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Person
from gallery import finding, ranking, search
from gallery.finding import Wish
from gallery.models import Gallery, Image, Placement
from gallery.models.image import ImageQuerySet
from gallery.ranking import Ranking
from gallery.search import Search

LIBRARY, SHARED, TEAM = "library", "shared", "teams"
FAVOURITES, TRASH = "favourites", "trash"

Rows = QuerySet[Any]  # pictures, each with the value `at` by which its list is ordered
EVERYTHING = Search()
MANY = 30  # galleries


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Whoever has the highest `at` stands first, and of those alike who has the highest key."""

    name: str
    rows: Rows
    page: str  # the address of its own page
    words: str  # what that page is called in a sentence
    query: str  # tells a picture's page from which list it was opened
    is_timed: bool = True  # `at` is a moment, and its days are headings; else it is a whole number
    days_by: str = ""  # a moment whose days are headings where `at` is none
    search: Search = EVERYTHING  # what it is narrowed by
    index: "Index | None" = None  # where it knows the order: `at` is the place in it

    @property
    def ranking(self) -> Ranking | None:
        return self.index.ranking if self.index else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """How pages are found without looking at all rows."""

    wish: Wish
    seen: Rows  # the rule that is laid over what the index finds
    # Who may see many galleries sees most of what there is: it is quicker to look without them.
    loose: Wish | None = None
    ranking: Ranking | None = None  # where stars come before time


def find(person: Person, asked: Mapping[str, str]) -> Listing:
    """The list that an address names by `in`, narrowed by its search; else the library."""
    name = asked.get("in", "")
    if found := gallery_named(person, name):
        return in_gallery(found, person, search.read(asked).order)
    return MAKERS.get(name, library)(person, search.read(asked))


def library(person: Person, narrow: Search = EVERYTHING) -> Listing:
    mine = Image.objects.owned_by(person)
    if not narrow.is_wide:
        wish = Wish(groups=((finding.owned(person.pk),),), unwanted=(finding.IN_TRASH,))
        return _indexed(LIBRARY, "the library", person, mine, wish, narrow)
    rows = mine.marked_for(person).annotate(at=F("created_at"))
    page = reverse(LIBRARY)
    return Listing(name=LIBRARY, rows=rows, page=page, words="the library", query="")


def shared(person: Person, narrow: Search = EVERYTHING) -> Listing:
    """What others have made and this person may see."""
    theirs = Image.objects.visible_to(person).exclude(owner=person)
    wish = Wish(unwanted=(finding.IN_TRASH, finding.owned(person.pk)))
    galleries = Gallery.objects.visible_to(person)
    words = "what is shared with you"
    return _indexed(SHARED, words, person, theirs, wish, narrow, galleries)


def team(person: Person, narrow: Search = EVERYTHING) -> Listing:
    """What is in the galleries of the whole team."""
    everybodys = Gallery.objects.visible_to(person).filter(is_for_team=True)
    opened = everybodys.filter(pk=OuterRef("gallery_id"))
    within = Placement.objects.filter(Exists(opened), image=OuterRef("pk"))
    theirs = Image.objects.visible_to(person).filter(Exists(within))
    wish = Wish(unwanted=(finding.IN_TRASH,))
    return _indexed(TEAM, "the team’s pictures", person, theirs, wish, narrow, everybodys)


def favourites(person: Person, narrow: Search = EVERYTHING) -> Listing:
    chosen = Image.objects.visible_to(person).filter(favourites__person=person)
    wish = Wish(groups=((finding.favoured(person.pk),),), unwanted=(finding.IN_TRASH,))
    if narrow.order:
        return _indexed(FAVOURITES, "your favourites", person, chosen, wish, narrow)
    rows = _narrowed(chosen, wish, narrow, person)
    return Listing(
        name=FAVOURITES,
        rows=rows.marked_for(person).annotate(at=F("favourites__created_at")),
        page=_page(FAVOURITES, narrow),
        words="your favourites",
        query=_query(FAVOURITES, narrow),
        search=narrow,
    )


def trash(person: Person, narrow: Search = EVERYTHING) -> Listing:
    """Always by when it was thrown away."""
    narrow = replace(narrow, order="")
    wish = Wish(groups=((finding.IN_TRASH,), (finding.owned(person.pk),)))
    rows = _narrowed(Image.objects.in_trash_of(person), wish, narrow, person)
    return Listing(
        name=TRASH,
        rows=rows.annotate(at=F("trashed_at")),
        page=_page(TRASH, narrow),
        words="the trash",
        query=_query(TRASH, narrow),
        search=narrow,
    )


def in_gallery(gallery: Gallery, person: Person, order: str = "") -> Listing:
    """Of a gallery that the person may see; in its own order, or by stars."""
    if by := ranking.ranking(person, order):
        return _ranked_gallery(gallery, person, order, by)
    return Listing(
        name=str(gallery.pk),
        rows=rows_of(gallery).marked_for(person),
        page=gallery.get_absolute_url(),
        words=f"“{gallery.name}”",
        query=f"?in={gallery.pk}",
        is_timed=not gallery.is_by_hand,
    )


def _ranked_gallery(gallery: Gallery, person: Person, order: str, by: Ranking) -> Listing:
    wish = Wish(groups=((finding.placed(gallery.pk.hex),),), unwanted=(finding.IN_TRASH,))
    seen = rows_of(gallery).marked_for(person).annotate(at=F("entry__place"))
    return Listing(
        name=str(gallery.pk),
        rows=seen,
        page=f"{gallery.get_absolute_url()}?order={order}",
        words=f"“{gallery.name}”",
        query=f"?in={gallery.pk}&order={order}",
        is_timed=False,
        search=Search(order=order),
        index=Index(wish=wish, seen=seen, ranking=by),
    )


def rows_of(gallery: Gallery) -> ImageQuerySet:
    """Its pictures for whoever may see it; each with what was decided of it."""
    placed = Image.objects.kept().filter(placements__gallery=gallery)
    at = F("placements__rank") if gallery.is_by_hand else F("placements__placed_at")
    return placed.annotate(at=at, approval=F("placements__approval"))


def gallery_named(person: Person, name: str) -> Gallery | None:
    """One that the person may see."""
    try:
        key = uuid.UUID(name)
    except ValueError:
        return None
    return Gallery.objects.visible_to(person).filter(pk=key).first()


MAKERS: dict[str, Callable[[Person, Search], Listing]] = {
    LIBRARY: library,
    SHARED: shared,
    TEAM: team,
    FAVOURITES: favourites,
    TRASH: trash,
}


def _indexed(
    name: str,
    words: str,
    person: Person,
    seen: Rows,
    wish: Wish,
    narrow: Search,
    galleries: QuerySet[Gallery] | None = None,
) -> Listing:
    """By their making, or by stars; `seen` is the rule, `wish` and `galleries` repeat it."""
    wish, loose = finding.narrowed(wish, narrow, person.pk), None
    if galleries is not None:
        keys = _keys(galleries)
        within = tuple(map(finding.placed, keys)) or (finding.NOWHERE,)
        loose = wish if len(within) > MANY else None
        wish = replace(wish, groups=(*wish.groups, within))
    seen = seen.marked_for(person).annotate(at=F("entry__place"))  # type: ignore[attr-defined]
    return Listing(
        name=name,
        rows=seen.filter(pk__in=finding.images(wish)),
        page=_page(name, narrow),
        words="what was found" if narrow.is_narrow else words,
        query=_query(name, narrow),
        is_timed=False,
        days_by="created_at",
        search=narrow,
        index=Index(
            wish=wish, seen=seen, loose=loose, ranking=ranking.ranking(person, narrow.order)
        ),
    )


def _keys(galleries: QuerySet[Gallery]) -> Iterator[str]:
    """Hundreds, perhaps: as text they cost a fifth of what objects would."""
    texts = galleries.order_by().annotate(key=Cast("pk", CharField())).values_list("key", flat=True)
    return (text.replace("-", "") for text in texts)


def _narrowed(rows: Any, wish: Wish, narrow: Search, person: Person) -> Any:
    if narrow.is_wide:
        return rows
    return rows.filter(pk__in=finding.images(finding.narrowed(wish, narrow, person.pk)))


def _page(name: str, narrow: Search) -> str:
    return reverse(name) + (f"?{narrow.query}" if not narrow.is_wide else "")


def _query(name: str, narrow: Search) -> str:
    listed = {} if name == LIBRARY else {"in": name}
    parameters = listed | narrow.parameters
    return f"?{urlencode(parameters)}" if parameters else ""
