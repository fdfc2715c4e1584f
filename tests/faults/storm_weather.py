"""The provider in a storm: it keeps a book of all that it accepts, and has moods of its own."""

import contextlib
import threading
from collections.abc import Callable
from decimal import Decimal
from queue import Empty, SimpleQueue
from typing import Any

from provider import Provider
from provider_faults import REFUSALS, Faults, Reply, Script
from provider_http import Seen
from provider_jobs import PRICES, Job
from real_site import TOKEN

# Pictures that can't be had, however often one asks.
UNDELIVERABLE = frozenset(
    f"picture-{how}" for how in ["html", "empty", "huge", "bomb", "private", "loop", "gone"]
)
HELD = 5.0  # seconds
PASSING = frozenset(["picture-cut", "picture-slow", "unknown", "hang", "hang-before", "trickle"])


class Moods(Script):
    """A script in front of which one answer may stand for as long as a mood lasts."""

    standing = ""
    is_calm = True  # then what passes with a storm befalls nobody any more

    def take(self) -> Faults | Reply:
        return REFUSALS[self.standing] if self.standing else super().take()

    def of_prompt(self, prompt: str) -> Faults:
        faults = super().of_prompt(prompt)
        return {name: faults[name] for name in faults if not (self.is_calm and name in PASSING)}


class Weather(Provider):
    def __init__(self) -> None:
        super().__init__(latency=0.3, token=TOKEN)
        self.picture_size = (160, 120)
        self.script = self.moods = Moods()
        self.ambushes: dict[str, Callable[[], object]] = {}
        self._asked_for: SimpleQueue[tuple[Callable[[], object], threading.Event]] = SimpleQueue()

    def finish_with_callback(self, job: Job) -> None:
        """A callback that is faster than the answer; the site may be down and never hear it."""
        self.release(job.task_id)
        with contextlib.suppress(AssertionError):
            self.wait(lambda: self._has_called(job), 2, "a callback")

    def saw(self, seen: Seen) -> None:
        """Whoever lies in wait for such a request strikes while it is under way."""
        super().saw(seen)
        if strike := self.ambushes.pop(seen.path.split("/")[1], None):
            strike()

    def accept(self, wish: dict[str, Any], faults: Faults) -> Job | None:
        job = super().accept(wish, faults)
        if job and (strike := self.ambushes.pop("accepted", None)):
            strike()
        return job

    def have_struck(self, strike: Callable[[], object]) -> None:
        """By whoever keeps the site up, while the request that has met it is held."""
        done = threading.Event()
        self._asked_for.put((strike, done))
        done.wait(HELD)

    def strike(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                strike, done = self._asked_for.get_nowait()
                strike()
                done.set()

    def brew(self) -> None:
        self.moods.is_calm = False

    def clear_up(self) -> None:
        """Let all that is bad end, but for the jobs that never do."""
        self.moods.standing, self.moods.is_calm = "", True
        self.ambushes.clear()
        self.script.clear()
        self.queries.clear()
        self.token, self.room, self.latency = TOKEN, 0, 0.3
        self.listing, self.listing_delay, self.page, self.callbacks = True, 0.0, 1000, True
        self.unhang()
        for job in list(self.accepted):
            for fault in PASSING & job.faults.keys():
                del job.faults[fault]
        self.release()
        self.start_again()

    def start_again(self) -> None:
        if self._server is None:
            self.start()

    def book(self) -> dict[str, list[Job]]:
        """What was accepted, by prompt, which is each wish's own here."""
        book: dict[str, list[Job]] = {}
        for job in list(self.accepted):
            book.setdefault(job.body["prompt"], []).append(job)
        return book


def is_delivered(job: Job) -> bool:
    """Whether it ended with pictures that can be had."""
    return has_made(job) and not UNDELIVERABLE & job.faults.keys()


def has_made(job: Job) -> bool:
    """Whether it ended with pictures, which are then on the bill."""
    return job.done.is_set() and "data" in job.answer()


def charge(job: Job) -> Decimal:
    """What the bill says of it."""
    if not has_made(job):
        return Decimal(0)
    told = job.answer().get("cost")
    price = Decimal(str(PRICES[job.body["model"]]))
    return Decimal(str(told["amount"])) if told else price * len(job.picture_urls())
