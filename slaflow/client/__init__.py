"""Another system's way to slaflow's HTTP API, with nothing but Python's own library.

``Client("https://sla.example.com", token)`` reads and writes as the command does; what is refused raises
:class:`Problem` with its reasons. A write whose answer was lost is sent again with the same key, so that it
is done once. Source: api.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slaflow.client.managing import Managing
from slaflow.client.wire import (
    Answer,
    Connections,
    Fields,
    Lead,
    NoAnswer,
    Problem,
    Reply,
    TokenInTheOpen,
    part,
)

__all__ = ["Answer", "Client", "Connections", "Lead", "NoAnswer", "Problem", "Reply", "TokenInTheOpen"]


class Client(Managing):
    """One system with its *token* at the site *url*; its methods may be called from several threads.

    Raises:
        TokenInTheOpen: *url* is neither https nor this machine's.
    """

    # Reading.

    def queue(self, **filters: str) -> Iterator[dict[str, Any]]:
        """What is owed next, least open time left first; *filters* are ``owner``, ``team``, ``party``."""
        return self._pages("/queue", filters)

    def leads(
        self, *, state: str | None = None, owner: str | None = None, waits_for: str | None = None,
        at: datetime | None = None,
    ) -> Iterator[Lead]:  # fmt: skip
        """Leads by number, one after the other, however many; without what can be done with them."""
        return self._pages("/leads", {"state": state, "owner": owner, "waits_for": waits_for, "at": at})

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
        where = f"/leads/{number}/fire/{part(trigger)}"
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
        where = f"/leads/{number}/checks/{part(check)}"
        return self._written("PUT", where, {"answer": dict(answer)}, known, key, occurred_at)

    def assign(self, number: int, owner: str, *, known: Lead | None = None, key: str | None = None) -> Lead:
        """Gives a lead to a person of the party that holds it."""
        return self._written("PUT", f"/leads/{number}/owner", {"owner": owner}, known, key)
