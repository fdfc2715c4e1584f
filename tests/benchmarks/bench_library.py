"""The library with 10,000, 100,000 and 1,000,000 pictures, on SQLite and on PostgreSQL.

Fifty people and 500 galleries; one person sees all, one sees little. First pages, pages in the
depth, each filter, frequent and rare words: time in the database, of the page, and of the processor
for it; and the same found the plain way (OFFSET, COUNT and `icontains`) in the largest one, in the
same run: what takes longer than three seconds is broken off, and stands there as "over". The sizes
are looked at in turn, so that what else the machine does weighs on all of them alike.

Growth is told from the smallest library whose page shows as many pictures (or three fewer): a page
of six is made faster than one of sixty, however they are found.

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

from backends import POSTGRESQL  # noqa: E402
from whole_site import environment  # noqa: E402  (its folder is on the path first)

KEEP = os.environ.get("BENCH_KEEP", "")
SIZES = os.environ.get("FLUX_BENCH_PICTURES") or "10000,100000,1000000"
TIMES = int(os.environ.get("FLUX_BENCH_TIMES") or 20)
AT_ONCE = 5  # looks at one size before the next one's turn
DATABASE_MS, PAGE_MS, GROWTH = 50, 120, 1.5  # what is promised
WHO = {"all@example.org": "sees all", "little@example.org": "sees little"}

# Milliseconds in the database and of the page, of the processor for either, and pictures.
Looks = list[list[float]]
DATABASE, PAGE, DATABASE_CPU, PAGE_CPU, PICTURES = range(5)
WORST = 8  # are named
NEARLY = 3  # pictures fewer on a page that is still as full


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
        server = psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        print(f"  PostgreSQL does not answer at {POSTGRESQL}: left out", flush=True)
        yield None
        return
    with server:
        with contextlib.suppress(psycopg.errors.DuplicateDatabase):
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with _looking(folder / f"postgresql-{size}", f"{POSTGRESQL}/{name}", size) as library:
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
        sizes = " | ".join(f"{library.size:>33,}" for library in libraries)
        load = os.getloadavg()[0]
        print(f"\n{vendor}, a person who {who} (load {load:.1f}): ms in the database and of the")
        print("page (p50/p95), of the processor for either (p50); pictures. Growth of these p50")
        print(f"  {'':<37}{sizes} | {'growth':<36} | the plain way")
        begun = time.monotonic()
        lines = [_line(libraries, email, what, times) for what in QUESTIONS]
        _sum_up(lines, libraries)
        print(f"  in {time.monotonic() - begun:.0f} s", flush=True)


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    looks: list[Looks]  # of each size
    growth: list[float]  # in the database, of the page, and of the processor; or nothing


def _line(libraries: Sequence[Library], who: str, what: str, times: int) -> Line:
    """It is printed, too."""
    for library in libraries:  # the first look warms what every page shares
        library.ask(who=who, what=what, times=1)
    found: list[Looks] = [[] for _ in libraries]
    for begun in range(0, times, AT_ONCE):
        for library, looks in zip(libraries, found, strict=True):
            looks += library.ask(who=who, what=what, times=min(AT_ONCE, times - begun))
    cells = " | ".join(map(_cell, found))
    growth, said = _growth(found, [library.size for library in libraries])
    plain = _beside(libraries[-1].ask(plain=what, who=who), found[-1])
    print(f"  {what:<37}{cells} | {said:<36} | {plain}", flush=True)
    return Line(what, found, growth)


def _cell(looks: Looks) -> str:
    database, page = (
        "/".join(f"{_share(looks, place, share):.0f}" for share in (0.5, 0.95))
        for place in (DATABASE, PAGE)
    )
    processor = "/".join(f"{_share(looks, place, 0.5):.0f}" for place in (DATABASE_CPU, PAGE_CPU))
    return f"{database:>8} {page:>9} {processor:>6} CPU {_pictures(looks):>3} p."


def _growth(found: Sequence[Looks], sizes: Sequence[int]) -> tuple[list[float], str]:
    """To the last size, from the first one that fills its page as well."""
    last = found[-1]
    for looks, size in zip(found[:-1], sizes, strict=False):
        if _pictures(looks) >= _pictures(last) - NEARLY:
            grown = [
                _share(last, place, 0.5) / _share(looks, place, 0.5)
                for place in (DATABASE, PAGE, DATABASE_CPU, PAGE_CPU)
            ]
            begun = "" if size == sizes[0] else f" from {size:,}"
            return grown, "{:.2f} {:.2f} CPU {:.2f} {:.2f}".format(*grown) + begun
    return [], "no smaller page is as full"


def _pictures(looks: Looks) -> int:
    return int(looks[0][PICTURES])


def _share(looks: Looks, place: int, share: float) -> float:
    """What this share of them kept within."""
    ordered = sorted(look[place] for look in looks)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _beside(plain: dict[str, float | None], ours: Looks) -> str:
    took, sign = plain["took"], ""
    if took is None:
        took, sign = plain["patience"], "over "
    assert took is not None
    return f"{sign}{took:,.0f} ms, {sign}{took / _share(ours, DATABASE, 0.5):,.0f} ×"


def _sum_up(lines: Sequence[Line], libraries: Sequence[Library]) -> None:
    """What is slowest, and what is beyond the bounds."""
    bounds = {DATABASE: DATABASE_MS, PAGE: PAGE_MS, DATABASE_CPU: DATABASE_MS, PAGE_CPU: PAGE_MS}
    where = ("in the database", "of the page", "of the processor there", "of the processor in all")
    for place, most in bounds.items():
        times = {
            f"“{line.what}” at {library.size:,}": _share(looks, place, 0.95)
            for line in lines
            for library, looks in zip(libraries, line.looks, strict=True)
        }
        slowest = max(times.values())
        print(
            f"  slowest p95 {where[place]}: {slowest:.0f} ms (at most {most}){_named(times, most)}"
        )
    grown = [line for line in lines if line.growth]
    for place, what in ((PAGE, "time"), (PAGE_CPU, "processor's time")):
        growth = {line.what: line.growth[place] for line in grown}
        most = max(growth.values(), default=0)
        print(
            f"  most growth of a page's {what}: × {most:.2f} (at most {GROWTH}), "
            f"of {len(grown)} of {len(lines)} lines{_named(growth, GROWTH)}"
        )


def _named(found: dict[str, float], most: float) -> str:
    """The worst of those that are beyond it."""
    beyond = sorted((item for item in found.items() if item[1] > most), key=lambda item: -item[1])
    named = ", ".join(f"{what} ({value:.4g})" for what, value in beyond[:WORST])
    return f"; {len(beyond)} beyond it: {named}" if beyond else ""


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="How fast the library is")
    options.add_argument("--sizes", default=SIZES, help="as in 10000,1000000")
    options.add_argument("--only", default="", choices=["sqlite", "postgresql"])
    options.add_argument("--times", type=int, default=TIMES, help="looks at each page")
    main(**vars(options.parse_args()))
