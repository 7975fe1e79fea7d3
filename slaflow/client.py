"""Another system's way to slaflow's HTTP API, with nothing but Python's own library.

``Client("https://sla.example.com", token)`` reads and writes as the command does; what is refused raises
:class:`Problem` with its reasons. A write whose answer was lost is sent again with the same key, so that it
is done once. Source: api.md.
"""

from __future__ import annotations

import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from slaflow.errors import ENVIRONMENT, USAGE, SlaflowError

__all__ = ["Client", "NoAnswer", "Problem", "Reply", "TokenInTheOpen"]

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


Send: TypeAlias = Callable[[str, str, Mapping[str, str], bytes | None], Reply]
"""Method, path, headers, body: sends it once. Raises ``OSError`` or ``HTTPException`` if no answer comes."""


class Client:
    """One system with its *token* at the site *url*; its methods may be called from several threads.

    Raises:
        TokenInTheOpen: *url* is neither https nor this machine's.
    """

    def __init__(
        self, url: str, token: str, *, timeout_seconds: float = TIMEOUT_SECONDS, tries: int = TRIES,
        send: Send | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._token = token
        self._tries = max(1, tries)
        self._send = send or _sending(url, timeout_seconds)
        self._sleep = sleep

    # Reading.

    def queue(self, **filters: str) -> Iterator[dict[str, Any]]:
        """What is owed next, least open time left first; *filters* are ``owner``, ``team``, ``party``."""
        return self._pages("/queue", filters)

    def leads(
        self, *, state: str | None = None, owner: str | None = None, at: datetime | None = None
    ) -> Iterator[Lead]:
        """Leads by number, one after the other, however many; without what can be done with them."""
        return self._pages("/leads", {"state": state, "owner": owner, "at": at})

    def lead(self, number: int, *, at: datetime | None = None) -> Lead:
        """The lead with this number."""
        return self._asked("GET", f"/leads/{number}", {"at": at})

    def find(self, key: str) -> Lead | None:
        """The lead of just this identity."""
        return next(self._pages("/leads", {"key": key}), None)

    def explain(self, number: int, name: str | None = None, *, at: datetime | None = None) -> dict[str, Any]:
        """Why a clock is due when it is, or why a trigger is refused."""
        return self._asked("GET", f"/leads/{number}/explain", {"name": name, "at": at})

    def entries(self, number: int, *, kind: str | None = None) -> Iterator[dict[str, Any]]:
        """What the log tells of a lead, oldest first."""
        return self._pages(f"/leads/{number}/entries", {"kind": kind})

    def log(self, **filters: str | int | datetime) -> Iterator[dict[str, Any]]:
        """The log, oldest first; *filters* as in api.md, ``from_`` for ``from``."""
        return self._pages("/log", {name.rstrip("_"): value for name, value in filters.items()})

    # Writing. ``known`` is the lead as it was read: nothing is done if anything was logged for it since.

    def add(self, fields: Fields, *, workflow: str | None = None, key: str | None = None) -> Lead:
        """Adds a lead. Raises :class:`Problem` ``lead_exists`` with its number in ``said["lead"]``."""
        said: dict[str, Any] = {"fields": dict(fields)}
        if workflow is not None:
            said["workflow"] = workflow
        return self._written("POST", "/leads", said, None, key)

    def change(
        self, number: int, fields: Fields, *, known: Lead | None = None, key: str | None = None,
        occurred_at: datetime | None = None,
    ) -> Lead:  # fmt: skip
        """Sets fields; None empties one."""
        said = {"fields": dict(fields)}
        return self._written("PATCH", f"/leads/{number}", said, known, key, occurred_at)

    def fire(
        self, number: int, trigger: str, inputs: Fields | None = None, *, known: Lead | None = None,
        key: str | None = None, occurred_at: datetime | None = None,
    ) -> Lead:  # fmt: skip
        """Fires a trigger. Raises :class:`Problem` ``refused`` with its reasons."""
        where = f"/leads/{number}/fire/{_part(trigger)}"
        return self._written("POST", where, {"inputs": dict(inputs or {})}, known, key, occurred_at)

    def record(
        self, number: int, kind: str, fields: Fields | None = None, *, automated: bool | None = None,
        known: Lead | None = None, key: str | None = None, occurred_at: datetime | None = None,
    ) -> Lead:  # fmt: skip
        """Records a touch."""
        said: dict[str, Any] = {"kind": kind, "fields": dict(fields or {})}
        if automated is not None:
            said["automated"] = automated
        return self._written("POST", f"/leads/{number}/activities", said, known, key, occurred_at)

    def answer(
        self, number: int, check: str, answer: Fields, *, known: Lead | None = None, key: str | None = None,
        occurred_at: datetime | None = None,
    ) -> Lead:  # fmt: skip
        """Answers a check with evidence."""
        where = f"/leads/{number}/checks/{_part(check)}"
        return self._written("PUT", where, {"answer": dict(answer)}, known, key, occurred_at)

    def assign(self, number: int, owner: str, *, known: Lead | None = None, key: str | None = None) -> Lead:
        """Gives a lead to a person of the party that holds it."""
        return self._written("PUT", f"/leads/{number}/owner", {"owner": owner}, known, key)

    # With a person's token for ``manage``, as far as their role goes; disputes also with one for ``write``.

    def dispute(self, number: int, reason: str, *, known: Lead | None = None, key: str | None = None,
                **what: str | int) -> Lead:  # fmt: skip
        """Says that a breach (``target=``, ``clock=``) or a return (``about=``) should not count."""
        return self._written("POST", f"/leads/{number}/disputes", {"reason": reason, **what}, known, key)

    def lift(self, number: int, reason: str, *, known: Lead | None = None, key: str | None = None,
             **what: str | int) -> Lead:  # fmt: skip
        """Excuses a breach on the record; *what* as for :meth:`dispute`."""
        return self._written("POST", f"/leads/{number}/lifts", {"reason": reason, **what}, known, key)

    def rule(self, number: int, ruling: str, reason: str, *, known: Lead | None = None,
             key: str | None = None, **what: str | int) -> Lead:  # fmt: skip
        """Rules on a dispute: *ruling* is ``lift`` or ``uphold``; *what* as for :meth:`dispute`."""
        said = {"ruling": ruling, "reason": reason, **what}
        return self._written("POST", f"/leads/{number}/rulings", said, known, key)

    def erase(self, number: int, reason: str, *, known: Lead | None = None, key: str | None = None) -> Lead:
        """Blanks everything known of the person, for ever."""
        return self._written("POST", f"/leads/{number}/erase", {"reason": reason}, known, key)

    def report(self, name: str, **asked: str | datetime) -> Answer:
        """A report's figures; *asked* are ``from_``, ``to``, ``by``, ``at``."""
        return self._asked("GET", f"/reports/{name}", {k.rstrip("_"): v for k, v in asked.items()})

    def review(self, workflow: str, period: str) -> Answer:
        """Both parties' record of a period."""
        return self._asked("GET", f"/reviews/{_part(workflow)}/{_part(period)}", {})

    def sign_review(self, workflow: str, period: str, *, key: str | None = None) -> Answer:
        """Signs that record for the own party."""
        where = f"/reviews/{_part(workflow)}/{_part(period)}/signatures"
        return self._written("POST", where, {}, None, key)

    def workflows(self) -> Iterator[Answer]:
        """Every version that was ever activated."""
        return self._pages("/workflows", {})

    def workflow(self, name: str) -> Answer:
        """The agreement in force of that name, or of NAME@DIGEST: its text and who signed it."""
        return self._asked("GET", f"/workflows/{_part(name)}", {})

    def check(self, text: str) -> Answer:
        """Whether a text is sound. Raises ``agreement_unsound`` with ``said["findings"]``."""
        return self._written("POST", "/workflows/check", {"text": text}, None, None)

    def diff(self, a: Mapping[str, str], b: Mapping[str, str]) -> Answer:
        """What *b* changes in *a*: each ``{"text": ...}`` or ``{"name": ...}``."""
        return self._written("POST", "/workflows/diff", {"a": dict(a), "b": dict(b)}, None, None)

    def sign(self, name: str, text: str, *, key: str | None = None) -> Answer:
        """Signs that very text for the own party."""
        return self._written("POST", f"/workflows/{_part(name)}/signatures", {"text": text}, None, key)

    def activate(self, name: str, text: str, *, key: str | None = None) -> Answer:
        """Puts a text in force for new leads."""
        return self._written("POST", f"/workflows/{_part(name)}/activate", {"text": text}, None, key)

    def migrate(self, name: str, **how: Any) -> Iterator[Answer]:
        """Moves leads of earlier versions, 500 at a time: a report for each time, until none moves."""
        said = {("from" if each == "from_" else each): value for each, value in how.items()}
        while True:
            report = self._written("POST", f"/workflows/{_part(name)}/migrate", dict(said), None, None)
            yield report
            if how.get("dry_run") or not report["migrated"]:
                return

    def people(self) -> Iterator[Answer]:
        """Everybody who is recorded."""
        return self._pages("/people", {})

    def record_person(self, email: str, *, key: str | None = None, **given: str | None) -> Answer:
        """Records somebody, or changes what is *given*."""
        return self._written("PUT", f"/people/{_part(email)}", dict(given), None, key)

    def remove_person(self, email: str, *, key: str | None = None) -> Answer:
        """Ends a membership from the next request on."""
        return self._written("DELETE", f"/people/{_part(email)}", {}, None, key)

    def send_away(
        self, email: str, starts_at: datetime, ends_at: datetime, *, stand_in: str | None = None,
        key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Tells that somebody is away."""
        said: Answer = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
        said |= {} if stand_in is None else {"stand_in": stand_in}
        return self._written("POST", f"/people/{_part(email)}/absences", said, None, key)

    def outbox(self, **filters: str) -> Iterator[Answer]:
        """Messages by number; *filters* are ``status`` and ``channel``."""
        return self._pages("/outbox", filters)

    def tick(self) -> Answer:
        """Carries out what fell due."""
        return self._written("POST", "/tick", {}, None, None)

    def job(self, kind: str, *, key: str | None = None, **parameters: Any) -> Answer:
        """Has a job be done; look at it by its ``id`` with :meth:`look`."""
        return self._written("POST", "/jobs", {"kind": kind, "parameters": parameters}, None, key)

    def look(self, job: int) -> Answer:
        """How far a job is, or what came of it."""
        return self._asked("GET", f"/jobs/{job}", {})

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
        try:
            found = json.loads(reply.body)
        except ValueError:
            raise NoAnswer(f"{method} {path}: answered with {reply.status}, and with no JSON") from None
        if not 200 <= reply.status < 300 or not isinstance(found, dict):
            raise Problem(reply.status, found if isinstance(found, dict) else {})
        return found

    def _answered(self, method: str, where: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """The first answer that is not "later"; the last, where all are."""
        pause = FIRST_WAIT_SECONDS
        for left in reversed(range(self._tries)):
            reply, asked_for = None, ""
            try:
                reply = self._send(method, where, headers, body)
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


def _part(name: str) -> str:
    """A name as a part of an address."""
    return quote(name, safe="")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _in_a_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _sending(url: str, timeout_seconds: float) -> Send:
    """What sends a request to *url* over a connection of its own; no redirect is followed."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise TokenInTheOpen(
            f'"{parts.hostname or url}" is no address of a site, as in https://sla.example.com'
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise TokenInTheOpen(f"http://{parts.hostname} would carry the token in the open; take https")
    host, base = parts.hostname, parts.path.rstrip("/")
    context = ssl.create_default_context() if parts.scheme == "https" else None

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        connection = (
            HTTPConnection(host, parts.port, timeout=timeout_seconds)
            if context is None
            else HTTPSConnection(host, parts.port, timeout=timeout_seconds, context=context)
        )
        try:
            connection.request(method, base + path, body, dict(headers))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, answer.read())
        finally:
            connection.close()

    return send
