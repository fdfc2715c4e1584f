"""A provider of pictures on loopback that speaks the Flux API, with its faults at command.

In a test: `with Provider() as provider: ...`; as a process of its own:
`python tests/contract/provider.py --port 8099 --latency 10 --room 40 --journal accepted.jsonl`,
which prints its address and takes orders at `/_/<name>` (see `Provider.control`). The names of the
faults are in provider_faults.py.
"""

import argparse
import contextlib
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx
from provider_delivery import UPLOADS
from provider_faults import Reply, Script
from provider_http import Handler, Seen
from provider_jobs import Job, Jobs
from provider_tasks import answer

MODELS = """flux-dev flux-pro flux-pro-1.1 flux-pro-1.1-ultra flux-kontext-pro flux-kontext-max
flux-2-pro flux-2-max flux-2-flex flux-2-klein"""
PATIENCE = 10.0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, handler: type[Handler]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave early are part of the play; anything else is a fault of ours."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            raise

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Provider:
    """What is set here may be set otherwise while it runs."""

    models = frozenset(MODELS.split())
    listing = True
    listing_delay = 0.0  # seconds until a job shows in a listing
    page = 1000  # records in an answer at most
    callbacks = True
    picture_size: tuple[int, int] | None = None  # in pixels; None: as the wish says
    uploads_at = frozenset(UPLOADS)
    streamed = 0  # bytes of huge pictures that somebody took

    def __init__(
        self,
        *,
        port: int = 0,
        latency: float = 0.01,
        room: int = 0,
        token: str = "",
        journal: Path | None = None,
        base: str = "",
    ) -> None:
        self.port = port
        self.latency = latency
        self.room = room  # jobs at once; 0 is without limit
        self.token = token  # empty: any will do
        self.base = base  # of the addresses of pictures, when not this server's own
        self.uploads: dict[str, tuple[bytes, str]] = {}
        self.script, self.queries = Script(), Script()
        self.jobs = Jobs(journal=journal, on_done=self._call_back)
        self.seen: deque[Seen] = deque(maxlen=20_000)
        self.called_back: list[tuple[str, int | str]] = []
        self._hung = threading.Event()
        self._http = httpx.Client(timeout=PATIENCE, verify=False, trust_env=False)
        self._callers = ThreadPoolExecutor(8, thread_name_prefix="provider-callback")
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- up and down

    def start(self) -> Self:
        """Listen; after a stop on the same port, with everything remembered."""
        handler = type("BoundHandler", (Handler,), {"provider": self})
        self._server = _Server(self.port, handler)
        self.port = self._server.server_port
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.02,), name="provider", daemon=True).start()
        return self

    def stop(self) -> None:
        """Refuse connections and cut those that are open. Jobs go on."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def close(self) -> None:
        self.unhang()
        self.stop()
        self.jobs.close()
        self._callers.shutdown(cancel_futures=True)
        self._http.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *args: object) -> None:
        self.close()

    # --- orders of a test

    @property
    def accepted(self) -> list[Job]:
        """Every job that was ever taken on, oldest first."""
        return self.jobs.accepted

    def next(self, *behaviours: str | Reply) -> None:
        """Faults for the next submissions, one each."""
        self.script.add(*behaviours)

    def next_query(self, *behaviours: str | Reply) -> None:
        """Faults for the next requests to /flux/tasks: as before a job, ANSWERS, hang, stale."""
        self.queries.add(*behaviours)

    def hold(self) -> None:
        """Let no job finish until `release`."""
        self.jobs.hold()

    def release(self, *task_ids: str) -> None:
        """Let all go on, or finish only these, at once."""
        self.jobs.release(*task_ids)

    def unhang(self) -> None:
        """Let every request that hangs go on."""
        hung, self._hung = self._hung, threading.Event()
        hung.set()

    def wait_accepted(self, number: int = 1, timeout: float = PATIENCE) -> list[Job]:
        self.wait(lambda: len(self.accepted) >= number, timeout, f"{number} accepted")
        return self.accepted

    def wait_done(self, number: int = 1, timeout: float = PATIENCE) -> list[Job]:
        self.wait(lambda: len(self.done()) >= number, timeout, f"{number} done")
        return self.done()

    def wait_called_back(self, number: int = 1, timeout: float = PATIENCE) -> list[tuple[str, Any]]:
        self.wait(lambda: len(self.called_back) >= number, timeout, f"{number} callbacks")
        return self.called_back

    def wait_seen(self, path: str, number: int = 1, timeout: float = PATIENCE) -> list[Seen]:
        self.wait(lambda: len(self.requests(path)) >= number, timeout, f"{number} of {path}")
        return self.requests(path)

    def wait(self, is_so: Callable[[], bool], timeout: float, what: str) -> None:
        self.jobs.wait(is_so, timeout, what)

    def done(self) -> list[Job]:
        return [job for job in list(self.accepted) if job.done.is_set()]

    def requests(self, path: str) -> list[Seen]:
        """What came in at that path, refused or not."""
        return [seen for seen in list(self.seen) if seen.path == path]

    def control(self, name: str, order: dict[str, Any]) -> dict[str, Any]:
        """Orders over HTTP: state, jobs, hold, release, unhang, next, next-query, set."""
        match name:
            case "hold":
                self.hold()
            case "release":
                self.release(*order.get("ids", []))
            case "unhang":
                self.unhang()
            case "next":
                self.next(*order["behaviours"])
            case "next-query":
                self.next_query(*order["behaviours"])
            case "set":
                vars(self).update({key: order[key] for key in order.keys() & _SETTABLE})
            case "jobs":
                return {"jobs": [j.line() | {"finished_at": j.finished_at} for j in self.accepted]}
        return self.state()

    def state(self) -> dict[str, Any]:
        return {
            "accepted": len(self.accepted),
            "done": len(self.done()),
            "in_flight": self.jobs.in_flight,
            "most_in_flight": self.jobs.most_in_flight,
            "called_back": len(self.called_back),
            "seen": len(self.seen),
            "asked_from": self._asked_from(),
        }

    def _asked_from(self) -> int:
        """The port at the other end of the last look-up: whose it is, is the conductor."""
        looks = (seen for seen in reversed(list(self.seen)) if seen.path == "/flux/tasks")
        return next((seen.peer[1] for seen in looks), 0)

    # --- what the handler asks for

    def saw(self, seen: Seen) -> None:
        with self.jobs.changed:
            self.seen.append(seen)
            self.jobs.changed.notify_all()

    def accept(self, wish: dict[str, Any], faults: dict[str, str]) -> Job | None:
        base = self.base or self.url
        return self.jobs.accept(wish, faults, base=base, latency=self.latency, room=self.room)

    def hang(self, seconds: str) -> bool:
        """Wait; True when `unhang` ended it."""
        return self._hung.wait(float(seconds) if seconds else None)

    def finish_with_callback(self, job: Job) -> None:
        self.release(job.task_id)
        self.wait(lambda: self._has_called(job), PATIENCE, "an early callback")

    def keep(self, data: bytes, kind: str, name: str) -> str:
        path = f"/uploads/{len(self.uploads)}/{Path(name).name}"
        self.uploads[path] = data, kind
        return f"{self.base or self.url}{path}"

    def tasks(self, order: dict[str, Any]) -> Reply:
        limits = {"page": self.page, "delay": self.listing_delay, "lists": self.listing}
        return answer(self.jobs, order, **limits)

    # --- callbacks

    def _has_called(self, job: Job) -> bool:
        return any(task_id == job.task_id for task_id, _ in self.called_back)

    def _call_back(self, job: Job) -> None:
        url = str(job.body.get("callback_url") or "")
        if not url or not self.callbacks or "callback-never" in job.faults:
            return
        for _ in range(2 if "callback-twice" in job.faults else 1):
            self._callers.submit(self._post, job, url).add_done_callback(_must_work)

    def _post(self, job: Job, url: str) -> None:
        body = job.answer() | ({"task_id": "forged"} if "callback-forged" in job.faults else {})
        try:
            result: int | str = self._http.post(url, json=body).status_code
        except httpx.HTTPError as error:
            result = type(error).__name__
        with self.jobs.changed:
            self.called_back.append((job.task_id, result))
            self.jobs.changed.notify_all()


_SETTABLE = {"latency", "room", "token", "listing", "listing_delay", "page", "callbacks", "base"}


def _must_work(future: Future[None]) -> None:
    if not future.cancelled():
        future.result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.01)
    parser.add_argument("--room", type=int, default=0)
    parser.add_argument("--token", default="")
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--base", default="")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where SIGINT is ignored
    with Provider(**vars(asked)) as provider, contextlib.suppress(KeyboardInterrupt):
        print(provider.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
