"""An engine in this process: the real conductor and stores against the provider on loopback."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import queued
from django.db import connections
from django.db.models import Sum
from django.utils import timezone
from provider import Provider

from accounts.models import CreditEntry, Person
from gallery import generations
from gallery.engine import conductor, leasing, results, stopping, storing, submitting
from gallery.fetching import Fetcher
from gallery.flux.client import FluxClient
from gallery.flux.contract import Picture, Task, TaskState
from gallery.generations import Wish
from gallery.models import Conductor, FluxModel, Generation
from gallery.models.generation import FINAL


class Worker:
    """Conducts in one thread and runs the tasks that are handed out in another."""

    def __init__(self, provider: Provider, stop: threading.Event) -> None:
        self.provider = provider
        self.stop = stop
        self.fetcher = Fetcher(
            allowed_hosts=[f"127.0.0.1:{provider.port}"], timeout=5, max_bytes=2**20
        )
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> "Worker":
        for job in (self._conduct, self._store):
            thread = threading.Thread(target=self._in_thread, args=(job,))
            thread.start()
            self.threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(20)

    def _in_thread(self, job: Callable[[], None]) -> None:
        try:
            while not self.stop.is_set():
                job()
        finally:
            connections.close_all()

    def _conduct(self) -> None:
        conductor.run(
            FluxClient(base_url=self.provider.url, token="loopback-token", timeout=2), patience=60
        )
        self.stop.wait(0.02)

    def _store(self) -> None:
        for task in queued.taken():
            if task["func"] == "gallery.tasks.store":
                storing.store(*task["args"], fetcher=self.fetcher)
        self.stop.wait(0.02)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(latency=0.05) as provider:
        yield provider


@pytest.fixture
def worker(transactional_db: None, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Worker:
    stop = threading.Event()
    monkeypatch.setattr(stopping, "requested", stop.is_set)
    monkeypatch.setattr(conductor, "IDLE", 0.2)
    return Worker(provider, stop)


@pytest.fixture
def wish_for() -> Callable[..., Generation]:
    """`wish_for(alice, "a lighthouse")`: asked for as the studio does, credits held."""

    def make(person: Person, prompt: str = "A lighthouse at dusk", **fields: Any) -> Generation:
        model = FluxModel.objects.get(name=fields.pop("model", "flux-dev"))
        wish = Wish(prompt=prompt, model=model, size="1:1", **fields)
        return generations.request(by=person, wish=wish, token=uuid.uuid4())

    return make


@pytest.fixture
def comes_to() -> Callable[..., Generation]:
    """Wait until the generation is in one of these states (by default a final one)."""

    def wait(generation: Generation, *statuses: str, seconds: float = 15) -> Generation:
        deadline = time.monotonic() + seconds
        while generation.status not in (statuses or FINAL):
            assert time.monotonic() < deadline, f"still {generation.status}: {generation.problem}"
            time.sleep(0.03)
            generation.refresh_from_db()
        return generation

    return wait


@pytest.fixture
def spent() -> Callable[[Generation], Decimal]:
    """What the ledger says that a generation has cost so far."""

    def total(generation: Generation) -> Decimal:
        lines = CreditEntry.objects.filter(reference=generation.reference)
        return lines.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)

    return total


@pytest.fixture
def a_delivered(wish_for: Callable[..., Generation]) -> Callable[..., Generation]:
    """`a_delivered(alice, count=4)`: the API has answered, and its pictures wait to be fetched."""

    def make(person: Person, **fields: Any) -> Generation:
        generation = wish_for(person, **fields)
        _, attempts = submitting.claim(leasing.take() or pytest.fail("no lease"))
        attempt = next(one for one in attempts if one.generation_id == generation.pk)
        pictures = tuple(
            Picture(url=f"https://pictures.example/{generation.pk}/{number}.png")
            for number in range(generation.count)
        )
        task = Task(task_id=str(generation.pk), state=TaskState.SUCCEEDED, pictures=pictures)
        results.accept(attempt, task)
        Conductor.objects.update(leased_until=None)
        generation.refresh_from_db()
        return generation

    return make


@pytest.fixture
def age() -> Callable[..., None]:
    """`age(generation, minutes=16)`: it was sent so long ago."""

    def make(generation: Generation, **span: float) -> None:
        Generation.objects.filter(pk=generation.pk).update(
            submitted_at=timezone.now() - timedelta(**span)
        )

    return make
