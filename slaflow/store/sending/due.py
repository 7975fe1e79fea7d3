"""Over which channels something may be sent, and when something next may: questions of whoever waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from slaflow.store.rows import channels as channel_store
from slaflow.store.rows.channels import State
from slaflow.store.rows.deliveries import may_be_sent
from slaflow.store.tables.deliveries import delivery


def due_channels(connection: Connection, now: datetime) -> list[str]:
    """The channels that are open and over which something may be sent. Cost: some look-ups for each channel
    over which anything waits."""
    states = channel_store.states(connection)
    each = select(delivery.c.id).limit(1)
    due, delayed = each.where(may_be_sent(now)), each.where(_delayed(now))
    return [
        name for name in waited_for(connection)
        if states.get(name, State(name)).shut_because(now) is None
        and any(
            connection.execute(query.where(delivery.c.channel == name)).first() for query in (due, delayed)
        )
    ]  # fmt: skip


def _delayed(now: datetime) -> ColumnElement[bool]:
    """Whether a delivery is due behind one of its lead that was only put off: that may come along."""
    each, earlier = delivery.c, delivery.alias("put_off")
    put_off = select(earlier.c.id).where(
        earlier.c.status == "waiting", earlier.c.channel == each.channel, earlier.c.address == each.address,
        earlier.c.lead == each.lead, earlier.c.id < each.id, earlier.c.next_try_at > now,
        earlier.c.tries == 0, earlier.c.held_at.is_(None), earlier.c.digest.is_(None),
    )  # fmt: skip
    is_due = and_(each.status == "waiting", each.held_at.is_(None), each.next_try_at <= now, each.tries == 0)
    return is_due & each.digest.is_(None) & put_off.exists()


def next_due(connection: Connection) -> datetime | None:
    """When the next try falls, a closed channel's probe among them; None where nothing waits for one.

    What is in somebody's hand, or behind something that was due before, is not told apart from what is due.
    """
    states, each = channel_store.states(connection), delivery.c
    query = select(func.min(each.next_try_at)).where(each.status == "waiting", each.held_at.is_(None))
    tries = []
    for name in waited_for(connection):
        state = states.get(name, State(name))
        at = (
            None
            if state.off_at is not None
            else connection.execute(query.where(each.channel == name)).scalar()
        )
        if at is not None:
            tries.append(max(at, state.closed_until or at))
    return min(tries, default=None)


def waited_for(connection: Connection) -> Iterator[str]:
    """The channels over which anything waits, each a step along the index of what waits."""
    query = select(func.min(delivery.c.channel)).where(delivery.c.status == "waiting")
    name: str | None = connection.execute(query).scalar()
    while name is not None:
        yield name
        name = connection.execute(query.where(delivery.c.channel > name)).scalar()
