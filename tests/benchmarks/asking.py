"""Open pages that ask: a process of its own, so that it waits for nobody but the site.

Reads one JSON object from standard input: `port`, `seconds` and `pages`, each with its `path`
and `cookie`. Every page has a connection of its own and asks once a second at its own moment; an
answer that is late is counted from the moment at which it was due. Writes what came of it, and
apart from it what came of the first seconds: all come at once then, with what they saw long ago.
"""

import asyncio
import gzip
import html
import json
import random
import re
import sys
import time
from collections import Counter
from typing import Any

ADDRESS = re.compile(r'<live-poll[^>]* hx-get="([^"]+)"')
PATIENCE = 8.0  # seconds, as the page has
AT_FIRST = 10.0  # seconds
REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: fluxsite_session={cookie}\r\n"
    "HX-Request: true\r\nHX-Current-URL: http://127.0.0.1:{port}/\r\nAccept: */*\r\n"
    "Accept-Encoding: gzip\r\nUser-Agent: bench\r\n\r\n"
)


class Book:
    """What came of all polls."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.first: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()


class Page(asyncio.Protocol):
    def __init__(self, told: dict[str, Any], port: int, book: Book, ends_at: float) -> None:
        self.path, self.cookie = told["path"], told["cookie"]
        self.port, self.book, self.ends_at = port, book, ends_at
        self.loop = asyncio.get_running_loop()
        self.due = self.loop.time() + random.random()
        self.is_usual_from = self.loop.time() + AT_FIRST
        self.is_waiting = False
        self.came = b""

    async def open(self) -> None:
        self.transport, _ = await self.loop.create_connection(lambda: self, "127.0.0.1", self.port)
        self.loop.call_at(self.due, self.ask)

    def ask(self) -> None:
        if self.due >= self.ends_at:
            self.transport.close()
            return
        self.is_waiting = True
        self.late = self.loop.call_at(self.due + PATIENCE, self.give_up)
        request = REQUEST.format(path=self.path, port=self.port, cookie=self.cookie)
        self.transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        self.came += data
        head, found, body = self.came.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self.came = b""
            self.answered(head.decode("latin-1").lower(), body)

    def answered(self, head: str, body: bytes) -> None:
        self.late.cancel()
        waits = self.book.first if self.due < self.is_usual_from else self.book.waits
        waits.append(self.loop.time() - self.due)
        status = head.split(" ", 2)[1]
        self.book.statuses[status] += 1
        if status == "200":
            self.follow(gzip.decompress(body) if "encoding: gzip" in head else body)
        elif status != "204":
            self.book.errors[f"status {status}"] += 1
        self.next()

    def follow(self, body: bytes) -> None:
        """The answer brings the address of the next poll."""
        found = ADDRESS.search(body.decode())
        if found:
            self.path = html.unescape(found[1])
        else:
            self.book.errors["an answer without a next address"] += 1

    def next(self) -> None:
        self.is_waiting = False
        self.due += 1
        self.loop.call_at(max(self.due, self.loop.time()), self.ask)

    def give_up(self) -> None:
        self.book.errors[f"no answer in {PATIENCE:g} s"] += 1
        self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self.is_waiting:
            self.late.cancel()
            self.book.errors["cut off"] += 1
            self.is_waiting = False


def _length(head: bytes) -> int:
    found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else 0


async def run(order: dict[str, Any]) -> Book:
    book = Book()
    ends_at = asyncio.get_running_loop().time() + AT_FIRST + order["seconds"]
    for told in order["pages"]:
        await Page(told, order["port"], book, ends_at).open()
    await asyncio.sleep(ends_at + PATIENCE / 4 - asyncio.get_running_loop().time())
    return book


def main() -> None:
    order = json.load(sys.stdin)
    book = asyncio.run(run(order))
    told = {"waits": book.waits, "first": book.first}
    told |= {"statuses": book.statuses, "errors": book.errors}
    told |= {"cpu": time.process_time(), "seconds": AT_FIRST + order["seconds"]}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
