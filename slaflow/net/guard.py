"""Connections, guarded: every address is judged where it is connected to, and all of it ends in time.

A name is looked up once for each connection and what came of it is what is connected to, so that a second
answer of the name server changes nothing. Timeouts that go through here are instants of the monotonic clock:
where each read may take its fifteen seconds, a byte every fourteen would hold a connection for ever.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

import httpcore2

from slaflow.net.addresses import Network, may_be_called
from slaflow.net.fault import NO_CONNECTION, NetFault, of_connecting, of_tls

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text, best first. Raises ``OSError``."""
MOST_TRIED = 4
"""Addresses of one name that are tried; all are judged."""


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard(httpcore2.NetworkBackend):
    """Connects to public addresses and to those of *allow*; without *public* to the latter only."""

    def __init__(self, allow: Sequence[Network], resolve: Resolve, *, public: bool) -> None:
        self._allow, self._resolve, self._public = allow, resolve, public
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """A connection to *host*, before the instant *timeout*. Raises ``NetFault``."""
        assert timeout is not None
        addresses = self._addresses(host, port, timeout)
        for tried, address in enumerate(addresses, 1):
            share = _left(timeout, httpcore2.ConnectTimeout) / (len(addresses) - tried + 1)
            try:
                return Stream(self._plain.connect_tcp(address, port, share, None, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as fault:
                if tried == len(addresses):
                    cause = fault.__cause__
                    raise of_connecting(cause if isinstance(cause, OSError) else None) from None
        raise NetFault("its name has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> Stream:
        """Never: a file is no address."""
        raise NetFault("it is not on the network")

    def _addresses(self, host: str, port: int, until: float) -> Sequence[str]:
        """The addresses of *host* to try, once all of them may be called."""
        found = [host] if _is_address(host) else self._looked_up(host, port, until)
        if not all(may_be_called(ip_address(each), self._allow, public=self._public) for each in found):
            kind = "one that is not public" if self._public else "one that http may not be used for"
            raise NetFault(f"its address is {kind}, and lies in no network of [net] allow")
        return found[:MOST_TRIED]

    def _looked_up(self, host: str, port: int, until: float) -> Sequence[str]:
        """What the resolver says, where it says something in time: it knows no timeout of its own."""
        said: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                said.put(self._resolve(host, port))
            except Exception as fault:
                said.put(fault)

        Thread(target=ask, name="slaflow-resolver", daemon=True).start()
        try:
            found = said.get(timeout=_left(until, httpcore2.ConnectTimeout))
        except Empty:
            raise NetFault(NO_CONNECTION) from None
        if isinstance(found, Exception):
            raise NetFault("its name is not known, or no name server answers")
        return found


class Stream(httpcore2.NetworkStream):
    """A connection on which whatever is read and written ends at an instant."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to *max_bytes*, before the instant *timeout*."""
        return self._inner.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of *buffer*, before the instant *timeout*: who reads a byte now and then wins no time."""
        connection: socket.socket = self._inner.get_extra_info("socket")
        rest = memoryview(buffer)
        while rest:
            connection.settimeout(_left(timeout, httpcore2.WriteTimeout))
            try:
                rest = rest[connection.send(rest) :]
            except TimeoutError as fault:
                raise httpcore2.WriteTimeout from fault
            except OSError as fault:
                raise httpcore2.WriteError from fault

    def close(self) -> None:
        """Lets go of it."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        """The same connection, secured, before the instant *timeout*. Raises ``NetFault``."""
        left = _left(timeout, httpcore2.ConnectTimeout)
        try:
            return Stream(self._inner.start_tls(ssl_context, server_hostname, left))
        except httpcore2.ConnectError as fault:
            raise of_tls(fault.__cause__) from None

    def get_extra_info(self, info: str) -> Any:
        """What the connection itself says of it."""
        return self._inner.get_extra_info(info)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _left(until: float | None, late: type[Exception]) -> float:
    """Seconds until then; raises *late* where there are none."""
    assert until is not None
    seconds = until - monotonic()
    if seconds <= 0:
        raise late
    return seconds
