"""One POST over HTTP: failures told apart, answers bounded, the token never shown."""

import asyncio
import json
import math
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import httpx

from gallery.flux.contract import number, read_problem
from gallery.flux.errors import (
    FluxError,
    FluxMisconfigured,
    FluxNotSent,
    FluxTokenRefused,
    FluxUnavailable,
    FluxUnconfirmed,
    problem_from,
)

MAX_ANSWER = 2 * 1024 * 1024
MAX_CONNECT = 10.0
AGREED = 10  # seconds between two clocks that count as one
SHORTEST_SECRET = 12
UNREADABLE = object()
# What is told of each call: its name, the status (0 when no answer came), the error, seconds.
Noted = Callable[[str, int, str, float], None]
ERROR_CODE = re.compile("[a-z_]{1,40}")
_HEADERS = {"accept": "application/json", "user-agent": "fluxsite"}
_NONE: Mapping[str, str] = MappingProxyType({})

# Raised before the first byte of the request itself. Everything else may have arrived.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


_NAMES: Mapping[type[FluxError], str] = MappingProxyType(
    {FluxNotSent: "not_sent", FluxUnconfirmed: "no_answer", FluxTokenRefused: "token_unfit"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Wire:
    """A connection to the API. Without `keeps_alive` each POST has a connection of its own."""

    def __init__(
        self,
        base_url: str,
        token: str,
        timeout: float,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        keeps_alive: bool = False,
        noted: Noted = lambda *call: None,
    ) -> None:
        self._noted = noted
        self.ahead = 0.0  # seconds that the API's clock is before ours, by its last answer
        self._token = token.strip()
        self._timeout = timeout
        self._connect = min(timeout, MAX_CONNECT)
        self._http = httpx.AsyncClient(
            base_url=base_url,
            transport=transport,
            verify=_certificates(),
            timeout=httpx.Timeout(timeout, connect=self._connect),
            limits=httpx.Limits(max_keepalive_connections=10 if keeps_alive else 0),
            headers=_HEADERS if keeps_alive else _HEADERS | {"connection": "close"},
        )

    def __repr__(self) -> str:
        return f"<Wire {self._http.base_url!r}>"

    async def post(
        self, path: str, *, headers: Mapping[str, str] = _NONE, patience: float = 0, **content: Any
    ) -> Answer:
        """Send once. Raises FluxNotSent, FluxUnconfirmed or FluxMisconfigured; never repeats."""
        began, status, error = time.monotonic(), 0, "broke"
        try:
            answer = await self._post(path, headers, patience, content)
            status, error = answer.status, _error_in(answer)
        except FluxError as trouble:
            error = _NAMES.get(type(trouble), error)
            raise
        finally:
            name = path.rstrip("/").rpartition("/")[2]
            self._noted(name, status, error, time.monotonic() - began)
        return answer

    async def _post(
        self, path: str, headers: Mapping[str, str], patience: float, content: Mapping[str, Any]
    ) -> Answer:
        headers = {**headers, **self._authorization()}
        # The timeouts of httpx are for each read; an answer that trickles must end as well.
        deadline = (patience or self._timeout) + 2 * self._connect
        try:
            async with (
                asyncio.timeout(deadline),
                self._http.stream("POST", path, headers=headers, **content) as response,
            ):
                return self._answer(response, await _bounded(response))
        except httpx.UnsupportedProtocol as error:
            raise FluxMisconfigured("The API's address is not http or https.") from error
        except _NOT_SENT as error:
            raise FluxNotSent(self._told(error)) from error
        except (httpx.HTTPError, OSError) as error:
            raise FluxUnconfirmed(self._told(error)) from error

    async def aclose(self) -> None:
        await self._http.aclose()

    def _authorization(self) -> dict[str, str]:
        # The HTTP library would put an unsendable header, and so the token, into its message.
        if not self._token.isascii() or not self._token.isprintable():
            raise FluxTokenRefused("The token holds characters that cannot be sent.")
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    def _answer(self, response: httpx.Response, content: bytes | None) -> Answer:
        ahead = _seconds_until(response.headers.get("date", "")) or 0
        self.ahead = float(ahead) if abs(ahead) > AGREED else 0.0
        body = UNREADABLE if content is None else _parsed(self._scrubbed(_decoded(content)))
        return Answer(status=response.status_code, body=body, headers=response.headers)

    def _told(self, error: Exception) -> str:
        return self._scrubbed(f"{type(error).__name__} {error}".strip())

    def _scrubbed(self, text: str) -> str:
        # A short one is no secret, and may well be a part of some innocent word.
        return text if len(self._token) < SHORTEST_SECRET else text.replace(self._token, "[token]")


def error_from(answer: Answer) -> FluxError:
    """The error that an answer stands for; one of the 200s here means that it cannot be read."""
    if answer.is_success:
        return FluxUnconfirmed(f"The API answered {answer.status}, and that cannot be read.")
    error = problem_from(answer.status, answer.body)
    if isinstance(error, FluxUnavailable):
        error.retry_after = retry_after(answer.headers.get("retry-after", ""))
    return error


def _error_in(answer: Answer) -> str:
    """The API's own word for it; empty where all is well or it has none that is fit for a label."""
    code = "" if answer.is_success else read_problem(answer.body).code
    return code if ERROR_CODE.fullmatch(code) else ""


def retry_after(value: str) -> float | None:
    """Seconds to wait, from seconds or an HTTP date; None when the header tells nothing."""
    seconds = number(value)
    if seconds is None:
        seconds = _seconds_until(value)
    return None if seconds is None else max(0.0, seconds)


def _seconds_until(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return math.ceil((moment - datetime.now(UTC)).total_seconds())


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than a request on a good line."""
    return httpx.create_ssl_context()


async def _bounded(response: httpx.Response) -> bytes | None:
    """The whole body, or None as soon as it is too large to be an answer."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER:
            return None
    return bytes(content)


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", errors="replace")


def _parsed(text: str) -> object:
    """JSON, or lines of JSON objects of which later ones add to earlier ones."""
    whole = _json(text)
    if whole is not UNREADABLE:
        return whole
    lines = [line for line in map(_json, text.splitlines()) if isinstance(line, dict)]
    merged = {key: value for line in lines for key, value in line.items()}
    return merged or UNREADABLE


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE
