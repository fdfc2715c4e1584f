"""The library with 10,000, 100,000 and 1,000,000 pictures, on SQLite and on PostgreSQL.

Fifty people and 500 galleries; one person sees all, one sees little. First pages, pages in the
depth, each filter, frequent and rare words: time in the database, of the page, and of the processor
for it; and the same found the plain way (OFFSET, COUNT and `icontains`) in the same run. The sizes
are looked at in turn, so that what else the machine does weighs on all of them alike.

    python tests/benchmarks/bench_library.py --sizes 10000,1000000 --only sqlite --times 20

BENCH_KEEP names a folder in which the libraries stay for the next run (those of PostgreSQL stay
there); FLUX_BENCH_PICTURES and FLUX_BENCH_TIMES are the same as the options.
"""

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

HOUSE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HOUSE / "tests" / folder) for folder in ("faults", "contract")]

from whole_site import environment  # noqa: E402  (its folder is on the path first)

KEEP = os.environ.get("BENCH_KEEP", "")
SERVER = os.environ.get("FLUX_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
SIZES = os.environ.get("FLUX_BENCH_PICTURES") or "10000,100000,1000000"
TIMES = int(os.environ.get("FLUX_BENCH_TIMES") or 20)
AT_ONCE = 5  # looks at one size before the next one's turn
DATABASE_MS, PAGE_MS, GROWTH = 50, 120, 1.5  # what is promised
WHO = {"all@example.org": "sees all", "little@example.org": "sees little"}

Looks = list[list[float]]  # milliseconds in the database, of the page, of the processor


@dataclass(frozen=True, slots=True)
class Library:
    """One size in one database, and the process that looks at it."""

    size: int
    process: subprocess.Popen[str]

    def ask(self, **question: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"The process that looks at {self.size:,} pictures has ended.")
        return json.loads(line)


def main(sizes: str = SIZES, only: str = "", times: int = TIMES) -> None:
    numbers = [int(size) for size in sizes.split(",")]
    load = os.getloadavg()[0]
    print(f"\nThe library, {', '.join(f'{size:,}' for size in numbers)} pictures (load {load:.1f})")
    with contextlib.ExitStack() as stack:
        folder = Path(KEEP or stack.enter_context(tempfile.TemporaryDirectory(prefix="fluxsite-")))
        vendors = {
            vendor: [stack.enter_context(open_in(folder, size)) for size in numbers]
            for vendor, open_in in {"SQLite": sqlite, "PostgreSQL": postgresql}.items()
            if not only or vendor.lower() == only
        }
        for vendor, libraries in vendors.items():  # all of them are being built
            present = [library for library in libraries if library]
            questions = _built(vendor, present)
            vendors[vendor] = present if questions else []
        for vendor, libraries in vendors.items():
            if libraries:
                measure(vendor, [library for library in libraries if library], times)


def _built(vendor: str, libraries: Sequence[Library]) -> list[str]:
    questions: list[str] = []
    for library in libraries:
        told = library.answer()
        QUESTIONS[:] = questions = told["questions"]
        print(f"  {vendor}: {library.size:,} after {told['built']:.0f} s", flush=True)
    return questions


QUESTIONS: list[str] = []


@contextlib.contextmanager
def sqlite(folder: Path, size: int) -> Iterator[Library | None]:
    with _looking(folder / f"sqlite-{size}", "sqlite:///{home}/library.sqlite3", size) as library:
        yield library


@contextlib.contextmanager
def postgresql(folder: Path, size: int) -> Iterator[Library | None]:
    """A database of its own, dropped afterwards unless all is kept."""
    name = f"fluxsite_bench_{size if KEEP else uuid.uuid4().hex[:8]}"
    try:
        server = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        print(f"  PostgreSQL does not answer at {SERVER}: left out", flush=True)
        yield None
        return
    with server:
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with _looking(folder / f"postgresql-{size}", f"{SERVER}/{name}", size) as library:
                yield library
        finally:
            if not KEEP:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                server.execute(drop.format(sql.Identifier(name)))


@contextlib.contextmanager
def _looking(home: Path, url: str, size: int) -> Iterator[Library]:
    home.mkdir(parents=True, exist_ok=True)
    settings = {"DATABASE_URL": url.format(home=home), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        [sys.executable, "tests/benchmarks/library_looking.py", str(size)],
        cwd=HOUSE,
        env=environment(home, **settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Library(size, process)
    finally:
        process.communicate()  # the end of its input is the end of its work


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────


def measure(vendor: str, libraries: Sequence[Library], times: int) -> None:
    for email, who in WHO.items():
        sizes = " | ".join(f"{library.size:>26,}" for library in libraries)
        print(f"\n{vendor}, a person who {who}: ms in the database, of the page (p50/p95); CPU p50")
        print(f"  {'':<34}{sizes} | growth of the page, p50 (p95)")
        begun = time.monotonic()
        found = {what: _looks(libraries, email, what, times) for what in QUESTIONS}
        _sum_up([looks[-1] for looks in found.values()], found)
        _compare(libraries[-1].ask(plain=email), {what: all_[-1] for what, all_ in found.items()})
        print(f"  in {time.monotonic() - begun:.0f} s", flush=True)


def _looks(libraries: Sequence[Library], who: str, what: str, times: int) -> list[Looks]:
    """Of each size; its row is printed."""
    for library in libraries:  # the first look warms what every page shares
        library.ask(who=who, what=what, times=1)
    found: list[Looks] = [[] for _ in libraries]
    for begun in range(0, times, AT_ONCE):
        for library, looks in zip(libraries, found, strict=True):
            looks += library.ask(who=who, what=what, times=min(AT_ONCE, times - begun))
    cells = " | ".join(_cell(looks) for looks in found)
    print(
        f"  {what:<34}{cells} | {_growth(found, 0.5):4.2f} ({_growth(found, 0.95):.2f})", flush=True
    )
    return found


def _cell(looks: Looks) -> str:
    database, page = (
        "/".join(f"{_share(looks, place, share):.0f}" for share in (0.5, 0.95)) for place in (0, 1)
    )
    return f"{database:>8} {page:>9} {_share(looks, 2, 0.5):>4.0f} CPU"


def _growth(found: Sequence[Looks], share: float) -> float:
    """Of the page's time from the first size to the last."""
    return _share(found[-1], 1, share) / _share(found[0], 1, share)


def _share(looks: Looks, place: int, share: float) -> float:
    """What this share of them kept within."""
    ordered = sorted(look[place] for look in looks)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _sum_up(largest: Sequence[Looks], found: dict[str, list[Looks]]) -> None:
    database, page = (max(_share(looks, place, 0.95) for looks in largest) for place in (0, 1))
    growth = max(_growth(looks, 0.5) for looks in found.values())
    print(
        f"  the slowest p95 {database:.0f} ms in the database (at most {DATABASE_MS}), "
        f"{page:.0f} ms of the page (at most {PAGE_MS}); "
        f"the most growth × {growth:.2f} (at most {GROWTH})"
    )


def _compare(plain: dict[str, list[float]], ours: dict[str, Looks]) -> None:
    for what, times in plain.items():
        looks = ours.get(what) or ours[f"shared: {what}"]
        took = sorted(times)[len(times) // 2]
        ratio = took / _share(looks, 0, 0.5)
        print(f"  the plain way, {what}: {took:,.0f} ms, {ratio:,.0f} × ours in the database")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="How fast the library is")
    options.add_argument("--sizes", default=SIZES, help="as in 10000,1000000")
    options.add_argument("--only", default="", choices=["sqlite", "postgresql"])
    options.add_argument("--times", type=int, default=TIMES, help="looks at each page")
    main(**vars(options.parse_args()))
