"""What waits: the oldest step not carried out, and the messages not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, literal_column, or_, select

from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.outbox import message

_FAILS = lead.c.failures > literal_column("0")


@dataclass(frozen=True, slots=True)
class OldestStep:
    """The step that has waited longest, leads whose decision raised aside."""

    lead_id: int
    target: str
    wake_at: datetime


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many messages are in each status, and when the oldest that waits was written."""

    counts: dict[str, int]
    oldest_at: datetime | None


def oldest_step(connection: Connection, before: datetime) -> OldestStep | None:
    """What fell first before *before* and was not carried out. Cost: an index look-up."""
    query = select(clock.c.lead, clock.c.target, clock.c.wake_at).where(clock.c.wake_at < before)
    query = query.where(clock.c.lead.not_in(select(lead.c.id).where(_FAILS)))
    row = connection.execute(query.order_by(clock.c.wake_at).limit(1)).first()
    return None if row is None else OldestStep(*row)


def due_leads(connection: Connection, before: datetime, limit: int) -> list[int]:
    """The ids of up to *limit* leads in which something fell before *before* and that may be tried, least
    first. Reads no lead's own row but for that: one that cannot be read is among them."""
    query = (
        select(clock.c.lead)
        .join(lead, lead.c.id == clock.c.lead)
        .where(clock.c.wake_at < before, or_(lead.c.retry_at.is_(None), lead.c.retry_at <= before))
        .group_by(clock.c.lead)
        .order_by(func.min(clock.c.wake_at), clock.c.lead)
    )
    return list(connection.execute(query.limit(limit)).scalars())


def outbox(connection: Connection, *, with_sent: bool = True, now: datetime | None = None) -> Outbox:
    """The outbox in figures; without those sent or stale its cost is what waits or failed.

    With *now* the oldest is of those that are due then: what is tried again later waits rightly.
    """
    counted = select(message.c.status, func.count()).group_by(message.c.status)
    if not with_sent:
        counted = counted.where(message.c.status.in_(("waiting", "failed")))
    oldest = select(message.c.recorded_at).where(message.c.status == "waiting")
    if now is not None:
        oldest = oldest.where(or_(message.c.next_try_at.is_(None), message.c.next_try_at <= now))
    oldest = oldest.order_by(message.c.id).limit(1)
    counts = {status: number for status, number in connection.execute(counted)}
    return Outbox(counts, connection.execute(oldest).scalar())
