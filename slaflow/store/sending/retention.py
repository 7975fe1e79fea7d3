"""What was sent, forgotten: its body first, then that it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, literal_column, or_, select, update

from slaflow.store.tables.deliveries import delivery, used_link
from slaflow.store.types import one_of

_IS_DONE = delivery.c.status != literal_column("'waiting'")
_HAS_BODY = delivery.c.body.is_not(None)


def is_anything_old(connection: Connection, bodies: datetime, rows: datetime, now: datetime) -> bool:
    """Whether there is anything to forget: something done before those instants, or a link that expired."""
    each = delivery.c
    queries = (
        select(each.id).where(_IS_DONE, _HAS_BODY, each.done_at < bodies),
        select(each.id).where(_may_go(rows)),
        select(used_link.c.id).where(used_link.c.expires_at < now),
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in queries)


def forget_bodies(connection: Connection, before: datetime, limit: int) -> int:
    """Takes the bodies of up to *limit* deliveries that were done before; how many they were."""
    found = _oldest(connection, _IS_DONE & _HAS_BODY & (delivery.c.done_at < before), limit)
    if found:
        connection.execute(
            update(delivery).where(one_of(delivery.c.id, "ids")).values(body=None), {"ids": found}
        )
    return len(found)


def forget_deliveries(connection: Connection, before: datetime, limit: int) -> int:
    """Forgets up to *limit* deliveries of messages all of whose deliveries were done before; how many."""
    found = _oldest(connection, _may_go(before), limit)
    if found:
        connection.execute(delete(delivery).where(one_of(delivery.c.id, "ids")), {"ids": found})
    return len(found)


def _may_go(before: datetime) -> ColumnElement[bool]:
    # A message's status is what all of its deliveries make of it: they go together, or none does.
    other = delivery.alias("other")
    is_young = or_(other.c.done_at.is_(None), other.c.done_at >= before)
    keeps = select(other.c.id).where(other.c.message == delivery.c.message, is_young).exists()
    return _IS_DONE & (delivery.c.done_at < before) & ~keeps


def _oldest(connection: Connection, which: ColumnElement[bool], limit: int) -> list[int]:
    query = select(delivery.c.id).where(which).order_by(delivery.c.done_at).limit(limit)
    return list(connection.execute(query.with_for_update(of=delivery, skip_locked=True)).scalars())
