"""The client of the Flux API: submit, look up, list, check the token, upload."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpx
import stamina

from gallery.flux.contract import (
    Submission,
    Task,
    TaskState,
    mapping,
    number,
    read_answer,
    read_problem,
    read_task,
)
from gallery.flux.errors import (
    FluxError,
    FluxMisconfigured,
    FluxRejected,
    FluxUnavailable,
    FluxUnconfirmed,
    error_of,
)
from gallery.flux.wire import Answer, Noted, Wire, error_from

MAX_IDS = 50
MAX_PAGES = 20
MAX_LOOK = 20.0  # seconds for what can be asked again
UPLOAD_PATIENCE = 300.0
_MAX_PAUSE = 0.5
_API_HOST = "api.acedata.cloud"
_PLATFORM_UPLOAD = "https://platform.acedata.cloud/api/v1/files/"

_retrying = stamina.AsyncRetryingCaller(
    attempts=3, timeout=1.5, wait_initial=0.1, wait_max=_MAX_PAUSE, wait_jitter=0.1
)


class _Unreadable(FluxUnavailable): ...


class FluxClient:
    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: float = 60,
        noted: Noted = lambda *call: None,
    ) -> None:
        self._base = httpx.URL(base_url)
        # A pooled connection that has gone stale would turn "not sent" into "not known".
        self._fresh = Wire(base_url, token, timeout, transport=transport, noted=noted)
        short = min(timeout, MAX_LOOK)
        self._pooled = Wire(
            base_url, token, short, transport=transport, keeps_alive=True, noted=noted
        )

    def __repr__(self) -> str:
        return f"<FluxClient {self._base!r}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._fresh.aclose()
        await self._pooled.aclose()

    async def submit(self, submission: Submission) -> Task:
        """Send the paid POST, once. The task that comes back is PENDING, SUCCEEDED or FAILED."""
        answer = await self._fresh.post("/flux/images", json=submission.body())
        task = read_answer(answer.body)
        if not answer.is_success or task.state is TaskState.UNKNOWN:
            raise error_from(answer)
        return task

    async def look_up(self, task_ids: Sequence[str]) -> dict[str, Task]:
        """Every id that was asked for with its task, UNKNOWN where the API knows none."""
        ids = list(dict.fromkeys(task_ids))
        found: dict[str, Task] = {}
        for start in range(0, len(ids), MAX_IDS):
            found |= await self._look_up(ids[start : start + MAX_IDS])
        return {task_id: found.get(task_id, Task(task_id=task_id)) for task_id in ids}

    async def list_tasks(self, *, since: float, until: float) -> list[Task] | None:
        """All tasks made in that time; None when the API does not list them, or not all.

        The time is told by our clock, and asked for by the API's, which each answer shows.
        """
        for _ in range(2):
            ahead = self._pooled.ahead
            first, last = since + ahead, until + ahead
            tasks = await self._listed(first, last)
            if self._pooled.ahead == ahead:
                break
        return None if tasks is None else [t for t in tasks if _is_within(t, first, last)]

    async def check_token(self) -> None:
        """Ask for nothing, which is free. A refusal of the question means: the token is fine."""
        answer = await self._ask({"action": "retrieve_batch", "ids": []})
        if answer.is_success:
            _items(answer.body)

    async def upload(self, data: bytes, *, name: str, content_type: str) -> str:
        """Hand a picture to the API's own store and return its public address."""
        errors: list[FluxError] = []
        for path in self._upload_paths():
            try:
                return await self._upload(path, (name, data, content_type))
            except FluxError as error:
                errors.append(error)
        raise errors[0]

    async def _look_up(self, ids: list[str]) -> dict[str, Task]:
        answer = await self._ask(_query(ids))
        if not answer.is_success:
            return await self._halves(ids)
        items = _items(answer.body)
        found = _by_id(items, ids)
        missing = [task_id for task_id in ids if task_id not in found]
        total = number(mapping(answer.body).get("count"))
        # A page may be shorter than the batch: what it left out is not unknown.
        if found and missing and total is not None and total > len(items):
            found |= await self._look_up(missing)
        return found

    async def _halves(self, ids: list[str]) -> dict[str, Task]:
        """One id that the API refuses to look at must not hide the others."""
        if len(ids) == 1:
            return {}
        middle = len(ids) // 2
        return await self._look_up(ids[:middle]) | await self._look_up(ids[middle:])

    async def _listed(self, since: float, until: float) -> list[Task] | None:
        found: dict[str, Task] = {}
        total: float | None = None
        for _ in range(MAX_PAGES):
            page = await self._page(since, until)
            if page is None:
                return None
            tasks, count = page
            total = count if total is None else total
            new = {task.task_id: task for task in tasks if task.task_id not in found}
            found |= new
            if not new or (total is not None and len(found) >= total):
                break
            until = min(task.created_at or until for task in new.values())
        return list(found.values()) if len(found) >= (total or 0) else None

    async def _page(self, since: float, until: float) -> tuple[list[Task], float | None] | None:
        query = {"type": "images", "created_at_min": since, "created_at_max": until}
        try:
            answer = await self._ask({"action": "retrieve_batch"} | query)
        except (FluxMisconfigured, _Unreadable):
            return None
        items = mapping(answer.body).get("items")
        if not answer.is_success or not isinstance(items, list):
            return None
        tasks = [task for task in map(read_task, items) if task.task_id]
        return tasks, number(mapping(answer.body).get("count"))

    async def _ask(self, body: Mapping[str, object]) -> Answer:
        return await _retrying(_pause_before_repeating, self._ask_once, body)

    async def _ask_once(self, body: Mapping[str, object]) -> Answer:
        """A readable answer of the 200s, or one that refuses the question itself."""
        headers = {"x-record-exempt": "true"}
        try:
            answer = await self._pooled.post("/flux/tasks", json=body, headers=headers)
        except FluxUnconfirmed as error:
            raise _unavailable(error) from error
        if answer.is_success and not isinstance(answer.body, dict | list | None):
            raise _Unreadable("The API's answer cannot be read.")
        if answer.is_success or _refuses_the_question(answer):
            return answer
        raise _of_question(error_from(answer))

    async def _upload(self, path: str, file: tuple[str, bytes, str]) -> str:
        try:
            answer = await self._fresh.post(path, files={"file": file}, patience=UPLOAD_PATIENCE)
        except FluxUnconfirmed as error:
            raise _unavailable(error) from error
        body = mapping(answer.body)
        url = body.get("url") or body.get("file_url")
        if answer.is_success and str(url).startswith(("https://", "http://")):
            return str(url)
        refusal = error_from(answer)
        raise refusal if isinstance(refusal, FluxRejected) else _of_free_call(refusal)

    def _upload_paths(self) -> tuple[str, str]:
        # The token goes to the provider's second host only where it goes to the first.
        is_provider = self._base.host == _API_HOST
        return "/files/upload", _PLATFORM_UPLOAD if is_provider else "/api/v1/files/"


