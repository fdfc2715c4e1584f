"""One library of a size, and looks at its pages: a process of its own, told where by the settings.

    python tests/benchmarks/library_looking.py 10000

Makes the library where there is none yet. Then answers each line of JSON with one: the milliseconds
in the database and of the page, those of the processor for either, and the number of pictures, each
time; or the milliseconds that the plain way takes.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOUSE))
os.environ["DJANGO_SETTINGS_MODULE"] = "fluxsite.settings"

import django  # noqa: E402  (the house is on the path first)

django.setup()

import library_plain  # noqa: E402
import library_rows  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402
from django.test import Client  # noqa: E402

import fluxsite.wsgi  # noqa: E402, F401  (made ready for pages as the web server is)
from accounts.models import Person  # noqa: E402
from gallery.models import Gallery, Image  # noqa: E402

# What the pages are asked for; {middle} is the month in the middle of the time.
MIDDLE = f"{library_rows.BEGINNING + library_rows.SPAN / 2:%Y-%m}"
LISTS = {
    "mine": "/library/",
    "shared": "/library/shared/",
    "team": "/library/team/",
    "favourites": "/library/favourites/",
    "trash": "/library/trash/",
}
DEPTHS = {f"{name}, in the depth": f"{LISTS[name]}?month={{middle}}" for name in ("mine", "shared")}
FILTERS = {
    "model, frequent": "model=flux-dev",
    "model, rare": "model=flux-kontext-max",
    "shape": "shape=portrait",
    "edited": "edited=yes",
    "favourite": "favourite=yes",
    "date": "from={middle}-01&to={middle}-20",
    "owner": "by={owner}",
    "gallery": "gallery={gallery}",
    "stars": "stars=4",
    "tag, frequent": "tag=draft",
    "tag, rare": "tag=printed",
    "order by the team's stars": "order=team",
    "four filters": "model=flux-dev&shape=portrait&edited=yes&from={middle}-01",
}
WORDS = {
    "word, every 2nd": "q=light",
    "word, every 100th": "q=fox",
    "word, every 10,000th": "q=zebra",
    "word that nothing has": "q=nowhere",
    "frequent word, in the depth": "q=light&month={middle}",
    "three words": "q=light+mountain+fox",
    "without a word": "q=mountain+-light",
    "beginning of a word": "q=lig*",
    "word and filters": "q=fox&model=flux-pro&shape=landscape",
}


def addresses() -> dict[str, str]:
    words = {
        "middle": MIDDLE,
        "owner": Person.objects.get(email="person7@example.org").pk,
        "gallery": Gallery.objects.get(name=library_rows.LAST).pk,
    }
    found = LISTS | DEPTHS
    for name in ("mine", "shared"):
        asked = {what: f"{LISTS[name]}?{query}" for what, query in (FILTERS | WORDS).items()}
        found |= {f"{name}: {what}": address for what, address in asked.items()}
    return {what: address.format(**words) for what, address in found.items()}


class Clock:
    """Of what is spent between asking the database and having its rows."""

    spent = processor = 0.0

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[None]:
        processor, begun = _processor(), time.perf_counter()
        try:
            yield
        finally:
            cls.spent += (time.perf_counter() - begun) * 1000
            cls.processor += _processor() - processor


class ClockedCursor(CursorWrapper):
    """SQLite finds its rows while they are fetched, so that is asking, too."""

    def execute(self, sql: Any, params: Any = None) -> Any:
        with Clock.running():
            return super().execute(sql, params)

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        return _clocked(found) if name.startswith("fetch") else found


def _clocked(fetch: Callable[..., Any]) -> Callable[..., Any]:
    def clocked(*args: Any) -> Any:
        with Clock.running():
            return fetch(*args)

    return clocked


class Looker:
    def __init__(self) -> None:
        self.addresses = addresses()
        self.clients: dict[str, Client] = {}

    def look(self, who: str, what: str) -> tuple[float, float, float, float, int]:
        client = self.clients.get(who) or self._signed_in(who)
        Clock.spent = Clock.processor = 0.0
        processor, begun = _processor(), time.perf_counter()
        answer = client.get(self.addresses[what])
        took = (time.perf_counter() - begun) * 1000
        assert answer.status_code == 200, what
        used = _processor() - processor
        pictures = answer.content.count(b"data-picture=")
        return Clock.spent, took, Clock.processor, used, pictures

    def _signed_in(self, who: str) -> Client:
        client = self.clients[who] = Client(SERVER_NAME="127.0.0.1")
        client.force_login(Person.objects.get(email=who))
        return client


def _processor() -> float:
    """Milliseconds of ours and, on this machine, of PostgreSQL for us."""
    ours = time.thread_time() * 1000
    if connection.vendor != "postgresql":
        return ours
    if connection.connection is None:
        return ours
    pid = connection.connection.info.backend_pid
    try:
        return ours + int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1_000_000
    except OSError:  # it runs elsewhere
        return ours


def main(size: int) -> None:
    begun = time.monotonic()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if Image.objects.count() != size:
        library_rows.fill(size)
    connection.make_cursor = lambda cursor: ClockedCursor(cursor, connection)  # type: ignore[method-assign]
    looker = Looker()
    _tell({"built": time.monotonic() - begun, "questions": list(looker.addresses)})
    for line in sys.stdin:
        asked = json.loads(line)
        if "plain" in asked:
            took = library_plain.measure(asked["who"], asked["plain"])
            _tell({"took": took and took * 1000, "patience": library_plain.PATIENCE * 1000})
        else:
            _tell([looker.look(asked["who"], asked["what"]) for _ in range(asked["times"])])


def _tell(what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
