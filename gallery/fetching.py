"""Get a file from the outside safely: public https addresses, bounded in size and time."""

import hashlib
import re
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Self

import httpcore
import httpx

from gallery.network import (
    Deadline,
    Gate,
    NotPublic,
    PublicTransport,
    Resolver,
    TookTooLong,
    is_numeric,
    is_public,
    look_up,
)

MAX_BYTES = 64 * 1024 * 1024
HEADERS = {"accept": "image/*", "accept-encoding": "identity", "user-agent": "fluxsite"}

# The last label decides: what ends in a number is read as an IPv4 address by the system,
# in decimal, octal or hexadecimal and with parts left out.
NAME = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?")
ENDS_IN_NUMBER = re.compile(r"(^|\.)([0-9]+|0x[0-9a-f]*)\.?$")

NO_HTTPS = "The address is not an https address."
PRIVATE = "The address leads into a private network."

Origin = tuple[str, str, int | None]


class FetchFailed(Exception):
    """Final: never worth another try. The reason names no address, since those are often signed."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    size: int
    sha256: str
    url: str


class Fetcher:
    """May be shared by threads. No client of httpx, so no cookies, no logins, no proxies.

    `transports` answer for an origin in place of the network; `allowed_hosts` (host[:port]) may
    be private and speak http. `resolve`, `network` and `ssl_context` are seams.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Collection[str] = (),
        transports: Mapping[str, httpx.BaseTransport] | None = None,
        max_bytes: int = MAX_BYTES,
        timeout: float = 60.0,
        max_redirects: int = 5,
        resolve: Resolver = look_up,
        network: httpcore.NetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = frozenset(_host_and_port(entry) for entry in allowed_hosts)
        self._transports = {_origin(httpx.URL(at)): by for at, by in (transports or {}).items()}
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._max_redirects = max_redirects
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()
        self._ssl_context = ssl_context or httpx.create_ssl_context()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()

    def fetch(self, url: str, into: BinaryIO) -> Fetched:
        """Write the file that the address leads to, or raise FetchFailed.

        An OSError comes from `into`: it is the disk that failed, not the network.
        """
        deadline = Deadline(self._timeout)
        with (
            _failures_in_words(),
            closing(self._outside(deadline)) as outside,
            closing(self._follow(_parsed(url), outside)) as response,
        ):
            return self._receive(response, into, deadline)

    def check(self, url: str) -> None:
        """Raise FetchFailed for an address that can be seen to be none of the outside."""
        parsed = _parsed(url)
        host = _host(parsed)
        if parsed.scheme != "https" and not self._is_allowed(host, parsed.port or 80):
            raise FetchFailed(NO_HTTPS, is_final=True)
        is_open = self._is_allowed(host, parsed.port or 443) or not is_numeric(host)
        if not (is_open or is_public(host)):
            raise FetchFailed(PRIVATE, is_final=True)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send this there and return the status of the answer; no address leads on to another."""
        deadline = Deadline(self._timeout)
        with _failures_in_words(), closing(self._outside(deadline)) as outside:
            parsed = _parsed(url)
            transport = self._checked(parsed, outside)
            request = httpx.Request(
                "POST", parsed, headers={**headers, "user-agent": "fluxsite"}, content=body
            )
            with closing(transport.handle_request(request)) as response:
                return response.status_code

    def _outside(self, deadline: Deadline) -> PublicTransport:
        gate = Gate(
            self._network, resolve=self._resolve, is_allowed=self._is_allowed, deadline=deadline
        )
        return PublicTransport(gate, self._ssl_context)

    def _is_allowed(self, host: str, port: int) -> bool:
        return not self._allowed.isdisjoint({(host, port), (host, None)})

    def _follow(self, url: httpx.URL, outside: PublicTransport) -> httpx.Response:
        for _ in range(self._max_redirects + 1):
            response = self._ask(url, outside)
            if not response.has_redirect_location:
                return response
            response.close()
            url = _parsed(response.headers["location"], base=url)
        raise FetchFailed("The address leads on to others too many times.", is_final=True)

    def _ask(self, url: httpx.URL, outside: PublicTransport) -> httpx.Response:
        transport = self._transports.get(_origin(url)) or self._checked(url, outside)
        request = httpx.Request("GET", url, headers=HEADERS)
        response = transport.handle_request(request)
        response.request = request
        return response

    def _checked(self, url: httpx.URL, outside: PublicTransport) -> PublicTransport:
        if url.scheme != "https" and not self._is_allowed(_host(url), url.port or 80):
            raise FetchFailed(NO_HTTPS, is_final=True)
        return outside

    def _receive(self, response: httpx.Response, into: BinaryIO, deadline: Deadline) -> Fetched:
        announced = _announced_size(response)
        self._check_size(announced or 0)
        digest, size = hashlib.sha256(), 0
        for chunk in response.iter_bytes():
            deadline.left()
            size += len(chunk)
            self._check_size(size)
            digest.update(chunk)
            into.write(chunk)
        if announced not in (None, size):
            raise FetchFailed("The file was cut short on its way.")
        return Fetched(size=size, sha256=digest.hexdigest(), url=str(response.url))

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            limit = self._max_bytes / (1024 * 1024)
            raise FetchFailed(f"The file is larger than {limit:g} MiB.", is_final=True)


def _host_and_port(entry: str) -> tuple[str, int | None]:
    if is_numeric(entry):  # An IPv6 address without brackets has no port.
        return entry, None
    url = httpx.URL(f"//{entry}")
    return _host(url), url.port


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, _host(url), url.port


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _parsed(address: str, *, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = httpx.URL(address) if base is None else base.join(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchFailed("The address cannot be read.", is_final=True) from error
    if url.scheme not in ("http", "https") or url.userinfo or not _is_proper(url):
        raise FetchFailed("The address is not one of the open internet.", is_final=True)
    return url


def _is_proper(url: httpx.URL) -> bool:
    host = _host(url)
    is_name = bool(NAME.fullmatch(host)) and not ENDS_IN_NUMBER.search(host)
    return (is_name or is_numeric(host)) and (url.port is None or 0 < url.port < 65536)


def _announced_size(response: httpx.Response) -> int | None:
    if response.status_code != httpx.codes.OK:
        raise FetchFailed(f"The other side answered {response.status_code}, not with a file.")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed("The file came in an encoding that was not asked for.")
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() else None


@contextmanager
def _failures_in_words() -> Iterator[None]:
    try:
        yield
    except NotPublic as error:
        raise FetchFailed(PRIVATE, is_final=True) from error
    except (TookTooLong, httpcore.TimeoutException, httpx.TimeoutException) as error:
        raise FetchFailed("The other side took too long.") from error
    except (httpcore.ConnectError, httpx.ConnectError) as error:
        raise FetchFailed("The other side could not be reached.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError) as error:
        raise FetchFailed("The connection broke off.") from error
