"""Sending what nobody should send, and noting what breaks."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict
from everything import Address

HOST = "testserver"
ELSEWHERE = f"http://{HOST}//evil.example/"  # once its host is cut off, it names another one
LEADS_OUT = {"openid_connect_login"}  # to the provider; see tests/accounts/test_single_sign_on.py

NASTY = {
    "a page elsewhere": ELSEWHERE,
    "a NUL": "a\0b",
    "a superscript for a digit": "²",
    "digits of another script": "٣",
    "more than a database counts to": str(2**70),
    "less than a small column counts to": str(-(2**40)),
    "no number": "NaN",
    "no end": "-Infinity",
    "an exponent": "1e999999",
    "the last day of the calendar": "9999-12-31",
    "a place in a list that is none": f"{2**64}~0",
    "a very long line": "x" * 20_000,
    "braces within braces": "{a|" * 300 + "}" * 300,
    "quotes, minus and stars": '-"*' * 90 + "(" * 90,
    "markup and a line break": "<script>alert(1)</script>'\"\r\nX-Nasty: 1",
    "templates and folders": "{{7*7}}{% x %}../../../../etc/passwd\\..\\",
    "marks that turn the reading round": "\u202eabc\u2066\ufeff\x7f\x1b[31m",
    "a very deep list": "[" * 5_000,
    "half of a pair": "\ud800",
    "JSON of another shape": '{"id": 1, "rawId": "!", "type": [], "response": {"x": NaN}}',
    "JSON that is nearly right": '{"id": "eA", "rawId": "eA", "response": {"clientDataJSON": "!"}}',
    "a query within": "q=a%00&by=%00&after=99999999999999999999~0&in=%00&page=%C2%B2&month=9999-99",
}
STRONGEST = (
    "a NUL",
    "a superscript for a digit",
    "more than a database counts to",
    "a page elsewhere",
)
SOON = f"{date.today() + timedelta(days=30)}"
# With these the first checks are passed, and what comes after them is reached.
USUAL = {
    **{"prompt": "A door", "model": "flux-dev", "size": "1:1", "count": "1", "name": "Doors"},
    **{"role": "viewer", "email": "new@example.org", "password": "a quiet green morning"},
    **{"who": "friend", "text": "A door", "tags": "door", "tag": "door", "stars": "3"},
    **{"order": "hand", "way": "first", "approval": "approved", "expires_on": SOON},
    **{"form_token": "7f0c6a3e-9f0f-4b7e-8d3c-0d4f2ad5a0c1", "amount": "1", "note": "For a door"},
    **{"from": "2026-01-01", "to": "2026-02-01", "answer": "approve", "reason": "For a door"},
}


def usual(names: Iterable[str]) -> dict[str, str]:
    return {name: USUAL.get(name, "1") for name in names}


IN_PATHS = {
    "a NUL": "a%00b",
    "no UTF-8": "%ff%ed%a0%80",
    "a large number": 2**70,
    "a line break": "a%0d%0aX-Nasty:%201",
    "another script": "%D9%A3%C2%B2",
    "a very long line": "x" * 5_000,
    "dots": "..%2f..%2fsecret-key",
}
TRIED_ALWAYS = ("a NUL", "a large number", "a line break")
ILL = {"readyz": 503}  # which it is in tests, without workers


class Unstorable(AssertionError):
    """PostgreSQL would refuse it; SQLite keeps it in silence."""


class Attacker:
    """Sends as this browser, and undoes what came of it. `names` are those that were read."""

    def __init__(self, client: Client, monkeypatch: Any) -> None:
        self.client, self.names, self.broken = client, set[str](), list[str]()
        self.client.raise_request_exception = False
        self._errors: list[str] = []
        for way in ("get", "getlist", "__getitem__", "__contains__"):
            monkeypatch.setattr(MultiValueDict, way, self._listening(getattr(MultiValueDict, way)))

    def __enter__(self) -> Self:
        got_request_exception.connect(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        got_request_exception.disconnect(self._note)

    def sends(
        self, address: Address, path: str, method: str, data: dict[str, str], what: str
    ) -> None:
        cookies = self.client.cookies.copy()
        self._errors.clear()
        with transaction.atomic(), connection.execute_wrapper(_strict):
            answer = self._answer(path, method, data)
            transaction.set_rollback(True)
        self.client.cookies = cookies
        cache.clear()
        if wrong := "; ".join(_wrong_with(answer, address)):
            self.broken.append(f"{method} {address} with {what}: {wrong}\n{''.join(self._errors)}")

    def learns(self, address: Address, path: str, method: str) -> list[str]:
        """Asks until no name is read that was not sent."""
        known: set[str] = set()
        for _ in range(5):
            self.names.clear()
            self.sends(address, path, method, usual(known), "usual values")
            if self.names <= known:
                break
            known |= self.names
        return sorted(known)

    def _answer(self, path: str, method: str, data: dict[str, str]) -> Any:
        sent, came_from = urlencode(data, errors="surrogatepass"), {"referer": ELSEWHERE}
        if method == "get":
            answer = self.client.get(f"{path}?{sent}", headers=came_from)
        else:
            kind = "application/x-www-form-urlencoded"
            answer = self.client.post(path, sent, content_type=kind, headers=came_from)
        if answer.streaming:
            b"".join(answer.streaming_content)
        return answer

    def _listening(self, asked: Callable[..., Any]) -> Callable[..., Any]:
        def read(held: Any, key: object, *rest: Any, **more: Any) -> Any:
            if isinstance(held, QueryDict) and not str(key).startswith("csrf"):
                self.names.add(str(key))
            return asked(held, key, *rest, **more)

        return read

    def _note(self, **_: object) -> None:
        self._errors.append(traceback.format_exc(limit=-4))


def _wrong_with(answer: Any, address: Address) -> Iterator[str]:
    if answer.status_code >= 500 and answer.status_code != ILL.get(address.name):
        yield f"answers {answer.status_code}"
    for header in ("Location", "HX-Redirect", "HX-Location"):
        if leads_away(answer.headers.get(header, "")) and address.name not in LEADS_OUT:
            yield f"leads to {answer.headers[header]}"
    if "X-Nasty" in answer.headers:
        yield "lets a header in"


def leads_away(location: str) -> bool:
    """As browsers read it: backslashes are slashes, tabs and line breaks nothing."""
    plain = location.replace("\\", "/").translate(dict.fromkeys(map(ord, "\t\r\n")))
    parts = urlsplit(plain)
    is_with_host = bool(parts.scheme or parts.netloc or plain.startswith("//"))
    return is_with_host and (parts.scheme or "http", parts.netloc) != ("http", HOST)


def _strict(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if any(map(_has_nul, params or ())):
        raise Unstorable(f"a NUL in {sql[:200]}")
    return execute(sql, params, many, context)


def _has_nul(value: object) -> bool:
    text = value if isinstance(value, str) else str(getattr(value, "obj", ""))
    return "\0" in text or "\\u0000" in text or "\\x00" in text
