"""The usage page of 500 people and 200,000 lines, beside the same page over a small ledger.

All lines lie within the 90 days that the page is asked for. Each database is built in bulk, in a
process of its own, and the page is asked for through the whole of Django. A last round is with
lines that the sweep has not added up yet.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

HOUSE = Path(__file__).parent.parent.parent
POSTGRESQL = os.environ.get("FLUX_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
SMALL, LARGE, FRESH = (3, 300), (500, 200_000), 1000  # people and lines
ROUNDS = 40
PATHS = {
    "this month": "/team/usage/",
    "90 days": "/team/usage/?period=90",
    "by gallery": "/team/usage/galleries/?period=90",
    "health": "/team/health/",
}
LIMIT = 0.150  # seconds


def main() -> None:
    print(f"\nFigures of {LARGE[0]} people and {LARGE[1]:,} lines, {ROUNDS} times each")
    for name, database in (("SQLite", _sqlite()), ("PostgreSQL", _postgresql())):
        with database as url:
            if url:
                _tell(name, _measured(url))
            else:
                print(f"  {name} does not answer, and was left out")


def _tell(name: str, found: dict[str, dict[str, float]]) -> None:
    for path in PATHS:
        small, large = found["small"][path], found["large"][path]
        print(
            f"  {name}, {path}: p95 {large * 1000:.0f} ms (at most {LIMIT * 1000:.0f}), "
            f"{large / small:.1f} × the small ledger's {small * 1000:.0f} ms; "
            f"with {FRESH:,} fresh lines {found['fresh'][path] * 1000:.0f} ms",
            flush=True,
        )
    print(f"  {name}, adding up all lines once: {found['sweep']['all']:.1f} s", flush=True)


@contextlib.contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="fluxsite-bench-") as folder:
        yield f"sqlite:///{folder}/bench.sqlite3"


@contextlib.contextmanager
def _postgresql() -> Iterator[str]:
    name = f"fluxsite_bench_{uuid.uuid4().hex[:8]}"
    try:
        server = psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield ""
        return
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{POSTGRESQL}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _measured(url: str) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="fluxsite-bench-") as folder:
        env = os.environ | {
            "DATABASE_URL": url,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "fluxsite.settings",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(HOUSE),
        }
        command = [sys.executable, __file__, "measure"]
        told = subprocess.run(
            command, cwd=HOUSE, env=env, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    found: dict[str, dict[str, float]] = json.loads(told.splitlines()[-1])
    return found


# ── In the process of its own ────────────────────────────────────────────────────────────────────


def measure() -> None:
    import django  # noqa: PLC0415 - settings come from the environment of this process alone

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from gallery import usage  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    found: dict[str, dict[str, float]] = {}
    for name, (people, lines) in {"small": SMALL, "large": LARGE}.items():
        fill(people, lines)
        began = time.perf_counter()
        usage.roll_up()
        found["sweep"] = {"all": time.perf_counter() - began}
        if connection.vendor == "postgresql":  # as its own housekeeping does; SQLite has none
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        found[name] = ask()
    fill(3, FRESH)
    found["fresh"] = ask()
    print(json.dumps(found))


def ask() -> dict[str, float]:
    from django.test import Client  # noqa: PLC0415

    from accounts.models import Person  # noqa: PLC0415

    admin = Person.objects.filter(role="admin").first() or Person.objects.create_superuser(
        "bench@example.org", "a quiet green morning"
    )
    browser = Client(SERVER_NAME="127.0.0.1", headers={"Host": "127.0.0.1:8000"})
    browser.force_login(admin)
    return {name: p95(browser, path) for name, path in PATHS.items()}


def p95(browser: Any, path: str) -> float:
    took = []
    for _ in range(ROUNDS + 2):
        began = time.perf_counter()
        response = browser.get(path)
        took.append(time.perf_counter() - began)
        assert response.status_code == 200, response.status_code
    return sorted(took[2:])[int(0.95 * ROUNDS)]  # without the first, which fill caches


def fill(number: int, lines: int) -> None:
    """So many people, and half as many jobs as lines: a hold and its settlement or release."""
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import CreditEntry, Person  # noqa: PLC0415
    from gallery.models import FluxModel, Gallery, Generation, Image, Placement  # noqa: PLC0415

    chance = random.Random(7)
    people = Person.objects.bulk_create(
        Person(email=f"{uuid.uuid4().hex}@example.org", name=f"Person {each:03}")
        for each in range(number)
    )
    models, now = list(FluxModel.objects.all()), timezone.now()
    jobs, entries, images = [], [], []
    for each in range(lines // 2):
        model = chance.choice(models)
        at = now - timedelta(days=89) * (1 - each / (lines // 2))  # as they come, day after day
        is_lost = chance.random() < 0.05
        job = Generation(
            owner=chance.choice(people),
            prompt="A lighthouse at dusk",
            model=model,
            model_name=model.name,
            size="1:1",
            price=model.credits,
            status="failed" if is_lost else "succeeded",
            problem="moderated" if is_lost else "",
            cost=None if is_lost else model.credits,
            reported_cost=None if is_lost else model.credits,
            created_at=at,
            submitted_at=at,
            done_at=at,
            finished_at=at,
        )
        jobs.append(job)
        same = {"person": job.owner, "reference": job.reference, "day": at.date()}
        entries.append(CreditEntry(kind="hold", amount=model.credits, **same))
        if is_lost:
            note = "moderated"
            entries.append(CreditEntry(kind="release", amount=-model.credits, note=note, **same))
        else:
            entries.append(CreditEntry(kind="settle", amount=Decimal(0), **same))
            images.append(_picture(Image, job))
    Generation.objects.bulk_create(jobs, batch_size=2000)
    CreditEntry.objects.bulk_create(entries, batch_size=5000)
    Image.objects.bulk_create(images, batch_size=2000)
    galleries = Gallery.objects.bulk_create(
        Gallery(owner=people[0], name=f"Gallery {each}", is_for_team=True) for each in range(20)
    )
    Placement.objects.bulk_create(
        (Placement(gallery=chance.choice(galleries), image=image) for image in images[::10]),
        batch_size=2000,
    )


def _picture(kind: Any, job: Any) -> Any:
    return kind(
        owner=job.owner,
        generation=job,
        prompt=job.prompt,
        model_name=job.model_name,
        width=1024,
        height=1024,
        bytes=1,
        sha256="",
        content_type="image/png",
        colour="#888888",
        original="-",
    )


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
