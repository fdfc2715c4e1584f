"""What `manage.py doctor` looks at: each part with what was found, and the mend where it is bad."""

import asyncio
import email.utils
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import chain

import httpx
from django.conf import settings
from django.core.checks import run_checks
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import carrying, credits
from accounts.models import CreditEntry
from accounts.models.credit import NONE, SPENDING
from fluxsite.checks import database_that_forgets, database_without_unicode
from fluxsite.health import is_database_there, missing_migrations, trouble_with_redis
from gallery.engine import heartbeat
from gallery.flux.errors import FluxError, FluxMisconfigured
from gallery.models import Conductor, Generation, Heartbeat
from gallery.models.generation import Status
from gallery.outside import open_client
from gallery.storage import is_healthy

PATIENCE = 10.0  # seconds
LARGEST_SKEW = 30.0  # seconds
SHOWN = 5  # of what there may be many


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    part: str
    says: str
    mend: str = ""

    @property
    def is_bad(self) -> bool:
        return bool(self.mend)


def examine() -> Iterator[Finding]:
    """Everything, one after the other; what needs the database only when that is there."""
    yield from look_at_settings()
    yield from look_at_api()
    yield from look_at_callback()
    yield from look_at_storage()
    yield from look_at_queue()
    yield from look_at_database()
    if is_database_there():
        for look in (look_at_clock, look_at_worker, look_at_engine, look_at_ledger):
            yield from _while_tables_last(look)


def look_at_settings() -> Iterator[Finding]:
    for message in run_checks():
        mend = (message.hint or "Correct it.") if message.is_serious() else ""
        hint = f" {message.hint}" if message.hint and not mend else ""
        yield Finding(part="settings", says=f"{message.msg}{hint}", mend=mend)


def look_at_api() -> Iterator[Finding]:
    """The token too; no picture is asked for, and nothing is paid."""
    where = "the built-in emulator" if settings.DEMO else settings.FLUX_API_URL
    try:
        asyncio.run(_check_token())
    except FluxMisconfigured as error:
        says = f"{where} refuses the token: {error.message or error.code}"
        mend = "Copy the token anew from your account there into FLUX_API_TOKEN, or refill it."
        yield Finding(part="token", says=says, mend=mend)
    except FluxError as error:
        says = f"{where} does not answer as it should: {error.message or type(error).__name__}"
        mend = "Check FLUX_API_URL, and that this machine may reach it."
        yield Finding(part="API", says=says, mend=mend)
    else:
        yield Finding(part="API", says=f"{where} answers, and takes the token")


def look_at_callback() -> Iterator[Finding]:
    url = settings.FLUX_CALLBACK_URL
    if not url:
        yield Finding(part="callback", says="not in use: results are found by asking for them")
        return
    try:
        answer = httpx.get(f"{url}/healthz", timeout=PATIENCE, follow_redirects=False)
        trouble = "" if answer.text.strip() == "ok" else f"answers with {answer.status_code}"
    except httpx.HTTPError as error:
        trouble = f"does not answer ({error})"
    mend = (
        "Start the site; then correct FLUX_CALLBACK_URL, or the proxy in front." if trouble else ""
    )
    yield Finding(part="callback", says=f"{url}/healthz {trouble or 'is this site'}", mend=mend)


def look_at_storage() -> Iterator[Finding]:
    trouble = is_healthy(default_storage)
    mend = "Make that place writable, or correct STORAGE_URL." if trouble else ""
    yield Finding(part="storage", says=trouble or "keeps files and gives them back", mend=mend)


def look_at_queue() -> Iterator[Finding]:
    """Redis, when it is the queue and the cache; else the database is."""
    if not settings.REDIS_URL:
        return
    trouble = trouble_with_redis()
    says = f"Redis does not answer ({trouble})" if trouble else "Redis takes and keeps what it gets"
    mend = "Start it, or correct REDIS_URL (empty: do without Redis)." if trouble else ""
    yield Finding(part="queue", says=says, mend=mend)


def look_at_database() -> Iterator[Finding]:
    if not is_database_there():
        mend = "Start it, or correct DATABASE_URL."
        yield Finding(part="database", says="does not answer", mend=mend)
        return
    yield Finding(part="database", says=f"{connection.vendor} answers")
    checks = (database_without_unicode, database_that_forgets)
    for wrong in chain.from_iterable(check(databases=[connection.alias]) for check in checks):
        yield Finding(part="database", says=str(wrong.msg), mend=str(wrong.hint))
    missing = missing_migrations(connection)
    says = f"{missing} migrations are missing" if missing else "all migrations are applied"
    yield Finding(part="database", says=says, mend="Run manage.py migrate." if missing else "")
    if connection.vendor == "sqlite":
        yield from _look_at_file()


