"""Two instants by which clocks are judged: the database server's present, and the last one recorded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from slaflow.store.tables import entry


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
