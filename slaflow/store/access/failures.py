"""Attempts to sign in that failed: how often of late, and from when on the next is looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from slaflow.store.tables.access import sign_in_failure as failure

_ONE = select(failure.c.failures, failure.c.last_at, failure.c.next_at)


class Failures(NamedTuple):
    """``number`` in a row, the last of them, and before when none is looked at."""

    number: int
    last_at: datetime
    next_at: datetime


def lock(connection: Connection, who: str) -> Failures | None:
    """Those of *who*, a hash; nobody else notes any of theirs before this transaction ends."""
    row = connection.execute(_ONE.where(failure.c.who == who).with_for_update()).one_or_none()
    return None if row is None else Failures(*row)


def begin(connection: Connection, who: str, now: Failures) -> None:
    """Notes the first. Raises ``ConflictingChange`` where somebody else noted theirs meanwhile."""
    connection.execute(insert(failure).values(who=who, **_values(now)))


def save(connection: Connection, who: str, now: Failures) -> None:
    """Notes them in the place of those that are held."""
    connection.execute(update(failure).where(failure.c.who == who).values(_values(now)))


def _values(now: Failures) -> dict[str, Any]:
    return {"failures": now.number, "last_at": now.last_at, "next_at": now.next_at}


def forget(connection: Connection, who: str) -> None:
    """Those of *who* count no more."""
    connection.execute(delete(failure).where(failure.c.who == who))
