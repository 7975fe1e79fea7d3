"""How the API is asked: one request and its answer, again where none came, page after page."""

from __future__ import annotations

import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from shutil import copyfileobj
from typing import Any, BinaryIO, NamedTuple, Protocol, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from slaflow.errors import ENVIRONMENT, USAGE, SlaflowError

Value: TypeAlias = str | int | float | bool | None
Fields: TypeAlias = Mapping[str, Value]
Answer: TypeAlias = dict[str, Any]
Lead: TypeAlias = dict[str, Any]
"""A lead as json.md tells it, with ``seq``."""

PLACE = "/api/v1"
TIMEOUT_SECONDS = 30.0
TRIES = 5
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 60.0
ASK_AGAIN = (429, 502, 503, 504)
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


class Problem(SlaflowError):
    """What was asked was answered with a problem.

    ``status`` is HTTP's, ``problem`` the code of api.md, ``because`` the agreement's reasons, and ``said``
    all there was.
    """

    code = "api_problem"

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        self.status = status
        self.said = dict(said)
        self.problem = str(said.get("code", "unknown"))
        self.because: tuple[str, ...] = tuple(said.get("because", ()))
        words = "; ".join(self.because) or str(said.get("detail", ""))
        super().__init__(f"{self.problem}: {words}" if words else self.problem)


class NoAnswer(SlaflowError):
    """Nothing that is an answer came, however often it was asked; what was asked may have been done."""

    code = "no_answer"
    exit_code = ENVIRONMENT


class TokenInTheOpen(SlaflowError):
    """A token that anybody on the way could read."""

    code = "token_in_the_open"
    exit_code = USAGE


class Reply(NamedTuple):
    """``headers`` by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Send(Protocol):
    """Sends a request once; the body of a 200 goes *into* a file where one is given, not into the reply.

    Raises ``OSError`` or ``HTTPException`` if no answer comes.
    """

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None,
        *, into: BinaryIO | None = None,
    ) -> Reply: ...  # fmt: skip


class Asking:
    """Requests by one token, each until it is answered."""

    def __init__(
        self, url: str, token: str, *, timeout_seconds: float = TIMEOUT_SECONDS, tries: int = TRIES,
        send: Send | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._token = token
        self._tries = max(1, tries)
        self._send = send or Connections(url, timeout_seconds)
        self._sleep = sleep

    def _written(
        self, method: str, path: str, said: dict[str, Any], known: Lead | None, key: str | None,
        occurred_at: datetime | None = None,
    ) -> Lead:  # fmt: skip
        headers = {"idempotency-key": key or str(uuid.uuid4()), "content-type": "application/json"}
        if known is not None:
            headers["if-match"] = f'"{known["id"]}-{known["seq"]}"'
        if occurred_at is not None:
            said["occurred_at"] = occurred_at.isoformat()
        return self._asked(method, path, {}, headers, json.dumps(said).encode())

    def _pages(self, path: str, asked: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            found = self._asked("GET", path, {**asked, "cursor": cursor})
            yield from found["items"]
            if (cursor := found["next"]) is None:
                return

    def _asked(
        self, method: str, path: str, asked: Mapping[str, object],
        headers: Mapping[str, str] | None = None, body: bytes | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        given = {name: _text(value) for name, value in asked.items() if value is not None}
        where = f"{PLACE}{path}{'?' if given else ''}{urlencode(given)}"
        shown = {"authorization": f"Bearer {self._token}", "accept": "application/json", **(headers or {})}
        reply = self._answered(method, where, shown, body)
        return {} if reply.status == 204 else _said(reply, f"{method} {path}")

    def _answered(
        self, method: str, where: str, headers: Mapping[str, str], body: bytes | None,
        into: BinaryIO | None = None,
    ) -> Reply:  # fmt: skip
        """The first answer that is not "later"; the last, where all are."""
        pause = FIRST_WAIT_SECONDS
        for left in reversed(range(self._tries)):
            reply, asked_for = None, ""
            try:
                reply = self._send(method, where, headers, body, into=into)
            except (OSError, HTTPException) as error:
                if not left:
                    raise NoAnswer(f"{method} {urlsplit(where).path}: {_in_a_line(error)}") from error
            else:
                if reply.status not in ASK_AGAIN or not left:
                    return reply
                asked_for = reply.headers.get("retry-after", "")
            wait = float(asked_for) if asked_for.isdigit() else pause
            self._sleep(min(wait, LONGEST_WAIT_SECONDS))
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _fetched(self, path: str, file: BinaryIO) -> None:
        """What there is at *path*, written to *file*."""
        shown = {"authorization": f"Bearer {self._token}"}
        reply = self._answered("GET", f"{PLACE}{path}", shown, None, file)
        if reply.status != 200:
            _said(reply, f"GET {path}")


def _said(reply: Reply, asked: str) -> dict[str, Any]:
    """What was answered. Raises ``Problem`` where that is one, ``NoAnswer`` where it is nothing of ours."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        raise NoAnswer(f"{asked}: answered with {reply.status}, and with no JSON") from None
    if not 200 <= reply.status < 300 or not isinstance(found, dict):
        raise Problem(reply.status, found if isinstance(found, dict) else {})
    return found


def part(name: str) -> str:
    """A name as a part of an address."""
    return quote(name, safe="")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _in_a_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


class Connections:
    """Sends each request to *url* over a connection of its own; no redirect is followed."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise TokenInTheOpen(
                f'"{parts.hostname or url}" is no address of a site, as in https://sla.example.com'
            )
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise TokenInTheOpen(f"http://{parts.hostname} would carry the token in the open; take https")
        self._host, self._port, self._base = parts.hostname, parts.port, parts.path.rstrip("/")
        self._seconds = timeout_seconds
        self._context = ssl.create_default_context() if parts.scheme == "https" else None

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None,
        *, into: BinaryIO | None = None,
    ) -> Reply:  # fmt: skip
        connection = self._connection()
        try:
            connection.request(method, self._base + path, body, dict(headers))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            if into is None or answer.status != 200:
                return Reply(answer.status, named, answer.read())
            # Once more from the beginning, where a first answer broke off.
            into.seek(0)
            into.truncate()
            copyfileobj(answer, into)
            return Reply(answer.status, named, b"")
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        if self._context is None:
            return HTTPConnection(self._host, self._port, timeout=self._seconds)
        return HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._context)
