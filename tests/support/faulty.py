"""An HTTP server on loopback that answers as it is told, faults included, and remembers what it was asked."""

from __future__ import annotations

import socketserver
import ssl
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any, TypeVar


@dataclass(frozen=True)
class Seen:
    """A request; names of headers are lower case. ``connection`` counts connections from 1."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    verb: str = "POST"


class Asked(socketserver.StreamRequestHandler):
    """A connection: answers requests on it until an answer ends it."""

    server: FaultyServer

    def handle(self) -> None:
        number = self.server.connected()
        with suppress(OSError, ValueError):
            if isinstance(self.request, ssl.SSLSocket):
                self.request.do_handshake()
            while (seen := self._read(number)) is not None and self.server.answer_to(seen)(self):
                pass

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()

    @property
    def is_over(self) -> Event:
        """Set once the server closes, so that nothing hangs longer."""
        return self.server.is_over

    def say(self, said: bytes) -> None:
        self.wfile.write(said)
        self.wfile.flush()

    def _read(self, number: int) -> Seen | None:
        words = self.rfile.readline().split()
        if len(words) != 3:
            return None
        headers: dict[str, str] = {}
        while line := self.rfile.readline().strip():
            name, _, text = line.decode("latin-1").partition(":")
            headers[name.lower()] = text.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        return Seen(words[1].decode(), headers, body, number, words[0].decode())


Answer = Callable[[Asked], bool]
"""Answers a request; whether another one may come on the same connection."""


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    """A proper answer; ``retry_after="7"`` is the header Retry-After."""
    lines = [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    head = "\r\n".join((f"HTTP/1.1 {status} So", f"Content-Length: {len(body)}", *lines)).encode()

    def say(asked: Asked) -> bool:
        asked.say(head + b"\r\n\r\n" + body)
        return True

    return say


def hang(asked: Asked) -> bool:
    """Takes the request, and nothing comes back."""
    asked.is_over.wait()
    return False


def hang_up(asked: Asked) -> bool:
    """Takes the request and closes the connection."""
    return False


def garbage(asked: Asked) -> bool:
    """Something that is not HTTP."""
    asked.say(b"\x16\x03\x01 220 mail.example.com ESMTP\r\n\r\n")
    return False


def endless(asked: Asked) -> bool:
    """A body that does not end."""
    asked.say(b"HTTP/1.1 200 OK\r\n\r\n")
    while not asked.is_over.is_set():
        asked.say(b"and so on, " * 1000)
    return False


def cut_off(asked: Asked) -> bool:
    """Half of the body that was promised."""
    asked.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf.")
    return False


def dribble(said: bytes, every: float = 1.0) -> Answer:
    """A byte of *said* each second."""

    def say(asked: Asked) -> bool:
        for place in range(len(said)):
            asked.say(said[place : place + 1])
            if asked.is_over.wait(every):
                break
        return False

    return say


class FaultyServer(socketserver.ThreadingTCPServer):
    """Answers 200 to whatever it was told nothing else of."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.tls = tls
        self.is_over = Event()
        self._lock = Lock()
        self.forget()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def answers(self, path: str, *answers: Answer) -> None:
        """The answers that requests to *path* get, one after the other; the last goes on."""
        with self._lock:
            self._answers[path] = deque(answers)

    def recover(self) -> None:
        """Nothing is answered any more but what it would answer by itself."""
        with self._lock:
            self._answers.clear()

    def forget(self) -> None:
        """Starts anew, for another test."""
        with self._lock:
            self.seen: list[Seen] = []
            self._answers: defaultdict[str, deque[Answer]] = defaultdict(lambda: deque([answer()]))
            self._connections = 0

    def answer_to(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            answers = self._answers[seen.path]
            return answers.popleft() if len(answers) > 1 else answers[0]

    def connected(self) -> int:
        with self._lock:
            self._connections += 1
            return self._connections

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: whoever hangs up on a fault does right."""


Server = TypeVar("Server", bound=FaultyServer)


def serving(tls: ssl.SSLContext | None = None) -> AbstractContextManager[FaultyServer]:
    return serving_as(FaultyServer, tls)


@contextmanager
def serving_as(kind: type[Server], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server of that *kind*, until the block ends."""
    with kind(tls) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            server.shutdown()
            thread.join()
