"""The library with 10,000, 100,000 and 1,000,000 pictures, on SQLite and on PostgreSQL.

Fifty people and 500 galleries; one person sees all, one sees little. First pages, pages in the
depth, each filter, frequent and rare words: time in the database and in all, and the same found
the plain way (OFFSET, COUNT and `icontains`) in the same run. FLUX_BENCH_PICTURES chooses other
sizes, as in 10000,100000.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from processes import HOUSE
from running import percentile, show
from whole_site import environment

SIZES = [int(size) for size in os.environ.get("FLUX_BENCH_PICTURES", "").split(",") if size] or [
    10_000,
    100_000,
    1_000_000,
]
SERVER = os.environ.get("FLUX_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
DATABASE_MS, PAGE_MS, GROWTH = 50, 120, 1.5  # what is promised
WHO = {"all@example.org": "sees all", "little@example.org": "sees little"}


def main() -> None:
    load = os.getloadavg()[0]
    print(f"\nThe library, {', '.join(f'{size:,}' for size in SIZES)} pictures (load {load:.1f})")
    with tempfile.TemporaryDirectory(prefix="fluxsite-bench-") as name:
        folder = Path(name)
        tell("SQLite", measured(folder, f"sqlite:///{folder}/library.sqlite3"))
        with postgresql() as url:
            if url:
                tell("PostgreSQL", measured(folder, url))


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A database of its own, dropped afterwards; empty where no server answers."""
    name = f"fluxsite_bench_{uuid.uuid4().hex[:8]}"
    try:
        server = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        print(f"  PostgreSQL does not answer at {SERVER}: left out", flush=True)
        yield ""
        return
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measured(folder: Path, url: str) -> list[dict[str, Any]]:
    """One library that grows: each size in a process of its own."""
    settings = {"DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    found = []
    for size in SIZES:
        command = [sys.executable, "tests/benchmarks/library_looking.py", str(size)]
        done = subprocess.run(
            command,
            cwd=HOUSE,
            env=environment(folder, **settings),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(f"  {size:,} pictures made in {found[-1]['built']:.0f} s", flush=True)
    return found


def tell(vendor: str, found: list[dict[str, Any]]) -> None:
    for email, who in WHO.items():
        print(f"\n{vendor}, a person who {who}: p95 in the database / of the page, ms")
        people = [one["people"][email] for one in found]
        show([(what, _row(what, people)) for what in people[-1]["ours"]])
        worst = [
            max(_p95(looks, place) for looks in people[-1]["ours"].values()) for place in (0, 1)
        ]
        show(
            [
                (
                    f"the slowest (at most {DATABASE_MS} / {PAGE_MS})",
                    f"{worst[0]:.0f} / {worst[1]:.0f}",
                ),
                *_ratios(people[-1]),
            ]
        )


def _row(what: str, people: list[dict[str, Any]]) -> str:
    """Its figures at each size, and how the page has grown from the first to the last."""
    both = [(_p95(one["ours"][what], 0), _p95(one["ours"][what], 1)) for one in people]
    cells = "  ".join(f"{database:6.1f} /{page:6.1f}" for database, page in both)
    return f"{cells}  × {both[-1][1] / both[0][1]:.1f} (at most {GROWTH})"


def _ratios(person: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for what, times in person["plain"].items():
        ours = person["ours"].get(what) or person["ours"][f"shared: {what}"]
        plain = percentile(times, 0.5)
        ratio = plain / percentile([database for database, _ in ours], 0.5)
        yield f"the plain way, {what}", f"{plain:,.0f} ms, {ratio:,.0f} × ours"


def _p95(looks: list[list[float]], place: int) -> float:
    return percentile([look[place] for look in looks], 0.95)


if __name__ == "__main__":
    main()
