"""Connections to the open internet and to nothing nearer, within a time that is fixed before."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import httpcore
import httpx

CONNECT_SECONDS = 10.0

Resolver = Callable[[str, int], Sequence[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What Python counts as global, at least in some versions, though no public file lives there.
NOT_PUBLIC = [
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata service among them
        "192.88.99.0/24",  # relays of 6to4
        "168.63.129.16/32",  # a cloud's host agent
        "2001::/23",  # protocol assignments, Teredo among them: a private IPv4 may be inside
        "2002::/16",  # 6to4: likewise
        "3fff::/20",  # documentation
    )
]
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotPublic(Exception):
    """A name leads to an address that is not on the open internet."""


class TookTooLong(Exception):
    """The time for the whole visit is over."""


def is_public(address: str) -> bool:
    try:
        ip = _inner(ipaddress.ip_address(address))
    except ValueError:
        return False
    is_unicast = not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
    is_routed = ip.version == 4 or ip in GLOBAL_UNICAST
    return ip.is_global and is_unicast and is_routed and not any(ip in net for net in NOT_PUBLIC)


def _inner(ip: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for: mapped, or as made by DNS64."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in NAT64:
            return ipaddress.IPv4Address(ip.packed[-4:])
    return ip


def is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def look_up(host: str, port: int) -> Sequence[str]:
    # Bytes: given a str, getaddrinfo would encode the name a second time, by other rules.
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise TookTooLong
        return left


class PublicTransport(httpx.BaseTransport):
    """For one visit only, so that no connection outlives the check that let it through."""

    def __init__(self, gate: "Gate", ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=ssl_context, network_backend=gate)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method, url, headers=request.headers.raw, content=request.stream
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Gate(httpcore.NetworkBackend):
    """Connects to the very address that was checked, whatever the name says a moment later."""

    def __init__(
        self,
        network: httpcore.NetworkBackend,
        *,
        resolve: Resolver,
        is_allowed: Callable[[str, int], bool],
        deadline: Deadline,
    ) -> None:
        self._network = network
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("The name has no address.")
        for address in self._checked(host, port):
            patience = min(CONNECT_SECONDS, self._deadline.left())
            try:
                stream = self._network.connect_tcp(address, port, patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> Sequence[str]:
        addresses = [host] if is_numeric(host) else self._looked_up(host, port)
        if not self._is_allowed(host, port) and not all(map(is_public, addresses)):
            raise NotPublic
        return addresses

    def _looked_up(self, host: str, port: int) -> Sequence[str]:
        try:
            return self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class _TimedStream(httpcore.NetworkStream):
    """Waits no longer than the whole visit may last, however slowly the bytes drip."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
