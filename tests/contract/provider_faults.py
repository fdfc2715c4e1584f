"""What the provider can do wrong, by name.

A fault is asked for by `fault:<name>`, `fault:<name>=<value>` or `fault:<name>*<times>` in a
prompt, or put into a script with `provider.next("<name>")`. With `*2` it strikes the first two
submissions of that prompt only. Several may be combined, divided by blanks.

Before a job is accepted
    every name in REFUSALS (`busy=7` and `rate-limited=7` send Retry-After: 7),
    cut-before, reset-before, hang-before[=seconds]
After it was accepted
    every name in ANSWERS, cut-after, reset-after, cut-middle, hang[=seconds],
    trickle (a blank now and then, for ever)
    shapes of the answer: full, accepted, no-id, no-id-full, long-id, number-id, ndjson
The job
    slow=seconds, never, fail[=code], fail-bare, moderated, unknown, fewer[=pictures], no-cost,
    snapshot (`success: true` without data while pending), bare (done without `success`),
    webp, png, jpg
Its pictures
    picture-html, picture-cut, picture-404[=times], picture-500[=times], picture-gone,
    picture-huge, picture-huge-chunked, picture-bomb, picture-private[=address],
    picture-redirect, picture-loop, picture-empty, picture-slow[=seconds]
Its callback
    callback-never, callback-twice, callback-early (before the answer), callback-forged
"""

import json
import re
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

Faults = dict[str, str]
_WORD = re.compile(r"fault:([a-z0-9-]+)(?:=([^\s*]+))?(?:\*(\d+))?")
_NAME = re.compile(r"([a-z0-9-]+)(?:=(\S+))?")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes out; `body` is bytes as they are, or anything that becomes JSON."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()

    @property
    def all_headers(self) -> dict[str, str]:
        kind = "text/html" if isinstance(self.body, bytes) else "application/json"
        return {"Content-Type": kind, **self.headers}


class Cut(Exception):
    """End the connection here, politely or by a reset."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


def error_body(code: str, message: str, **more: object) -> dict[str, object]:
    trace = "5d2f1c1e-0a53-4f0f-8a52-2f9a0f7c6b21"
    return {**more, "error": {"code": code, "message": message}, "trace_id": trace}


def refusal(status: int, code: str, message: str, **more: object) -> Reply:
    return Reply(status, error_body(code, message, **more))


_HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"

REFUSALS = {
    "size-required": refusal(400, "bad_request", "size is required", success=False),
    "model-invalid": refusal(400, "bad_request", "model is invalid."),
    "not-implemented": refusal(400, "api_not_implemented", "The API is not implemented."),
    "no-token": refusal(400, "no_token", "No token."),
    "mismatched-400": refusal(400, "token_mismatched", "The token is for another service."),
    "mismatched-401": refusal(401, "token_mismatched", "The token is for another service."),
    "bad-token": refusal(401, "invalid_token", "The token is wrong."),
    "expired-token": refusal(401, "token_expired", "The token has expired."),
    "bare-401": Reply(401, b""),
    "disabled-400": refusal(400, "disabled", "The application is disabled."),
    "disabled-403": refusal(403, "disabled", "The application is disabled."),
    "used-up": refusal(403, "used_up", "Your balance is used up.", success=False),
    "payment": Reply(402, {"price": "0.02"}),
    "forbidden": refusal(403, "forbidden", "Content moderation refused the request."),
    "moderated-400": refusal(400, "bad_request", "Request Moderated"),
    "bare-403": Reply(403, _HTML),
    "no-api": refusal(404, "no_api", "No such path."),
    "too-large": refusal(413, "content_too_large", "Too large."),
    "string-error": Reply(400, {"success": False, "error": "size is required"}),
    "detail-error": Reply(400, {"detail": "size is required"}),
    "null-error": Reply(400, {"success": False, "error": None}),
    "busy": refusal(429, "too_many_requests", "Too many requests."),
    "rate-limited": refusal(429, "rate_limited", "Too many jobs at once."),
    "bare-429": Reply(429, b""),
    "conflict": refusal(409, "duplication", "Duplicate."),
    "request-timeout": Reply(408, b""),
    "500-before": refusal(500, "api_error", "fetch failed", success=False),
    "500-bare-before": refusal(500, "api_error", "fetch failed"),
    "501-before": Reply(501, b""),
    "502-before": Reply(502, _HTML),
    "503-before": Reply(503, b"", {"Retry-After": "1"}),
}

ANSWERS = {
    "500-after": refusal(500, "api_error", "fetch failed", success=False),
    "502-after": Reply(502, _HTML),
    "504-after": refusal(504, "timeout", "The upstream took too long."),
    "redirect": Reply(307, b"", {"Location": "/flux/images"}),
    "html": Reply(200, b"<html><body>Welcome</body></html>"),
    "no-json": Reply(200, b'{"task_id": "0b6f'),
    "empty": Reply(200, b""),
    "no-content": Reply(204, b""),
    "object": Reply(200, {}),
    "null": Reply(200, None),
    "list": Reply(200, []),
    "number": Reply(200, 7),
    "deep": Reply(200, b"[" * 100_000),
    "large": Reply(200, b'{"task_id": "x", "padding": "' + b"x" * (3 * 1024 * 1024) + b'"}'),
}


def with_retry_after(reply: Reply, value: str) -> Reply:
    headers = {**reply.headers, "Retry-After": value} if value else reply.headers
    return Reply(reply.status, reply.body, headers)


class Script:
    """Faults that wait for the next request, and those that prompts ask for."""

    def __init__(self) -> None:
        self._waiting: deque[Faults | Reply] = deque()
        self._struck: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, *behaviours: str | Reply) -> None:
        with self._lock:
            self._waiting.extend(b if isinstance(b, Reply) else named(b) for b in behaviours)

    def take(self) -> Faults | Reply:
        with self._lock:
            return self._waiting.popleft() if self._waiting else {}

    def of_prompt(self, prompt: str) -> Faults:
        found: Faults = {}
        for name, value, times in _WORD.findall(prompt):
            with self._lock:
                self._struck[prompt, name] += 1
                is_due = not times or self._struck[prompt, name] <= int(times)
            if is_due:
                found[name] = value
        return found

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
            self._struck.clear()


def named(words: str) -> Faults:
    return dict(_NAME.findall(words))
