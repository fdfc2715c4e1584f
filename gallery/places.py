"""Places for what keeps a thread of the web server for long: few in all, fewer for one person."""

from collections import Counter
from threading import Condition

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


class Places:
    """Of this process: so many at once, and so many of them for one person or guest."""

    def __init__(self, number: int, *, each: int) -> None:
        self._number, self._each = number, each
        self._taken: Counter[str] = Counter()
        self._changed = Condition()

    @property
    def taken(self) -> int:
        return self._taken.total()

    def take(self, who: str, *, patience: float = 0) -> "Place | None":
        """None when all are taken, or all that one may have, and stay so for these seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room_for(who), timeout=patience):
                return None
            self._taken[who] += 1
        return Place(self, who)

    def _has_room_for(self, who: str) -> bool:
        return self._taken.total() < self._number and self._taken[who] < self._each

    def _give_back(self, who: str) -> None:
        with self._changed:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]  # or there would be a line for whoever came by, for ever
            self._changed.notify_all()


class Place:
    def __init__(self, places: Places, who: str) -> None:
        self._places: Places | None = places
        self._who = who

    def leave(self) -> None:
        """Once too often gives back no place that somebody else has."""
        places, self._places = self._places, None
        if places:
            places._give_back(self._who)


def who_asks(request: HttpRequest) -> str:
    """The person; of somebody without an account, the address that they come from."""
    person = getattr(request, "user", None)
    if person and person.is_authenticated:
        return str(person.pk)
    return f"guest at {get_adapter().get_client_ip(request)}"