def look_at_clock() -> Iterator[Finding]:
    clocks = {"the database's": _database_clock(), "the API's": _api_clock()}
    for name, clock in clocks.items():
        if clock is not None:
            skew = time.time() - clock
            says = f"{skew:+.0f} s beside {name}"
            mend = "Have this machine set its clock by the network (NTP)."
            yield Finding(part="clock", says=says, mend=mend if abs(skew) > LARGEST_SKEW else "")


def look_at_worker() -> Iterator[Finding]:
    last = Heartbeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    ago = f"{(timezone.now() - last) / timedelta(seconds=1):.0f} s ago" if last else "never"
    mend = "" if heartbeat.is_alive() else "Start the site with manage.py up, and read its log."
    yield Finding(part="worker", says=f"last sign of life {ago}", mend=mend)


def look_at_engine() -> Iterator[Finding]:
    conductor = Conductor.objects.get(pk=1)
    waiting = Generation.objects.queued().count()
    says = f"{waiting} wishes wait; {conductor.get_pause_display().lower()}"
    mend = (
        conductor.pause_detail or "See to the account at the API." if conductor.needs_admin else ""
    )
    yield Finding(part="engine", says=says, mend=mend)


def look_at_ledger() -> Iterator[Finding]:
    """Recount it: line by line, and beside what each generation has come to."""
    recount = credits.recount()
    wrong = [*recount.mistakes, *carrying.mistakes(), *_unlike_generations(recount.sums)]
    right = f"the sums of {len(recount.sums)} generations are right"
    says = "; ".join(wrong[:SHOWN]) or right
    mend = (
        f"{len(wrong)} are wrong: correct each with an adjustment, and report it." if wrong else ""
    )
    yield Finding(part="ledger", says=says, mend=mend)
    lost = Generation.objects.filter(is_possible_loss=True)
    if count := lost.count():
        named = ", ".join(str(generation.pk) for generation in lost[:SHOWN])
        says = f"{count} generations were given back, but may be on the bill: {named}"
        yield Finding(part="ledger", says=f"{says}. Lay the provider's bill beside them")


async def _check_token() -> None:
    async with open_client() as client:
        await client.check_token()


def _while_tables_last(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except DatabaseError as error:
        says = " ".join(str(error).split())
        yield Finding(part=look.__name__.rpartition("_")[2], says=says, mend="See to the database.")


def _look_at_file() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        report = cursor.execute("PRAGMA quick_check(5)").fetchall()
    if mode != "wal":
        mend = "Keep DATA_DIR on a disk of this machine: network folders can't do it."
        yield Finding(part="database", says=f"its journal is {mode}, not wal", mend=mend)
    troubles = [line for (line,) in report if line != "ok"]
    mend = "Stop the site, and put back your last backup." if troubles else ""
    yield Finding(part="database", says="; ".join(troubles) or "its file is sound", mend=mend)


def _database_clock() -> float | None:
    if connection.vendor != "postgresql":
        return None  # it reads this machine's own
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
        return float(cursor.fetchone()[0])


def _api_clock() -> float | None:
    if settings.DEMO:
        return None
    try:
        date = httpx.head(settings.FLUX_API_URL, timeout=PATIENCE).headers.get("date", "")
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (httpx.HTTPError, ValueError):
        return None  # `look_at_api` has told it, or there is no clock to see


def _unlike_generations(sums: Mapping[str, Decimal]) -> Iterator[str]:
    """Generations whose sum is not what they have come to. The site may be running meanwhile,
    so what looks wrong is looked at again, in one moment."""
    unnamed = set(sums)
    suspects = []
    for generation in Generation.objects.only("status", "cost", "price", "count").iterator():
        unnamed.discard(generation.reference)
        if sums.get(generation.reference) not in _worths(generation):
            suspects.append(generation.pk)
    yield from filter(None, map(_trouble_with, suspects))
    known = {f"generation:{pk}" for pk in Generation.objects.values_list("pk", flat=True)}
    yield from (f"{reference} belongs to nothing" for reference in sorted(unnamed - known))


@transaction.atomic
def _trouble_with(pk: uuid.UUID) -> str:
    generation = Generation.objects.select_for_update().get(pk=pk)
    lines = CreditEntry.objects.filter(reference=generation.reference, kind__in=SPENDING)
    total = sum(lines.values_list("amount", flat=True), NONE) if lines else None
    if total in _worths(generation):
        return ""
    return f"{generation.reference} is {generation.status}, and its sum is {total}"


def _worths(generation: Generation) -> tuple[Decimal | None, ...]:
    if generation.status == Status.SUCCEEDED:
        return (generation.cost,)
    if generation.status == Status.STORING:  # what comes late was given back before
        return (generation.total_price, NONE)
    return (generation.total_price if generation.is_open else NONE,)
