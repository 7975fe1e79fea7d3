"""Receivers of webhooks that cost next to nothing: they take whatever comes, note when, and answer 204.

All in one process beside the one that is measured. Some may hang: they take a request and never answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"
LENGTH = b"content-length:"


class Receiver(asyncio.Protocol):
    """One connection; *arrived* is shared by all of a receiver's."""

    def __init__(self, arrived: list[float], hangs: bool) -> None:
        self._arrived, self._hangs, self._rest = arrived, hangs, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (end := self._rest.find(b"\r\n\r\n")) >= 0:
            lines = self._rest[:end].lower().split(b"\r\n")
            length = next((int(line[len(LENGTH) :]) for line in lines if line.startswith(LENGTH)), 0)
            if len(self._rest) < end + 4 + length:
                return
            self._rest = self._rest[end + 4 + length :]
            self._arrived.append(monotonic())
            if not self._hangs:
                self._transport.write(TAKEN)


async def _receive(told: Connection, number: int, hanging: int) -> None:
    arrived: list[list[float]] = [[] for _ in range(number)]
    loop, servers = asyncio.get_running_loop(), []
    for place, theirs in enumerate(arrived):
        hangs = place >= number - hanging
        servers.append(
            await loop.create_server(lambda a=theirs, h=hangs: Receiver(a, h), "127.0.0.1", 0)  # type: ignore[misc]
        )
    told.send([server.sockets[0].getsockname()[1] for server in servers])
    while await loop.run_in_executor(None, told.recv):
        told.send(arrived)


def _run(told: Connection, number: int, hanging: int) -> None:
    asyncio.run(_receive(told, number, hanging))


class Receivers:
    """Where they listen, and when what came to each (seconds of the machine's monotonic clock)."""

    def __init__(self, told: Connection) -> None:
        self._told = told
        self.ports: list[int] = told.recv()

    def arrived(self) -> list[list[float]]:
        """By receiver, the hanging ones last."""
        self._told.send(True)
        return list(self._told.recv())


@contextmanager
def receiving(number: int, hanging: int = 0) -> Iterator[Receivers]:
    """That many receivers in a process of their own, of which the last *hanging* never answer."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, number, hanging), daemon=True)
    process.start()
    try:
        yield Receivers(ours)
    finally:
        ours.send(False)
        process.join(5)
        process.kill()
