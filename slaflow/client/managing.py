"""What managers, admins and auditors ask besides, each by a token of their own; jobs also by a party's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from slaflow.client.wire import Answer, Asking, Lead, part


class Managing(Asking):
    """Disputes, records, agreements, people, tokens, messages, jobs."""

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

    def lift_stretch(
        self, starts_at: datetime, ends_at: datetime, reason: str, *, target: str | None = None,
        party: str | None = None,
    ) -> Answer:  # fmt: skip
        """Excuses every breach of a stretch of time; done again it goes on with what is left."""
        said = {"from": starts_at.isoformat(), "to": ends_at.isoformat(), "reason": reason}
        said |= {name: each for name, each in (("target", target), ("party", party)) if each is not None}
        return self._written("POST", "/lifts", said, None, None)

    def prove(self, entry: int, *, data: bool = False) -> Answer:
        """That an entry is under the last signed head of the log, with *data* what it says besides."""
        return self._asked("GET", f"/log/{entry}/proof", {"data": "true" if data else None})

    def report(self, name: str, **asked: str | datetime) -> Answer:
        """A report's figures; *asked* are ``from_``, ``to``, ``by``, ``at``."""
        return self._asked("GET", f"/reports/{name}", {k.rstrip("_"): v for k, v in asked.items()})

    def review(self, workflow: str, period: str) -> Answer:
        """Both parties' record of a period."""
        return self._asked("GET", f"/reviews/{part(workflow)}/{part(period)}", {})

    def sign_review(self, workflow: str, period: str, *, key: str | None = None) -> Answer:
        """Signs that record for the own party."""
        where = f"/reviews/{part(workflow)}/{part(period)}/signatures"
        return self._written("POST", where, {}, None, key)

    def workflows(self) -> Iterator[Answer]:
        """Every version that was ever activated."""
        return self._pages("/workflows", {})

    def workflow(self, name: str) -> Answer:
        """The agreement in force of that name, or of NAME@DIGEST: its text and who signed it."""
        return self._asked("GET", f"/workflows/{part(name)}", {})

    def check(self, text: str) -> Answer:
        """Whether a text is sound. Raises ``agreement_unsound`` with ``said["findings"]``."""
        return self._written("POST", "/workflows/check", {"text": text}, None, None)

    def diff(self, a: Mapping[str, str], b: Mapping[str, str]) -> Answer:
        """What *b* changes in *a*: each ``{"text": ...}`` or ``{"name": ...}``."""
        return self._written("POST", "/workflows/diff", {"a": dict(a), "b": dict(b)}, None, None)

    def sign(self, name: str, text: str, *, key: str | None = None) -> Answer:
        """Signs that very text for the own party."""
        return self._written("POST", f"/workflows/{part(name)}/signatures", {"text": text}, None, key)

    def withdraw(self, name: str, text: str, reason: str, *, key: str | None = None) -> Answer:
        """Takes the own party's signature back from a text that is not in force."""
        said = {"text": text, "reason": reason}
        return self._written("POST", f"/workflows/{part(name)}/withdrawals", said, None, key)

    def activate(self, name: str, text: str, *, key: str | None = None) -> Answer:
        """Puts a text in force for new leads."""
        return self._written("POST", f"/workflows/{part(name)}/activate", {"text": text}, None, key)

    def migrate(self, name: str, **how: Any) -> Iterator[Answer]:
        """Moves leads of earlier versions, 500 at a time: a report for each time, until none moves."""
        said = {("from" if each == "from_" else each): value for each, value in how.items()}
        while True:
            report = self._written("POST", f"/workflows/{part(name)}/migrate", dict(said), None, None)
            yield report
            if how.get("dry_run") or not report["migrated"]:
                return

    def people(self) -> Iterator[Answer]:
        """Everybody who is recorded."""
        return self._pages("/people", {})

    def record_person(self, email: str, *, key: str | None = None, **given: str | int | None) -> Answer:
        """Records somebody, or changes what is *given*."""
        return self._written("PUT", f"/people/{part(email)}", dict(given), None, key)

    def remove_person(self, email: str, *, key: str | None = None) -> Answer:
        """Ends a membership from the next request on."""
        return self._written("DELETE", f"/people/{part(email)}", {}, None, key)

    def hand_over(self, email: str, to: str | None = None, *, dry_run: bool = False) -> Iterator[Answer]:
        """Gives the open leads of *email* to a person or a team, 500 at a time: a report for each time.

        Without *to* it is the team they are in; what nobody there can take waits for it.
        """
        after = 0
        while after is not None:
            said = {"to": to, "after": after, "dry_run": dry_run}
            report = self._written("POST", f"/people/{part(email)}/hand-over", said, None, None)
            yield report
            after = report["after"]

    def send_away(
        self, email: str, starts_at: datetime, ends_at: datetime, *, stand_in: str | None = None,
        key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Tells that somebody is away."""
        said: Answer = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
        said |= {} if stand_in is None else {"stand_in": stand_in}
        return self._written("POST", f"/people/{part(email)}/absences", said, None, key)

    def end_absence(
        self, email: str, starts_at: datetime, ends_at: datetime, *, key: str | None = None
    ) -> Answer:
        """Ends the absence that was told so from now on, be it before it has begun."""
        said = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
        return self._written("POST", f"/people/{part(email)}/absences/back", said, None, key)

    def tokens(self) -> Iterator[Answer]:
        """Every token there ever was, without its secret."""
        return self._pages("/tokens", {})

    def make_token(
        self, name: str, scopes: Sequence[str], *, party: str | None = None, person: str | None = None,
        expires_at: datetime | None = None, key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Makes a token of a party or a person; ``token`` is its secret, told this once."""
        said: Answer = {"name": name, "scopes": list(scopes)}
        said |= {who: each for who, each in (("party", party), ("person", person)) if each is not None}
        said |= {} if expires_at is None else {"expires_at": expires_at.isoformat()}
        return self._written("POST", "/tokens", said, None, key)

    def revoke_token(self, name: str, *, key: str | None = None) -> Answer:
        """Ends a token from the next request on."""
        return self._written("DELETE", f"/tokens/{part(name)}", {}, None, key)

    def retry(self, *messages: int, channel: str | None = None) -> Answer:
        """Has messages that failed be sent again, or all of a channel."""
        said: Answer = {"messages": list(messages)} if channel is None else {"channel": channel}
        return self._written("POST", "/outbox/retry", said, None, None)

    def release(self, *, channel: str | None = None) -> Answer:
        """Lets go what a fuse holds, over all channels or one."""
        return self._written(
            "POST", "/outbox/release", {} if channel is None else {"channel": channel}, None, None
        )

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

    def cancel(self, job: int, *, key: str | None = None) -> None:
        """Calls a job off, also where somebody is at it."""
        self._written("DELETE", f"/jobs/{job}", {}, None, key)

    def save(self, job: int, path: str | Path) -> int:
        """Writes the file of a job to *path*, a piece at a time; gives its size in bytes.

        What is there at *path* is the whole file, or what was there before.
        """
        whole = Path(path)
        begun = whole.with_name(f"{whole.name}.part")
        try:
            with begun.open("wb") as file:
                self._fetched(f"/jobs/{job}/file", file)
                size = file.tell()
            os.replace(begun, whole)
        finally:
            begun.unlink(missing_ok=True)
        return size
