"""Attempts to sign in that failed: how often of late, and from when on the next is looked at."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

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


def save(connection: Connection, who: str, now: Failures) -> None:
    """Notes them. Raises ``ConflictingChange`` where somebody else noted the first meanwhile."""
    values = {"failures": now.number, "last_at": now.last_at, "next_at": now.next_at}
    known = connection.execute(update(failure).where(failure.c.who == who).values(values))
    if not known.rowcount:
        connection.execute(insert(failure).values(who=who, **values))


def forget(connection: Connection, who: str) -> None:
    """Those of *who* count no more."""
    connection.execute(delete(failure).where(failure.c.who == who))


def sweep(connection: Connection, last_before: datetime) -> int:
    """Forgets those of whom nothing was noted since; how many they were."""
    return connection.execute(delete(failure).where(failure.c.last_at < last_before)).rowcount
