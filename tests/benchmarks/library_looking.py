"""Grow a library to a size and look at its pages: a process of its own, told where by the settings.

    python tests/benchmarks/library_looking.py 10000

Prints one line of JSON: for each page the milliseconds in the database and in all, each time.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOUSE))
os.environ["DJANGO_SETTINGS_MODULE"] = "fluxsite.settings"

import django  # noqa: E402  (the house is on the path first)

django.setup()

import library_rows  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Person  # noqa: E402
from gallery.models import Gallery, Image  # noqa: E402

TIMES, PLAIN_TIMES = 20, 3
PAGE = 60

# What the pages of both people are asked for; {middle} is the month in the middle of the time.
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
    "ratio": "shape=16:9",
    "edited": "edited=yes",
    "favourite": "favourite=yes",
    "date": "from={middle}-01&to={middle}-20",
    "owner": "by={owner}",
    "gallery": "gallery={gallery}",
    "four filters": "model=flux-dev&shape=portrait&edited=yes&from={middle}-01",
}
WORDS = {
    "word, every 2nd": "q=light",
    "word, every 10th": "q=mountain",
    "word, every 100th": "q=fox",
    "word, every 1,000th": "q=lighthouse",
    "word, every 10,000th": "q=zebra",
    "word that nothing has": "q=nowhere",
    "frequent word, in the depth": "q=light&month={middle}",
    "three words": "q=light+mountain+fox",
    "without a word": "q=mountain+-light",
    "beginning of a word": "q=lig*",
    "word and filters": "q=fox&model=flux-pro&shape=landscape",
}
PLAIN = {
    "shared": Q(),
    "shared, in the depth": Q(),
    "word, every 2nd": Q(prompt__icontains="light"),
    "word, every 10,000th": Q(prompt__icontains="zebra"),
    "word that nothing has": Q(prompt__icontains="nowhere"),
}


def pages() -> dict[str, str]:
    last = Image.objects.order_by("-created_at")[0].created_at
    middle = library_rows.BEGINNING + (last - library_rows.BEGINNING) / 2
    galleries = Gallery.objects.order_by("name")
    words = {
        "middle": f"{middle:%Y-%m}",
        "owner": Person.objects.get(email="person7@example.org").pk,
        "gallery": galleries.get(name=f"Gallery {library_rows.GALLERIES - 1}").pk,
    }
    found = LISTS | DEPTHS
    for name in ("mine", "shared"):
        asked = {what: f"{LISTS[name]}?{query}" for what, query in (FILTERS | WORDS).items()}
        found |= {f"{name}: {what}": address for what, address in asked.items()}
    return {what: address.format(**words) for what, address in found.items()}


@contextmanager
def database_clock() -> Iterator[list[float]]:
    spent = [0.0]

    def clocked(execute: Any, *args: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent[0] += (time.perf_counter() - begun) * 1000

    with connection.execute_wrapper(clocked):
        yield spent


def looks(client: Client, address: str) -> list[tuple[float, float]]:
    found = []
    for number in range(TIMES + 1):
        with database_clock() as spent:
            begun = time.perf_counter()
            answer = client.get(address)
            took = (time.perf_counter() - begun) * 1000
        assert answer.status_code == 200, address
        if number:  # the first look warms what every page shares
            found.append((spent[0], took))
    return found


def plainly(person: Person) -> dict[str, list[float]]:
    """The usual way: OFFSET pages of what may be seen, their number beside them."""
    seen = Q(owner=person) | Q(placements__gallery__in=Gallery.objects.visible_to(person))
    found = {}
    for what, narrow in PLAIN.items():
        rows = Image.objects.filter(seen, narrow, trashed_at=None).distinct()
        times = []
        for _ in range(PLAIN_TIMES):
            begun = time.perf_counter()
            number = rows.count()
            start = number // 2 if "depth" in what else 0
            list(rows.order_by("-created_at", "-pk")[start : start + PAGE])
            times.append((time.perf_counter() - begun) * 1000)
        found[what] = times
    return found


def main(size: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Person.objects.exists():
        library_rows.make_people()
    begun = time.monotonic()
    if Image.objects.count() < size:
        library_rows.grow(size)
    measured: dict[str, Any] = {"size": size, "built": time.monotonic() - begun, "people": {}}
    for email in (library_rows.ALL, library_rows.LITTLE):
        person = Person.objects.get(email=email)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(person)
        measured["people"][email] = {
            "ours": {what: looks(client, address) for what, address in pages().items()},
            "plain": plainly(person),
        }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(int(sys.argv[1]))
