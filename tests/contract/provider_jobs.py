"""The provider's jobs: accepted, at work, done; with a journal, and events to wait for."""

import heapq
import json
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provider_faults import Faults, error_body

PRICES = {"flux-dev": 0.216, "flux-kontext-pro": 0.423}
OTHER_PRICE = 0.5


@dataclass(slots=True, kw_only=True)
class Job:
    task_id: str
    body: dict[str, Any]
    faults: Faults
    base: str
    latency: float
    trace_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: float = field(default_factory=time.time)
    finished_at: float | None = None
    done: threading.Event = field(default_factory=threading.Event)
    fetches: Counter[int] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return int(self.body.get("count", 1))

    @property
    def kind(self) -> str:
        asked = [kind for kind in ("png", "jpg", "webp") if kind in self.faults]
        default = "jpg" if str(self.body.get("model")).startswith("flux-2") else "png"
        return asked[0] if asked else default

    def picture_urls(self) -> list[str]:
        made = int(self.faults.get("fewer") or max(1, self.count - 1))
        number = made if "fewer" in self.faults else self.count
        tails = ["", *(f"-{n}" for n in range(2, number + 1))]
        return [f"{self.base}/pictures/{self.task_id}{tail}.{self.kind}" for tail in tails[:number]]

    def answer(self) -> dict[str, Any]:
        """The body of a finished job, as a synchronous answer or a callback has it."""
        if self.faults.keys() & {"fail", "fail-bare", "moderated"}:
            return self._failure()
        items = [self._item(url, n) for n, url in enumerate(self.picture_urls())]
        if "bare" in self.faults:
            return {"data": [{"image_url": item["image_url"]} for item in items]}
        body = {"success": True, "task_id": self.task_id, "trace_id": self.trace_id, "data": items}
        price = PRICES.get(str(self.body.get("model", "flux-dev")), OTHER_PRICE)
        cost = {"amount": round(price * len(items), 6), "currency": "credit"}
        return body if "no-cost" in self.faults else body | {"cost": cost}

    def record(self) -> dict[str, Any]:
        """The record of /flux/tasks."""
        record: dict[str, Any] = {
            "_id": uuid.uuid5(uuid.NAMESPACE_OID, self.task_id).hex[:24],
            "id": self.task_id,
            "type": "images",
            "created_at": self.at,
            "started_at": self.at,
            "trace_id": self.trace_id,
            "user_id": "account",
            "application_id": "application",
            "request": self.body,
        }
        if self.finished_at is not None:
            record["finished_at"] = self.finished_at
            record["elapsed"] = round(self.finished_at - self.at, 3)
            record["response"] = self.answer()
        elif "snapshot" in self.faults:
            record["response"] = {"success": True, "task_id": self.task_id}
        return record

    def line(self) -> dict[str, Any]:
        """What the journal keeps."""
        kept = {
            name: self.body.get(name, "") for name in ("callback_url", "prompt", "model", "size")
        }
        return {"task_id": self.task_id, **kept, "count": self.count, "at": self.at}

    def _item(self, url: str, number: int) -> dict[str, Any]:
        return {
            "image_url": url,
            "prompt": self.body.get("prompt"),
            "seed": 281520112 + number,
            "timings": {"inference": 3.19},
        }

    def _failure(self) -> dict[str, Any]:
        who = {"success": False, "task_id": self.task_id}
        if "fail-bare" in self.faults:
            return who | {"error": "upstream failed"}
        message = "Request Moderated" if "moderated" in self.faults else "upstream failed"
        return error_body(self.faults.get("fail") or "api_error", message, **who)


class Jobs:
    def __init__(self, *, journal: Path | None, on_done: Callable[[Job], None]) -> None:
        self.changed = threading.Condition()
        self.accepted: list[Job] = []
        self.by_id: dict[str, Job] = {}
        self.in_flight = 0
        self.most_in_flight = 0
        self._held = False
        self._is_closed = False
        self._due: list[tuple[float, int, Job]] = []
        self._on_done = on_done
        flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY
        self._journal = os.open(journal, flags, 0o644) if journal else None
        self._thread = threading.Thread(target=self._finish_due, name="provider-jobs", daemon=True)
        self._thread.start()

    def accept(
        self, body: dict[str, Any], faults: Faults, *, base: str, latency: float, room: int
    ) -> Job | None:
        """Take a job on, journal first; None when there is no room."""
        with self.changed:
            if room and self.in_flight >= room:
                return None
            own = float(faults["slow"]) if faults.get("slow") else latency
            job = Job(task_id=str(uuid.uuid4()), body=body, faults=faults, base=base, latency=own)
            self._write(job)
            self.accepted.append(job)
            self.by_id[job.task_id] = job
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            if "never" not in faults:
                heapq.heappush(self._due, (time.monotonic() + own, len(self.accepted), job))
            self.changed.notify_all()
            return job

    def hold(self) -> None:
        with self.changed:
            self._held = True

    def release(self, *task_ids: str) -> None:
        """Let everything go on, or finish just these jobs now."""
        with self.changed:
            for task_id in task_ids:
                self._finish(self.by_id[task_id])
            self._held = self._held and bool(task_ids)
            self.changed.notify_all()

    def wait(self, is_so: Callable[[], bool], timeout: float, what: str) -> None:
        with self.changed:
            if not self.changed.wait_for(is_so, timeout):
                raise AssertionError(f"waited {timeout} s in vain for {what}")

    def close(self) -> None:
        with self.changed:
            self._is_closed = True
            self.changed.notify_all()
        self._thread.join()
        if self._journal is not None:
            os.close(self._journal)

    def _write(self, job: Job) -> None:
        if self._journal is not None:
            os.write(self._journal, json.dumps(job.line()).encode() + b"\n")

    def _finish_due(self) -> None:
        with self.changed:
            while not self._is_closed:
                while self._due and not self._held and self._due[0][0] <= time.monotonic():
                    self._finish(heapq.heappop(self._due)[2])
                is_idle = self._held or not self._due
                self.changed.wait(None if is_idle else self._due[0][0] - time.monotonic())

    def _finish(self, job: Job) -> None:
        if job.finished_at is None:
            job.finished_at = time.time()
            self.in_flight -= 1
            job.done.set()
            self._on_done(job)
            self.changed.notify_all()