def _query(ids: list[str]) -> dict[str, object]:
    if len(ids) == 1:
        return {"action": "retrieve", "id": ids[0]}
    return {"action": "retrieve_batch", "ids": ids}


def _items(body: object) -> list[Any]:
    """The records of an answer, be it one, a batch, or nothing."""
    if isinstance(body, list):
        return body
    record = mapping(body)
    if isinstance(record.get("items"), list):
        return list(record["items"])
    if record.get("error") and not record.keys() & {"id", "response"}:
        raise _of_free_call(error_of(read_problem(record)))
    return [record] if record else []


def _by_id(items: list[Any], ids: list[str]) -> dict[str, Task]:
    tasks = [task for task in map(read_task, items) if task.state is not TaskState.UNKNOWN]
    if len(ids) == len(tasks) == 1 and not tasks[0].task_id:
        tasks = [replace(tasks[0], task_id=ids[0])]
    return {task.task_id: task for task in tasks if task.task_id in ids}


def _is_within(task: Task, since: float, until: float) -> bool:
    return task.created_at is None or since <= task.created_at <= until


def _refuses_the_question(answer: Answer) -> bool:
    """Whether the token was good and only the question was not, as for an unknown id."""
    error = error_from(answer)
    if answer.status == 404:
        return bool(mapping(answer.body)) and error.code != "no_api"
    return isinstance(error, FluxRejected) and answer.status != 403


def _of_free_call(error: FluxError) -> FluxError:
    """Nothing is at stake in a free call: what is not the operator's to mend is tried again."""
    return error if isinstance(error, FluxMisconfigured | FluxUnavailable) else _unavailable(error)


def _of_question(error: FluxError) -> FluxError:
    """A look-up carries no wish: who may not ask at all has a token that does not allow it."""
    if isinstance(error, FluxRejected):
        return FluxMisconfigured(error.message, code=error.code, trace_id=error.trace_id)
    return _of_free_call(error)


def _unavailable(error: FluxError) -> FluxUnavailable:
    return FluxUnavailable(error.message, code=error.code, trace_id=error.trace_id)


def _pause_before_repeating(error: Exception) -> bool | float:
    if not isinstance(error, FluxUnavailable):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= _MAX_PAUSE else False
