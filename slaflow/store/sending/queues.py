"""What waits, channel by channel, and what nobody could be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from slaflow.store.rows.deliveries import may_be_sent
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.tables.deliveries import delivery
from slaflow.store.tables.outbox import message


@dataclass(frozen=True, slots=True)
class Queue:
    """Deliveries over one channel that wait: ``since`` when the first does, and when the first of those was
    ``due_at`` that a sender could take in hand. Those ``held`` are counted apart."""

    waiting: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    held: int = 0
    held_since: datetime | None = None


def queues(connection: Connection, now: datetime) -> dict[str, Queue]:
    """By channel; where nothing waits it is absent. Cost: what waits."""
    each = delivery.c
    goes, is_held = each.held_at.is_(None), each.held_at.is_not(None)
    query = select(
        each.channel,
        func.count(case((goes, 1))),
        func.min(case((goes, each.planned_at))),
        func.min(case((may_be_sent(now), each.next_try_at))),
        func.count(each.held_at),
        func.min(case((is_held, each.held_at))),
    )
    rows: Any = connection.execute(query.where(each.status == "waiting").group_by(each.channel))
    return {name: Queue(*row) for name, *row in rows}


def reaching_nobody(connection: Connection) -> Sequence[tuple[str, int, int]]:
    """Why messages failed that had no way to go; how many did so, and the last of them. Commonest first."""
    number = func.count()
    # What had a delivery was tried, also where the delivery is forgotten by now.
    is_lost = and_(message.c.status == "failed", message.c.tries == 0, message.c.last_error.is_not(None))
    query = (
        select(message.c.last_error, number, func.max(message.c.id))
        .where(is_lost)
        .group_by(message.c.last_error)
        .order_by(number.desc(), message.c.last_error)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def last_of_kinds(connection: Connection, of: int = 1000) -> list[int]:
    """The last message to a person of each kind, among the last *of* messages."""
    latest = select(message.c.id, message.c.kind, message.c.recipient).order_by(message.c.id.desc()).limit(of)
    each = latest.subquery().c
    query = select(func.max(each.id)).where(~each.recipient.startswith(RECEIVER)).group_by(each.kind)
    return sorted(connection.execute(query).scalars())
