"""Deliveries that are not on their way yet, of one address over one channel: let go, put off, gathered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from slaflow.store.rows.deliveries import settle_messages
from slaflow.store.tables.deliveries import delivery
from slaflow.store.types import one_of
from slaflow.workflow.identity import folded


def _unsent(now: datetime) -> ColumnElement[bool]:
    """What waits and is in nobody's hand."""
    each = delivery.c
    free = or_(each.claimed_until.is_(None), each.claimed_until < now)
    return and_(each.status == "waiting", free)


def addresses(connection: Connection, address: str, now: datetime) -> list[tuple[str, str]]:
    """The channels over which something waits for who is reached at *address*, and how it is spelt there."""
    each = delivery.c
    query = select(each.channel, each.address, each.person).distinct().where(_unsent(now))
    key = folded(address)
    found = {(c, a) for c, a, person in connection.execute(query) if key in (folded(a), folded(person or ""))}
    return sorted(found)


def let_go(connection: Connection, ways: Iterable[tuple[str, str]], why: str, now: datetime) -> int:
    """Drops what waits for those addresses over those channels, and says *why*; gives how many it were."""
    each = delivery.c
    ids: dict[int, int] = {}
    for channel, address in ways:
        theirs = select(each.id, each.message).where(
            _unsent(now), each.channel == channel, each.address == address
        )
        ids |= {number: message for number, message in connection.execute(theirs.with_for_update())}
    if ids:
        gone = {"status": "dropped", "last_error": why, "done_at": now, "claimed_until": None}
        connection.execute(
            update(delivery).where(one_of(each.id, "ids")).values(**gone, claimed_by=None), {"ids": [*ids]}
        )
        settle_messages(connection, ids.values())
    return len(ids)


def look_again(connection: Connection, ways: Iterable[tuple[str, str]], now: datetime) -> None:
    """Has what was put off for those addresses, and never tried, be due: it is put off anew where it must."""
    each = delivery.c
    for channel, address in ways:
        theirs = (_unsent(now), each.channel == channel, each.address == address, each.tries == 0)
        connection.execute(update(delivery).where(*theirs, each.next_try_at > now).values(next_try_at=now))
