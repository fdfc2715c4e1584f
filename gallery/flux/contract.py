"""The shapes that go out and come in, and how the state of a task is read from them.

The provider's documents disagree with each other, so reading is tolerant: a field of the wrong type
counts as absent, and nothing that the API may send raises.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

MAX_TASK_ID = 2000
MAX_TEXT = 2000
MAX_SEED = 40
MAX_COST = 1_000_000

# Neither NUL nor a lone surrogate can be written to a database.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class TaskState(StrEnum):
    UNKNOWN = "unknown"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    action: str
    prompt: str
    model: str
    size: str
    count: int = 1
    image_url: str = ""
    callback_url: str = ""

    def body(self) -> dict[str, object]:
        body: dict[str, object] = {
            "action": self.action,
            "prompt": self.prompt,
            "model": self.model,
            "size": self.size,
            "async": True,
        }
        if self.action == "edit":
            body["image_url"] = self.image_url
        else:
            body["count"] = self.count
        if self.callback_url:
            body["callback_url"] = self.callback_url
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    url: str
    seed: str = ""
    seconds: float | None = None
    prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the API itself said went wrong: for details and logs, not a text for people."""

    code: str
    message: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    task_id: str = ""
    trace_id: str = ""
    state: TaskState = TaskState.UNKNOWN
    pictures: tuple[Picture, ...] = ()
    problem: Problem | None = None
    cost: Decimal | None = None
    request: Mapping[str, object] = field(default_factory=dict)
    created_at: float | None = None
    finished_at: float | None = None
    elapsed: float | None = None


def read_task(body: object) -> Task:
    """Read a record of /flux/tasks. What is no record at all is an UNKNOWN task."""
    record = mapping(body)
    response = mapping(record.get("response"))
    task_id = read_id(record.get("id")) or read_id(response.get("task_id"))
    if not task_id and not response:
        return Task()
    finished_at = number(record.get("finished_at"))
    trace_id = text(record.get("trace_id"))
    return replace(
        _told(response, task_id=task_id, trace_id=trace_id, is_over=bool(finished_at)),
        request=mapping(record.get("request")),
        created_at=number(record.get("created_at")),
        finished_at=finished_at,
        elapsed=number(record.get("elapsed")),
    )


def read_answer(body: object) -> Task:
    """Read an answer of /flux/images or the body of a callback. UNKNOWN when it tells nothing."""
    answer = mapping(body)
    task_id = read_id(answer.get("task_id"))
    task = _told(answer, task_id=task_id, is_over=answer.get("success") is False)
    return Task() if task.state is TaskState.PENDING and not task_id else task


def read_problem(body: object, *, trace_id: str = "") -> Problem:
    """Read `error` as an object or a bare string, or Django's `detail`; all may be missing."""
    answer = mapping(body)
    error = answer.get("error")
    fields = mapping(error)
    return Problem(
        code=text(fields.get("code")),
        message=text(fields.get("message")) or text(error) or text(answer.get("detail")),
        trace_id=text(answer.get("trace_id")) or trace_id,
    )


def read_id(value: object) -> str:
    """A usable id, else the empty string."""
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TASK_ID:
        return ""
    return "" if _UNSTORABLE.search(value) else value


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    return _UNSTORABLE.sub("", value)[:MAX_TEXT] if isinstance(value, str) else ""


def number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def _told(answer: Mapping[str, Any], *, task_id: str, is_over: bool, trace_id: str = "") -> Task:
    state = _state(answer, is_over=is_over)
    return Task(
        task_id=task_id,
        trace_id=trace_id or text(answer.get("trace_id")),
        state=state,
        pictures=_pictures(answer.get("data")),
        problem=read_problem(answer, trace_id=trace_id) if state is TaskState.FAILED else None,
        cost=_cost(answer.get("cost")),
    )


def _state(response: Mapping[str, Any], *, is_over: bool) -> TaskState:
    pictures = _pictures(response.get("data"))
    success = response.get("success")
    if success is True and pictures:
        return TaskState.SUCCEEDED  # paid for, whatever else the answer says
    if _has_failed(response, is_over=is_over):
        return TaskState.FAILED
    if pictures:
        return TaskState.SUCCEEDED
    return TaskState.FAILED if is_over else TaskState.PENDING


def _has_failed(response: Mapping[str, Any], *, is_over: bool) -> bool:
    error = response.get("error")
    if text(mapping(error).get("code")):
        return True
    # A bare string beside `success: false` may pass while the job is still at work.
    return response.get("success") is False and (is_over or not isinstance(error, str))


def _pictures(data: object) -> tuple[Picture, ...]:
    items = data if isinstance(data, list) else [data]
    return tuple(_picture(item) for item in map(mapping, items) if _url(item))


def _picture(item: Mapping[str, Any]) -> Picture:
    return Picture(
        url=_url(item),
        seed=_seed(item.get("seed")),
        # A bare number is a moment, not a duration.
        seconds=number(mapping(item.get("timings")).get("inference")),
        prompt=text(item.get("prompt")),
    )


def _url(item: Mapping[str, Any]) -> str:
    url = item.get("image_url")
    return _UNSTORABLE.sub("", url).strip() if isinstance(url, str) else ""


def _seed(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    seed = text(str(value)).strip()
    return seed if len(seed) <= MAX_SEED else ""


def _cost(value: object) -> Decimal | None:
    amount = mapping(value).get("amount") if isinstance(value, dict) else value
    size = number(amount)
    if size is None or not 0 <= size <= MAX_COST:
        return None
    return Decimal(str(amount).strip())
