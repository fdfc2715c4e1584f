"""The team's pages with 500 people and 200,000 lines, beside the same over a small ledger.

All lines lie within the 90 days that the pages are asked for. Each database is built in bulk, in a
process of its own, and each page is asked for through the whole of Django; its queries are
counted, too. A last round is with lines that the sweep has not added up yet.
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
from backends import POSTGRESQL

HOUSE = Path(__file__).parent.parent.parent
SMALL, LARGE, FRESH = (3, 300), (500, 200_000), 1000  # people and lines
ROUNDS = 40
PATHS = {
    "this month": "/team/usage/",
    "90 days": "/team/usage/?period=90",
    "by gallery": "/team/usage/galleries/?period=90",
    "health": "/team/health/",
    "people": "/team/",
    "people by spending": "/team/?sort=-credits",
    "people searched": "/team/?q=person",
    "one person": "/team/people/{person}/",
    "allowances of 50": "/team/allowances/?{fifty}",
    "a request": "/team/requests/{wish}/?answer=approve",
    "groups": "/team/groups/",
    "a group of all": "/team/groups/{group}/",
    "budget": "/team/budget/",
    "models": "/team/models/",
    "invitations": "/team/invitations/",
    "audit log": "/team/audit/",
    "audit log searched": "/team/audit/?q=allowance",
    "one's credits": "/settings/",
    "one's usage": "/settings/usage/?period=90",
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


def _tell(name: str, found: dict[str, Any]) -> None:
    print(f"  {name}: p95 in ms (at most {LIMIT * 1000:.0f}; the fastest in brackets), and queries")
    print(f"    {'':<20} {'small':>13}  {'large':>13}  {FRESH:,} fresh lines")
    for path in PATHS:
        looks = [found[size][path] for size in ("small", "large", "fresh")]
        times = "  ".join(f"{p95 * 1000:6.0f} ({least * 1000:4.0f})" for p95, least, _ in looks)
        small, large, fresh = looks
        marks = " SLOW" * (max(large[0], fresh[0]) > LIMIT) + " MORE QUERIES" * (
            large[2] > small[2]
        )
        print(f"    {path:<20} {times}   {small[2]} → {large[2]}{marks}", flush=True)
    print(f"    adding up all lines once: {found['sweep']['all']:.1f} s", flush=True)


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


def _measured(url: str) -> dict[str, Any]:
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
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


# ── In the process of its own ────────────────────────────────────────────────────────────────────


def measure() -> None:
    # Settings come from the environment of this process alone; it is made ready as the web server.
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    import fluxsite.wsgi  # noqa: F401, PLC0415
    from gallery import usage  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    found: dict[str, Any] = {}
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


def ask() -> dict[str, tuple[float, float, int]]:
    """Of each page the p95, the fastest (what a busy machine disturbs least), and the queries."""
    from django.test import Client  # noqa: PLC0415

    from accounts.models import Person  # noqa: PLC0415

    admin = Person.objects.filter(role="admin").first() or Person.objects.create_superuser(
        "bench@example.org", "a quiet green morning"
    )
    browser = Client(SERVER_NAME="127.0.0.1", headers={"Host": "127.0.0.1:8000"})
    browser.force_login(admin)
    names = named()
    return {name: _looked_at(browser, path.format(**names)) for name, path in PATHS.items()}


def named() -> dict[str, object]:
    """What the addresses name: somebody who has spent, and everybody in one group."""
    from accounts import allowances  # noqa: PLC0415
    from accounts.models import AllowanceRequest, Group, Person  # noqa: PLC0415

    members = list(Person.objects.filter(role="member").order_by("pk"))
    group, _ = Group.objects.get_or_create(name="Everybody")
    group.people.set(members)
    if not AllowanceRequest.objects.exists():
        allowances.ask(members[0], "A poster")
    return {
        "person": members[0].pk,
        "fifty": "&".join(f"person={member.pk}" for member in members[:50]),
        "group": group.pk,
        "wish": AllowanceRequest.objects.get().pk,
    }


def _looked_at(browser: Any, path: str) -> tuple[float, float, int]:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    took = []
    for _ in range(ROUNDS + 2):
        began = time.perf_counter()
        response = browser.get(path)
        took.append(time.perf_counter() - began)
        assert response.status_code == 200, (path, response.status_code)
    with CaptureQueriesContext(connection) as queries:
        browser.get(path)
    ordered = sorted(took[2:])  # without the first two, which fill caches
    return ordered[int(0.95 * ROUNDS)], ordered[0], len(queries)


def fill(number: int, lines: int) -> None:
    """So many people, and half as many jobs as lines: a hold and its settlement or release.

    A line of the audit log for each ten of the ledger.
    """
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import AuditEvent, CreditEntry, Person  # noqa: PLC0415
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
    AuditEvent.objects.bulk_create(
        (AuditEvent(kind="sign_in", person=chance.choice(people), text="Signed in"))
        if each % 20
        else AuditEvent(kind="credits", text="Changed the allowance of somebody")
        for each in range(lines // 10)
    )
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
