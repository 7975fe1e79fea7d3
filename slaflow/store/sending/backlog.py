"""What waits for each channel, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from slaflow.store.rows import channels as channel_store
from slaflow.store.tables.deliveries import delivery


@dataclass(frozen=True, slots=True)
class Backlog:
    """One channel: deliveries that wait, those held, since when the oldest of both; whether it is shut."""

    waiting: int = 0
    held: int = 0
    oldest_at: datetime | None = None
    is_shut: bool = False


def by_channel(connection: Connection, now: datetime) -> dict[str, Backlog]:
    """Of every channel that was ever sent over or is waited for. Cost: what waits."""
    each = delivery.c
    query = select(each.channel, func.count(), func.count(each.held_at), func.min(each.planned_at))
    rows = connection.execute(query.where(each.status == "waiting").group_by(each.channel)).all()
    states = channel_store.states(connection)
    shut = {name for name, state in states.items() if state.shut_because(now) is not None}
    found = {name: Backlog(number - held, held, at, name in shut) for name, number, held, at in rows}
    return {name: found.get(name, Backlog(is_shut=name in shut)) for name in sorted({*states, *found})}
