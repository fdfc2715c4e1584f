"""The conductor: the only one who talks to the API. It holds a lease and ticks while there is work.

One asyncio loop sends, looks up and searches side by side; all work on the database goes through
one thread. A database write that follows an answer is never cancelled: the loop is left by a
flag, and what is under way is waited for.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.db import connections

from gallery.engine import (
    callbacks,
    clock,
    hints,
    leasing,
    pauses,
    searching,
    stopping,
    storing,
    submitting,
    tallies,
    watching,
)
from gallery.engine.away import IS_AWAY
from gallery.engine.leasing import Lease, LeaseLost
from gallery.engine.submitting import Answer
from gallery.flux.client import FluxClient
from gallery.flux.errors import FluxError
from gallery.models import Attempt, Conductor, Generation, Pause
from gallery.storage import is_healthy

logger = logging.getLogger(__name__)

TICK = 0.25  # seconds
GROUP = 0.05  # seconds: answers that come within are written down together
IDLE = 3.0  # seconds without work until the shift ends
SURELY = 60.0  # seconds that an answer is tried to be written down while the database is away
LONGEST_PAUSE = 2.0  # seconds between two such tries; no later answer is written down meanwhile
LAST_ANSWERS = 65.0  # seconds that the end of a shift waits for answers still out
SOON = timedelta(seconds=30)
A_PICTURE = 4 * 1024 * 1024  # bytes; a disk that is full still takes a few

P = ParamSpec("P")
T = TypeVar("T")


def run(client: FluxClient, *, patience: float) -> None:
    """Conduct for about `patience` seconds, less when there is nothing to do, unless somebody
    else does already."""
    asyncio.run(_run(client, patience))


def is_anything_to_do() -> bool:
    soon = clock.now() + SOON
    return (
        Generation.objects.open().exclude(status="storing").exists()
        or Generation.objects.filter(next_look_at__lte=soon).exists()
        or searching.is_anything_due(soon)
        or callbacks.is_any_waiting()
        or storing.is_anything_due(soon)
        or storing.is_anything_kept_out()
    )


async def _run(client: FluxClient, patience: float) -> None:
    async with client:
        try:
            if lease := await _db(leasing.take):
                await _conduct(Shift(client, lease, patience))
        finally:
            # One that is left open may be dead when this process conducts again.
            await _db(connections.close_all)


async def _conduct(shift: "Shift") -> None:
    try:
        await shift.work()
    except LeaseLost:
        logger.warning("conductor.lease_lost epoch=%s", shift.lease.epoch)
        shift.lease = leasing.ended(shift.lease)  # what is not sent yet never is
    finally:
        await shift.wait_for_answers()
        await _db(_leave, shift.lease)


class Shift:
    """One holder's turn."""

    def __init__(self, client: FluxClient, lease: Lease, patience: float) -> None:
        self.client = client
        self.lease = lease
        self.ends_at = time.monotonic() + patience
        self.idle_since = time.monotonic()
        self.answers: asyncio.Queue[Answer] = asyncio.Queue()
        self.posts: set[asyncio.Task[None]] = set()
        self.out: set[uuid.UUID] = set()  # attempts whose answer is not written down yet
        self._is_shaken = False  # the database was away, and may have kept what it did not confirm
        self.errands: dict[str, asyncio.Task[None]] = {}
        self._is_written = True
        self.writer = asyncio.create_task(self._write_answers())

    async def work(self) -> None:
        while not self._is_over():
            began = time.monotonic()
            try:
                await self._tick()
            except IS_AWAY as error:
                if not self._is_shaken:
                    logger.warning("conductor.database_away error=%s", error)
                self._is_shaken, self.idle_since = True, time.monotonic()
                await _db(connections.close_all)
            await asyncio.sleep(max(0.0, TICK - (time.monotonic() - began)))

    async def wait_for_answers(self) -> None:
        """Hold the lease until every POST that is out has its answer written down."""
        deadline = time.monotonic() + LAST_ANSWERS
        while self._is_busy() and time.monotonic() < deadline:
            await asyncio.sleep(GROUP)
            await self._hold_on()
        self.writer.cancel()

    def _is_over(self) -> bool:
        now = time.monotonic()
        return stopping.requested() or now > self.ends_at or now > self.idle_since + IDLE

    def _is_busy(self) -> bool:
        return bool(self.errands) or self._is_sending()

    def _is_sending(self) -> bool:
        return bool(self.posts or self.answers.qsize() or not self._is_written)

    async def _hold_on(self) -> None:
        try:
            if self.lease.good_until - time.monotonic() < leasing.LENGTH.total_seconds() / 2:
                self.lease = await _db(leasing.renew, self.lease)
        except LeaseLost:
            pass  # somebody else conducts; the answers that we wait for are true all the same
        except IS_AWAY:
            await _db(connections.close_all)  # whoever writes the answers down tries again, too

    async def _tick(self) -> None:
        if self._is_shaken:
            await _db(submitting.put_back_unsent, self.lease, frozenset(self.out))
        self.lease, claimed = await _db(submitting.claim, self.lease)
        self._is_shaken = False  # not before: one that may only be read goes along until here
        for attempt in claimed:
            self._start_post(attempt)
        self._errand("look up", self._look_up)
        self._errand("search", self._search)
        self._errand("probe", self._probe)
        await _db(callbacks.act_on_waiting)
        await _db(storing.hand_out)
        await _db(tallies.keep_now_and_then)
        # Errands are begun by every tick, also when they will find nothing.
        if self._is_sending() or await _db(is_anything_to_do):
            self.idle_since = time.monotonic()

    # ── Sending ──────────────────────────────────────────────────────────────────────────────────

    def _start_post(self, attempt: Attempt) -> None:
        self.out.add(attempt.pk)
        task = asyncio.create_task(self._post(attempt))
        self.posts.add(task)
        task.add_done_callback(self.posts.discard)

    async def _post(self, attempt: Attempt) -> None:
        try:
            outcome: Any = await submitting.post(
                self.client, attempt, is_leading=lambda: self.lease.is_good
            )
        except Exception as error:  # every kind is sorted and written down in `record`
            outcome = error
        await self.answers.put(Answer(attempt, outcome))

    async def _write_answers(self) -> None:
        while True:
            group = [await self.answers.get()]
            self._is_written = False
            await asyncio.sleep(GROUP)
            while not self.answers.empty():
                group.append(self.answers.get_nowait())
            await self._write(group)
            self._is_written = True

    async def _write(self, group: list[Answer]) -> None:
        try:
            await self._write_down(group)
        except Exception:
            logger.exception("conductor.group_broke answers=%s", len(group))
            # One of them can't be written; the others must not suffer. It becomes unconfirmed.
            for answer in group:
                await _logged("write answer", self._write_down([answer]))

    async def _write_down(self, group: list[Answer]) -> None:
        """What could not be written stays among those that are out: it was sent all the same."""
        await _surely(submitting.record, group)
        self.out -= {answer.attempt.pk for answer in group}

    # ── Listening ────────────────────────────────────────────────────────────────────────────────

    def _errand(self, name: str, go: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start it unless the last one of this name is still out."""
        if name not in self.errands:
            task = asyncio.create_task(_logged(name, go()))
            self.errands[name] = task
            task.add_done_callback(lambda _: self.errands.pop(name))

    async def _look_up(self) -> None:
        due = await _db(watching.due)
        batches = [self._look_up_batch(ids, due) for ids in watching.batches(due)]
        await asyncio.gather(*(_logged("look up", batch) for batch in batches))

    async def _look_up_batch(self, ids: list[str], due: list[Generation]) -> None:
        tasks = await self.client.look_up(ids)
        if ended := watching.ended(due, tasks):
            await _surely(watching.record, ended, tasks)
            await _db(storing.hand_out)

    async def _search(self) -> None:
        for search in await _db(searching.due):
            listed = await self.client.list_tasks(since=search.since, until=search.until)
            await _surely(searching.record, search, listed)

    async def _probe(self) -> None:
        """See whether the trouble is over that submissions wait for."""
        conductor = await _db(_due_to_be_probed)
        if conductor is None:
            return
        try:
            is_over = await self._has_passed(conductor)
        except FluxError:
            is_over = False
        if not is_over:
            return await _db(pauses.go_on_waiting, conductor)
        await _db(pauses.end)
        if conductor.pause == Pause.STORAGE:
            await _db(storing.let_in)

    async def _has_passed(self, conductor: Conductor) -> bool:
        if conductor.pause == Pause.STORAGE:
            return not await _db(is_healthy, default_storage, size=A_PICTURE)
        if conductor.pause != Pause.BUSY:
            await self.client.check_token()
        return True


def _due_to_be_probed() -> Conductor | None:
    now = clock.now()
    conductor = Conductor.objects.get(pk=1)
    return conductor if pauses.is_due(conductor, now) else None


def _leave(lease: Lease) -> None:
    leasing.give_back(lease)
    tallies.keep()
    # Only now: whoever saw the lease a moment ago sent no hint.
    if is_anything_to_do():
        hints.wake()


async def _logged(name: str, errand: Awaitable[None]) -> None:
    """An errand that fails is run again by the next tick; the API's own troubles are no news, and
    those of the database are told by the tick."""
    try:
        await errand
    except (FluxError, *IS_AWAY) as error:
        logger.info("conductor.errand_failed name=%s error=%s", name, error)
    except Exception:
        logger.exception("conductor.errand_broke name=%s", name)


async def _surely(write: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Write down what an answer said, again and again while the database is busy or away."""
    pause, deadline = 0.1, time.monotonic() + SURELY
    while time.monotonic() < deadline:
        try:
            return await asyncio.shield(_db(write, *args, **kwargs))
        except IS_AWAY as error:
            logger.warning("conductor.database_busy error=%s", error)
            await _db(connections.close_all)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
    await _db(write, *args, **kwargs)


async def _db(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await sync_to_async(call)(*args, **kwargs)
