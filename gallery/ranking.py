"""Lists that go by stars: band after band, and in each band the newest first.

A band is what has equally many stars, or the same average to a tenth: a facet of the index, so that
a page is found in it as in any other list. What has no stars stands last. Bands with nothing in
them are passed over many at a time; where but few pictures have stars at all, they are sorted.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from accounts.models import Person
from gallery import finding, words
from gallery.finding import Found, Hit, Wish
from gallery.models import Image, Rating
from gallery.models.review import MOST_STARS
from gallery.search import BY_STARS, BY_TEAM

FEW = 300
NO_STARS = 0  # the band of what nobody has rated
TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    facets: dict[int, str]  # of each band, the best first
    any: tuple[str, ...]  # what has one of them has one of these
    band_of: Callable[[Sequence[uuid.UUID]], dict[uuid.UUID, int]]
    heading: Callable[[int], str]


class Spot(NamedTuple):
    band: int
    place: int


def ranking(person: Person, order: str) -> Ranking | None:
    return {BY_STARS: _by_stars, BY_TEAM: _by_team}.get(order, _by_nothing)(person)


def _by_nothing(person: Person) -> None:
    return None


def _by_stars(person: Person) -> Ranking:
    def band_of(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
        mine = Rating.objects.filter(person=person, image__in=keys)
        return dict(mine.values_list("image", "stars"))

    facets = {stars: finding.starred(person.pk, stars) for stars in range(MOST_STARS, 0, -1)}
    return Ranking(
        facets=facets, any=tuple(facets.values()), band_of=band_of, heading=_heading_of_stars
    )


def _heading_of_stars(band: int) -> str:
    return words.stars(band) if band else "Not rated by you"


def _by_team(person: Person) -> Ranking:
    def band_of(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
        rated = Image.objects.filter(pk__in=keys, team_rating__isnull=False)
        means = rated.values_list("pk", "team_rating")
        return {key: (mean + 50) // 100 for key, mean in means if mean is not None}

    tenths = range(MOST_STARS * TENTHS, TENTHS - 1, -1)
    facets = {tenth: f"a{tenth}z" for tenth in tenths}
    return Ranking(facets=facets, any=("ayz",), band_of=band_of, heading=_heading_of_averages)


def _heading_of_averages(band: int) -> str:
    whole = words.stars(band // TENTHS)
    if band == MOST_STARS * TENTHS:
        return f"{whole} on average"
    return f"{whole} and more on average" if band else "Not rated by anybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Through one list, in one direction."""

    ranking: Ranking
    wish: Wish
    is_best_first: bool

    def look(self, wish: Wish, place: int | None, most: int) -> Found:
        """Past this place, or from the first one."""
        if self.is_best_first:
            return finding.older(wish, than=place, most=most)
        return finding.newer(wish, than=-1 if place is None else place, most=most)

    def among(self, bands: Sequence[int]) -> Wish:
        is_any = len(bands) == len(self.ranking.facets)
        facets = self.ranking.any if is_any else tuple(self.ranking.facets[band] for band in bands)
        return replace(self.wish, groups=(*self.wish.groups, facets))

    def is_beyond(self, hit: Hit, spot: Spot | None) -> bool:
        if spot is None:
            return True
        return _spot(hit) < spot if self.is_best_first else _spot(hit) > spot


def _spot(hit: Hit) -> Spot:
    return Spot(hit.band or NO_STARS, hit.place)


def older(ranking: Ranking, wish: Wish, *, than: Spot | None, most: int) -> Found:
    """What comes after this spot, the best first."""
    way = Way(ranking=ranking, wish=wish, is_best_first=True)
    bands = [band for band in ranking.facets if than is None or band <= than.band]
    found = _rated(way, bands, than, most)
    if len(found) < most:
        begun = than.place if than and than.band == NO_STARS else None
        found += _unrated(way, begun, most - len(found))
    return found


def newer(ranking: Ranking, wish: Wish, *, than: Spot, most: int) -> Found:
    """What comes before it, the nearest first."""
    way = Way(ranking=ranking, wish=wish, is_best_first=False)
    found = _unrated(way, than.place, most) if than.band == NO_STARS else []
    if len(found) < most:
        bands = [band for band in reversed(ranking.facets) if band >= than.band]
        found += _rated(way, bands, than, most - len(found))
    return found


def _unrated(way: Way, begun: int | None, most: int) -> Found:
    without = replace(way.wish, unwanted=(*way.wish.unwanted, *way.ranking.any))
    return [hit._replace(band=NO_STARS) for hit in way.look(without, begun, most)]


def _rated(way: Way, bands: Sequence[int], than: Spot | None, most: int) -> Found:
    """`bands` as they are walked through; what is before the first one is behind this spot."""
    if not bands:
        return []
    few = way.look(way.among(bands), None, FEW + 1)
    return _walked(way, bands, than, most) if len(few) > FEW else _sorted(way, few, than)[:most]


def _sorted(way: Way, few: Found, than: Spot | None) -> Found:
    band_of = way.ranking.band_of([hit.image for hit in few]) if few else {}
    hits = [hit._replace(band=band_of[hit.image]) for hit in few if hit.image in band_of]
    hits.sort(key=_spot, reverse=way.is_best_first)
    return [hit for hit in hits if way.is_beyond(hit, than)]


def _walked(way: Way, bands: Sequence[int], than: Spot | None, most: int) -> Found:
    found: Found = []
    if than and bands[0] == than.band:
        found = _in_band(way, than.band, than.place, most)
        bands = bands[1:]
    for band in _filled(way, bands):
        if len(found) == most:
            break
        found += _in_band(way, band, None, most - len(found))
    return found


def _in_band(way: Way, band: int, begun: int | None, most: int) -> Found:
    return [hit._replace(band=band) for hit in way.look(way.among([band]), begun, most)]


def _filled(way: Way, bands: Sequence[int]) -> Iterator[int]:
    """Those of them in which there is something: half of them are asked for at a time."""
    if len(bands) == 1:
        yield bands[0]
    elif bands and way.look(way.among(bands), None, 1):
        middle = len(bands) // 2
        yield from _filled(way, bands[:middle])
        yield from _filled(way, bands[middle:])
