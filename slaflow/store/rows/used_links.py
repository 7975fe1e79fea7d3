"""Links that somebody acted by: kept until they would be refused for their age anyway."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from slaflow.store.tables.deliveries import used_link

_ONE = (used_link.c.lead, used_link.c.person, used_link.c.trigger, used_link.c.seq, used_link.c.used_at)


class Used(NamedTuple):
    """Who did what by it and when; ``seq`` is the lead's entry that came of it."""

    lead: int
    person: str
    trigger: str
    seq: int | None
    used_at: datetime


def find(connection: Connection, link_id: str) -> Used | None:
    """What was done by the link, or None if nothing was yet."""
    row = connection.execute(select(*_ONE).where(used_link.c.id == link_id)).one_or_none()
    return None if row is None else Used(*row)


def use(connection: Connection, link_id: str, used: Used, expires_at: datetime) -> None:
    """Notes it, and forgets those that expired before. The lead is held, so nobody else notes the same."""
    forget(connection, used.used_at)
    connection.execute(insert(used_link).values(id=link_id, **used._asdict(), expires_at=expires_at))


def forget(connection: Connection, now: datetime) -> int:
    """Forgets those that expired before *now*; how many they were."""
    return connection.execute(delete(used_link).where(used_link.c.expires_at < now)).rowcount
