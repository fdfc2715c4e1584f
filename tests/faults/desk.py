"""A process of the site that does what a test asks for: one line of JSON in, one out.

It is started with the site's own environment, so the test's process needs none of its settings.
"""

import contextlib
import io
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import F
from django_q.brokers import get_broker
from django_q.models import Task
from django_q.tasks import async_task
from PIL import Image as Picture

from accounts import credits
from accounts.models import Person
from gallery import generations, tasks
from gallery.engine import clock, holders
from gallery.generations import Wish
from gallery.models import Attempt, Conductor, FluxModel, Generation, Result, Upload, Webhook


def make_person(name: str, allowance: str = "1000", password: str = "") -> None:
    Person.objects.create_user(
        f"{name}@example.org", password or None, name=name, monthly_allowance=Decimal(allowance)
    )


def wish(name: str, prompt: str, count: int = 1, is_edit: bool = False) -> str:
    """Ask for a picture as the studio does. Return the generation's id."""
    person = Person.objects.get(email=f"{name}@example.org")
    model = FluxModel.objects.get(name="flux-kontext-pro" if is_edit else "flux-dev")
    fields = {"action": "edit", "reference_upload": _upload(person)} if is_edit else {}
    asked = Wish(prompt=prompt, model=model, size="1:1", count=count, **fields)
    return str(generations.request(by=person, wish=asked, token=uuid.uuid4()).pk)


def cancel_all() -> int:
    """Take back whatever still can be. Return how many were."""
    return sum(generations.cancel(one) for one in Generation.objects.queued())


def rows() -> list[dict[str, Any]]:
    """Every generation with all that came of it."""
    every = Generation.objects.order_by("created_at").select_related("owner")
    with transaction.atomic():
        sums = credits.recount().sums
        return [_row(one, sums.get(one.reference)) for one in every]


def mistakes() -> list[str]:
    """What can't be right in the ledger, and lines that speak of nothing."""
    counted = credits.recount()
    known = {generation.reference for generation in Generation.objects.all()}
    return [*counted.mistakes, *(counted.sums.keys() - known)]


def conductor() -> dict[str, Any]:
    row = Conductor.objects.get(pk=1)
    is_leased = bool(row.leased_until and row.leased_until > clock.now())
    return {"holder": row.holder if is_leased else "", "epoch": row.epoch, "pause": row.pause}


def is_nobody_writing() -> bool:
    """Whether the lease could be taken within a moment."""
    try:
        with _patience(0.1), transaction.atomic():
            Conductor.objects.select_for_update(nowait=True).get(pk=1)
    except OperationalError:
        return False
    return True


def let_claims_end(pid: int) -> None:
    """Let all that a dead cluster holds have run out; here, its main process had this number."""
    now, holder = clock.now(), holders.name_of(pid)
    Conductor.objects.filter(holder=holder).update(leased_until=now)
    Result.objects.filter(holder=holder, state="waiting").update(due_at=now)


def conducted_elsewhere(seconds: float) -> None:
    """Let a conductor on another machine hold the lease, which dies and leaves it to run out."""
    until = clock.now() + timedelta(seconds=seconds)
    Conductor.objects.filter(pk=1).update(holder="another-machine:1", leased_until=until)


def send(task: str, args: list[str] | None = None, times: int = 1) -> list[str]:
    """Queue the same task so many times. Return the tasks' ids."""
    return [async_task(task, *args or []) for _ in range(times)]


def ended(ids: list[str]) -> list[bool]:
    """Of those tasks that have ended: whether they ended well."""
    return list(Task.objects.filter(pk__in=ids).values_list("success", flat=True))


def lose_tasks() -> int:
    """Forget every task that is queued. Return how many there were."""
    broker = get_broker()
    lost = int(broker.queue_size())
    broker.delete_queue()
    return lost


def let_pass(seconds: float) -> None:
    """Let what waits for a moment find that moment nearer."""
    past = timedelta(seconds=seconds)
    Conductor.objects.filter(pk=1).update(paused_until=F("paused_until") - past)
    # One by one: whoever locks many rows in an order of its own gets in the engine's way.
    for attempt in Attempt.objects.filter(outcome="unconfirmed"):
        Attempt.objects.filter(pk=attempt.pk).update(
            next_listing_at=F("next_listing_at") - past, missed_at=F("missed_at") - past
        )
    for result in Result.objects.filter(state="waiting", holder__in=["", "hint"]):
        Result.objects.filter(pk=result.pk).update(due_at=F("due_at") - past)


def let_hours_pass(hours: float) -> None:
    """Since what the API has was sent; what it knows of that moment stays true."""
    at_the_api = Generation.objects.filter(status__in=["unconfirmed", "running"])
    at_the_api.update(submitted_at=F("submitted_at") - timedelta(hours=hours))


def sweep() -> None:
    tasks.sweep()


def make_webhook(name: str) -> str:
    """To an address that nothing is ever sent to. Return what its messages are signed with."""
    person = Person.objects.get(email=f"{name}@example.org")
    return str(Webhook.objects.create(owner=person, address="https://198.51.100.7/hook").secret)


def what_sessions_hold() -> list[str]:
    return [repr(session.get_decoded()) for session in Session.objects.all()]


@contextlib.contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """How long SQLite waits for another writer; PostgreSQL is told so by each query."""
    _set_patience(seconds)
    try:
        yield
    finally:
        _set_patience(20)


def _set_patience(seconds: float) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")


def _upload(person: Person) -> Upload:
    buffer = io.BytesIO()
    Picture.new("RGB", (64, 48), "#8a6f5c").save(buffer, "PNG")
    name = default_storage.save(f"uploads/{uuid.uuid4()}.png", ContentFile(buffer.getvalue()))
    return Upload.objects.create(
        owner=person, width=64, height=48, content_type="image/png", name=name
    )


def _row(generation: Generation, spent: Decimal | None) -> dict[str, Any]:
    return {
        "id": str(generation.pk),
        "owner": generation.owner.name,
        "prompt": generation.prompt,
        "status": generation.status,
        "problem": generation.problem,
        "held": generation.total_price,
        "cost": generation.cost,
        "spent": spent,
        "is_possible_loss": generation.is_possible_loss,
        "attempts": list(generation.attempts.values_list("outcome", flat=True)),
        "results": list(generation.results.values("id", "state", "tries")),
        "images": list(generation.images.values("position", "sha256", "original", "renditions")),
    }


ORDERS: dict[str, Callable[..., Any]] = {
    order.__name__: order
    for order in (
        make_person,
        wish,
        cancel_all,
        rows,
        mistakes,
        conductor,
        is_nobody_writing,
        let_claims_end,
        conducted_elsewhere,
        send,
        ended,
        lose_tasks,
        let_pass,
        let_hours_pass,
        sweep,
        make_webhook,
        what_sessions_hold,
    )
}


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        close_old_connections()  # the database may have been away since the last one
        try:
            answer = {"answer": ORDERS[order["do"]](**order["with"])}
        except Exception as error:  # it is the test that must know
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer, default=str), flush=True)
