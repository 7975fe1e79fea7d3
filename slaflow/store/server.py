"""Instants by which clocks and copies are judged: the database server's present, the last one recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from slaflow.store.tables.log import entry


def server_now(connection: Connection) -> datetime | None:
    """The present by the server's clock; None for SQLite, which has none of its own."""
    if connection.dialect.name != "postgresql":
        return None
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now


def last_recorded(connection: Connection) -> datetime | None:
    """When the newest entry of the log was recorded; None while there is none. Cost: one index look-up."""
    query = select(entry.c.recorded_at).order_by(entry.c.id.desc()).limit(1)
    return connection.execute(query).scalar()


# What was received and is not applied yet makes it late; while the primary is idle nothing does.
_FOLLOWING = text(
    """
    SELECT EXISTS (SELECT FROM pg_stat_wal_receiver), pg_last_xact_replay_timestamp(),
           pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
    WHERE pg_is_in_recovery()
    """
)


@dataclass(frozen=True, slots=True)
class Following:
    """How a replica follows: connected to its primary or not, its last change, and whether it is behind
    what it has received."""

    is_connected: bool
    changed_at: datetime | None
    is_behind: bool


def following(connection: Connection) -> Following | None:
    """How this database follows another; None where it follows none."""
    if connection.dialect.name != "postgresql":
        return None
    row = connection.execute(_FOLLOWING).one_or_none()
    return None if row is None else Following(*row)
