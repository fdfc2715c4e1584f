"""The emulator as a transport beneath an HTTP client: the API, and the pictures' addresses."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from gallery.flux.emulator import tasks, tickets, uploads
from gallery.flux.emulator.pictures import EMULATOR_URL, Pictures, upload_address
from gallery.flux.emulator.submitting import Refusal, Vanished, submit

__all__ = ["EMULATOR_URL", "EmulatorPictures", "EmulatorTransport"]


class EmulatorTransport(httpx.AsyncBaseTransport):
    """Answers /flux/images, /flux/tasks, /files/upload, and GET of a picture."""

    def __init__(
        self, *, keep: Path, clock: Callable[[], float] = time.time, pace: float = 1.0
    ) -> None:
        self._keep = keep
        self._clock = clock
        self._pace = pace
        self._pictures = Pictures(keep=keep, clock=clock)
        self._endpoints: dict[str, Callable[[httpx.Request], httpx.Response]] = {
            "/flux/images": self._images,
            "/flux/tasks": self._tasks,
            "/files/upload": self._upload,
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if request.method == "GET":
            return await asyncio.to_thread(self._pictures.answer, request)
        endpoint = self._endpoints.get(request.url.path, _no_api)
        try:
            return endpoint(request)
        except Refusal as refusal:
            return _refused(refusal)
        except Vanished as vanished:
            raise _gone(vanished, request) from vanished

    def _images(self, request: httpx.Request) -> httpx.Response:
        body = _json(request)
        ticket = submit(body, now=self._clock(), pace=self._pace, keep=self._keep)
        if "garbled" in ticket.words:
            return httpx.Response(200, html="<html><body>502 Bad gateway</body></html>")
        task_id = tickets.write(ticket)
        if "at once" in ticket.words:
            return httpx.Response(200, json=tasks.response(task_id, ticket))
        return httpx.Response(200, json={"task_id": task_id})

    def _tasks(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=tasks.look_up(_json(request), now=self._clock()))

    def _upload(self, request: httpx.Request) -> httpx.Response:
        kind = request.headers.get("content-type", "")
        now = self._clock()
        name = uploads.store(kind, request.content, keep=self._keep, now=now)
        answer = {"success": True, "url": upload_address(name)}
        return httpx.Response(200, json=answer | {"expires_at": now + uploads.KEPT_FOR})


class EmulatorPictures(httpx.BaseTransport):
    """The pictures alone, for a client that is not asynchronous."""

    def __init__(self, *, keep: Path, clock: Callable[[], float] = time.time) -> None:
        self._pictures = Pictures(keep=keep, clock=clock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._pictures.answer(request)


def _json(request: httpx.Request) -> Mapping[str, Any]:
    try:
        body = json.loads(request.content)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "bad_request", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refusal(400, "bad_request", "the body is not a JSON object")
    return body


def _refused(refusal: Refusal) -> httpx.Response:
    error = {"code": refusal.code, "message": refusal.message}
    body = {"success": False, "error": error, "trace_id": str(uuid.uuid4())}
    return httpx.Response(refusal.status, json=body)


def _gone(vanished: Vanished, request: httpx.Request) -> httpx.TransportError:
    if vanished.is_sent:
        message = "The emulator hung up without an answer."
        return httpx.RemoteProtocolError(message, request=request)
    return httpx.ConnectError("The emulator cannot be reached.", request=request)


def _no_api(request: httpx.Request) -> httpx.Response:
    return _refused(Refusal(404, "no_api", "There is no such API."))
