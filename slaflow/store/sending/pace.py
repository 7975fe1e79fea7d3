"""When something was last sent to an address, or is being sent, so that the next waits its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from slaflow.store.bulk.rows import update_rows
from slaflow.store.tables.deliveries import delivery
from slaflow.store.types import instant_writer

each = delivery.c


def last_ends(connection: Connection, name: str, since: datetime) -> dict[str, datetime]:
    """By address of the channel *name* when its last letter came to an end, where that is after *since*.

    Cost: what ended since, over all channels.
    """
    query = select(each.address, func.max(each.done_at)).group_by(each.address)
    ended = query.where(each.status != "waiting", each.done_at > since, each.channel == name)
    return {address: at for address, at in connection.execute(ended)}


def in_hand(connection: Connection, name: str, by: str, now: datetime) -> set[str]:
    """The addresses of that channel to which somebody else than *by* is sending. Cost: what waits for it."""
    waits = (each.status == "waiting", each.channel == name)
    query = select(each.address).where(*waits, each.claimed_until >= now, each.claimed_by != by)
    return set(connection.execute(query.distinct()).scalars())


def put_off(connection: Connection, later: Sequence[tuple[int, datetime]]) -> None:
    """Gives back deliveries that were claimed, by id, each to be tried at its instant."""
    write = instant_writer(connection.dialect.name)
    rows = [(write(at), None, None, number) for number, at in later]
    update_rows(connection, delivery, ("next_try_at", "claimed_until", "claimed_by", "id"), rows)
