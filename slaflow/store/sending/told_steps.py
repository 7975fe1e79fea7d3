"""Steps of clocks that people are told of: which messages a later step of the same clock makes needless."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from slaflow.store.tables.outbox import message
from slaflow.store.types import one_of


def superseded(connection: Connection, messages: Collection[int]) -> set[int]:
    """Those of *messages* after which the same recipient is told of a later step of that clock."""
    later = message.alias("later")
    says_it = select(later.c.id).where(
        later.c.stream == message.c.stream, later.c.seq > message.c.seq,
        later.c.recipient == message.c.recipient, later.c.target == message.c.target,
        later.c.clock == message.c.clock, later.c.step.is_not(None),
        later.c.status.in_(("waiting", "sent")),
    )  # fmt: skip
    query = select(message.c.id).where(
        one_of(message.c.id, "messages"), message.c.step.is_not(None), says_it.exists()
    )
    return set(connection.execute(query, {"messages": list(messages)}).scalars())
