"""Deliveries as they are told of beside their messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, select

from slaflow.store.rows.deliveries import DeliveryStatus
from slaflow.store.tables.deliveries import delivery
from slaflow.store.tables.outbox import message
from slaflow.store.types import one_of

Ended = Literal["waiting", "stale", "sent", "failed"]
_OF_DELIVERIES: dict[str, tuple[DeliveryStatus, ...]] = {
    "waiting": ("waiting",),
    "stale": ("dropped", "superseded"),
    "sent": ("sent",),
    "failed": ("failed",),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One way of a message, and how far it is; ``digest`` is the same for all that go in one letter."""

    channel: str
    address: str
    person: str | None
    status: DeliveryStatus
    tries: int
    next_try_at: datetime
    held_at: datetime | None
    done_at: datetime | None
    last_error: str | None
    digest: str | None


_READ = tuple(delivery.c[name] for name in Told.__slots__)


def deliveries_of(connection: Connection, messages: Collection[int]) -> dict[int, list[Told]]:
    """By message its ways, in the order in which they were planned."""
    query = select(delivery.c.message, *_READ).where(one_of(delivery.c.message, "ids"))
    found: defaultdict[int, list[Told]] = defaultdict(list)
    rows: Any = connection.execute(query.order_by(delivery.c.id), {"ids": list(messages)})
    for number, *row in rows:
        found[number].append(Told(*row))
    return dict(found)


def goes_over(name: str, status: Ended | None) -> ColumnElement[bool]:
    """Whether a message goes, or went, over the channel *name*; with *status* whether it is that there."""
    each = delivery.c
    way = select(each.id).where(each.message == message.c.id, each.channel == name)
    if status is not None:
        way = way.where(each.status.in_(_OF_DELIVERIES[status]))
    return way.exists()
