"""The provider's side of HTTP: one handler that speaks every documented variation."""

import json
import socket
import struct
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provider_delivery import Delivery
from provider_faults import ANSWERS, REFUSALS, Cut, Faults, Reply, with_retry_after
from provider_jobs import Job
from provider_rules import problem

if TYPE_CHECKING:
    from provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that came in, whatever became of it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]
    at: float = field(default_factory=time.time)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Handler(Delivery, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    provider: "Provider"

    def do_GET(self) -> None:
        self._answer({"pictures": self._picture, "uploads": self._uploaded, "_": self._control})

    def do_POST(self) -> None:
        routes = {
            "flux": self._flux,
            "files": self._upload,
            "api": self._upload,
            "_": self._control,
        }
        self._answer(routes)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the tests."""

    def _answer(self, routes: dict[str, Any]) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        if len(self.body) < length:
            raise ConnectionAbortedError("the client left before it had said all")
        self.route = urlsplit(self.path).path
        peer = self.client_address
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.provider.saw(
            Seen(method=self.command, path=self.route, headers=headers, body=self.body, peer=peer)
        )
        try:
            reply = routes.get(self.route.split("/")[1], self._nowhere)()
            if reply is not None:
                self._send(reply)
        except Cut as cut:
            self._cut(reset=cut.reset)

    def _nowhere(self) -> Reply:
        return REFUSALS["no-api"]

    def _send(self, reply: Reply) -> None:
        content = reply.content
        self.send_response(reply.status)
        for name, value in reply.all_headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _cut(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()  # before the server ends it politely

    # --- /flux/images and /flux/tasks

    def _flux(self) -> Reply | None:
        if self.route == "/flux/images":
            return self._images()
        return self._tasks() if self.route == "/flux/tasks" else REFUSALS["no-api"]

    def _images(self) -> Reply | None:
        scripted = self.provider.script.take()
        if isinstance(scripted, Reply):
            return scripted
        wish = self._json()
        faults = self.provider.script.of_prompt(str(wish.get("prompt", ""))) | scripted
        refused = self._before(faults) or self._refused() or problem(wish, self.provider.models)
        if refused:
            return refused
        job = self.provider.accept(wish, faults)
        if job is None:
            return REFUSALS["rate-limited"]
        return self._after(job)

    def _before(self, faults: Faults) -> Reply | None:
        if "hang-before" in faults:
            self.provider.hang(faults["hang-before"])
        if "cut-before" in faults or "reset-before" in faults:
            raise Cut(reset="reset-before" in faults)
        for name in faults.keys() & REFUSALS.keys():
            return with_retry_after(REFUSALS[name], faults[name])
        return None

    def _after(self, job: Job) -> Reply | None:
        if "callback-early" in job.faults:
            self.provider.finish_with_callback(job)
        if "hang" in job.faults:
            self.provider.hang(job.faults["hang"])
        if "cut-after" in job.faults or "reset-after" in job.faults:
            raise Cut(reset="reset-after" in job.faults)
        if "trickle" in job.faults:
            self._trickle()
        for name in job.faults.keys() & ANSWERS.keys():
            return ANSWERS[name]
        return self._shaped(job)

    def _shaped(self, job: Job) -> Reply | None:
        asks_to_wait = not job.body.get("async") and not job.body.get("callback_url")
        if asks_to_wait or job.faults.keys() & {"full", "no-id-full"}:
            job.done.wait()
            return Reply(200, _without_id(job) if "no-id-full" in job.faults else job.answer())
        body: dict[str, Any] = {"task_id": job.task_id}
        if "ndjson" in job.faults:
            lines = [body, {"progress": 10}, {"success": True}]
            return Reply(200, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        shapes = {"accepted": body | {"success": True, "data": []}, "no-id": {"success": True}}
        shapes |= {"long-id": {"task_id": "x" * 2001}, "number-id": {"task_id": 7}}
        body = next((shapes[name] for name in shapes if name in job.faults), body)
        if "cut-middle" in job.faults:
            self._half(Reply(200, body))
        return Reply(200, body)

    def _trickle(self) -> None:
        """Never silent for long, and never done."""
        self.send_response(200)
        self.end_headers()
        while not self.provider.hang("0.05"):
            self.wfile.write(b" ")
        raise Cut

    def _half(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content[: len(reply.content) // 2])
        raise Cut

    def _tasks(self) -> Reply | None:
        scripted = self.provider.queries.take()
        if isinstance(scripted, Reply):
            return scripted
        if "hang" in scripted:
            self.provider.hang(scripted["hang"])
        if "cut-after" in scripted:
            raise Cut
        reply = self._before(scripted) or next((ANSWERS[n] for n in scripted if n in ANSWERS), None)
        reply = reply or self._refused() or self.provider.tasks(self._json())
        # Ends the connection without having said so, as an idle one is ended.
        self.close_connection = "stale" in scripted
        return reply

    def _refused(self) -> Reply | None:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:
            return REFUSALS["no-token"]
        is_wrong = self.provider.token and given != self.provider.token
        return REFUSALS["bad-token"] if is_wrong else None

    def _json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def _control(self) -> Reply:
        order = json.loads(self.body) if self.body else {}
        return Reply(200, self.provider.control(self.route.removeprefix("/_/"), order))


def _without_id(job: Job) -> dict[str, Any]:
    return {name: value for name, value in job.answer().items() if name != "task_id"}
