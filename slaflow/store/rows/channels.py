"""How channels and receivers do, for all who send: failures in a row, closed until then, off until put on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.deliveries import channel, delivery


@dataclass(frozen=True, slots=True)
class State:
    """One channel; a fresh one has never failed."""

    name: str
    failures: int = 0
    closed_until: datetime | None = None
    closed_because: str | None = None
    off_at: datetime | None = None
    off_because: str | None = None
    last_sent_at: datetime | None = None
    last_error: str | None = None

    def shut_because(self, now: datetime) -> str | None:
        """Why nothing goes over it at *now*; None while it is open."""
        if self.off_at is not None:
            return self.off_because or ""
        if self.closed_until is not None and self.closed_until > now:
            return self.closed_because or ""
        return None


_READ = tuple(channel.c[name] for name in State.__slots__)


def states(connection: Connection) -> dict[str, State]:
    """By name; those that nothing is known of are absent."""
    return {row[0]: State(*row) for row in connection.execute(select(*_READ))}


def state(connection: Connection, name: str, *, lock: bool = False) -> State:
    """Of one, held against other senders with *lock*; it has a row from then on."""
    if lock:
        insert_rows(connection, channel, ("name", "failures"), [(name, 0)], "(name) DO NOTHING")
    query = select(*_READ).where(channel.c.name == name)
    row = connection.execute(query.with_for_update() if lock else query).first()
    return State(name) if row is None else State(*row)


def save(connection: Connection, name: str, **changed: Any) -> None:
    """Writes what is *changed* of a channel that has a row."""
    connection.execute(update(channel).where(channel.c.name == name).values(**changed))


def waiting(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """By channel how many deliveries wait, and since when the oldest does; those held not counted."""
    known = delivery.c
    query = select(known.channel, func.count(), func.min(known.planned_at))
    waits = query.where(known.status == "waiting", known.held_at.is_(None)).group_by(known.channel)
    return {name: (number, since) for name, number, since in connection.execute(waits)}
