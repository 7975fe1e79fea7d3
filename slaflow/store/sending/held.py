"""Letters that are held because there are too many: what a channel's fuse goes by."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from slaflow.store.tables.deliveries import delivery


def planned_since(connection: Connection, channel: str, since: datetime) -> Counter[str]:
    """How many deliveries of each address were planned for *channel* after *since*, but for those held."""
    each, found = delivery.c, Counter[str]()
    query = select(each.address, func.count()).group_by(each.address)
    query = query.where(each.channel == channel, each.planned_at > since, each.held_at.is_(None))
    # Apart, so that each has its index: what was planned lately waits, or came to its end since.
    for status in (each.status == "waiting", and_(each.status != "waiting", each.done_at > since)):
        found.update({address: number for address, number in connection.execute(query.where(status))})
    return found


def is_holding(connection: Connection, channel: str) -> bool:
    """Whether anything is held over *channel*."""
    each = delivery.c
    query = select(each.id).where(
        each.channel == channel, each.status == "waiting", each.held_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None
