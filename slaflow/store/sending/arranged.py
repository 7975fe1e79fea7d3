"""What is due over a channel, put off or gathered into one letter before anything is taken in hand.

Several deliveries to one address share a letter where they have the same ``digest``: the id of the one that
is claimed for all of them. All this is done by who holds the channel's row, so that nobody claims meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    update,
)

from slaflow.store.bulk.rows import update_rows
from slaflow.store.rows.deliveries import settle_messages
from slaflow.store.tables.deliveries import delivery
from slaflow.store.tables.outbox import message
from slaflow.store.types import instant_writer, one_of


class Waiting(NamedTuple):
    """A delivery that is due, and that nobody has begun to send."""

    id: int
    message: int
    lead_id: int | None
    kind: str
    planned_at: datetime


class Recent(NamedTuple):
    """What went to one address lately or is about to: letters of one message, and the last digest.

    ``digest`` is the first delivery in it, None where there is none; ``digest_at`` None where it still waits.
    """

    letters: int
    digest: int | None
    digest_at: datetime | None

    def leaves_room_for(self, number: int, at_most: int) -> bool:
        """Whether *number* more may go by themselves where *at_most* may."""
        return self.digest is None and self.letters + number <= at_most


def _untouched(now: datetime) -> ColumnElement[bool]:
    """What waits, is in nobody's hand nor in a letter that was begun, and is not held."""
    each = delivery.c
    free = or_(each.claimed_until.is_(None), each.claimed_until < now)
    return and_(
        each.status == "waiting", each.held_at.is_(None), each.body.is_(None), each.digest.is_(None), free
    )


def due_addresses(connection: Connection, channel: str, now: datetime) -> list[tuple[str, str | None, int]]:
    """To whom something untouched is due over *channel*: the address, the person, how many."""
    each = delivery.c
    query = select(each.address, each.person, func.count()).where(
        each.channel == channel, each.next_try_at <= now, _untouched(now)
    )
    rows = connection.execute(query.group_by(each.address, each.person).order_by(each.address))
    return [(row[0], row[1], row[2]) for row in rows]


def due_rows(connection: Connection, channel: str, address: str, now: datetime) -> list[Waiting]:
    """What is due to *address*, in the order of the log.

    What was put off and stands before something of its lead that is due comes along: nothing is overtaken.
    Not what must wait for an earlier one of its lead that was begun or is held.
    """
    each = delivery.c
    theirs = (each.channel == channel, each.address == address, each.status == "waiting")
    begun = select(each.lead, func.min(each.id)).where(*theirs, ~_untouched(now), each.lead.is_not(None))
    first = {lead: number for lead, number in connection.execute(begun.group_by(each.lead))}
    query = (
        select(each.id, each.message, each.lead, message.c.kind, each.planned_at, each.next_try_at)
        .join(message, message.c.id == each.message)
        .where(*theirs, _untouched(now))
        .order_by(each.id)
    )
    found = connection.execute(query).all()
    last = {row.lead: row.id for row in found if row.lead is not None and row.next_try_at <= now}
    early = {row.id for row in found if row.next_try_at > now and row.id < last.get(row.lead, 0)}
    if early:
        those = update(delivery).where(one_of(each.id, "ids"))
        connection.execute(those.values(next_try_at=now), {"ids": sorted(early)})
    due = (Waiting(*row[:-1]) for row in found if row.next_try_at <= now or row.id in early)
    return [row for row in due if row.id < first.get(row.lead_id, row.id + 1)]


def recent(connection: Connection, channel: str, since: datetime) -> dict[str, Recent]:
    """By address what went over *channel* after *since*, or was begun and waits."""
    each = delivery.c
    is_digest = each.digest.is_not(None)
    waits = each.status == "waiting"
    begun = and_(waits, or_(each.body.is_not(None), is_digest))
    query = (
        select(
            each.address,
            func.sum(case((is_digest, 0), else_=1)),
            func.max(cast(each.digest, BigInteger)),
            func.max(each.done_at).filter(is_digest),
            func.max(case((is_digest & waits, 1), else_=0)),
        )
        .where(each.channel == channel, or_(begun, and_(each.status == "sent", each.done_at > since)))
        .group_by(each.address)
    )
    found = connection.execute(query)
    return {to: Recent(n, digest, None if waiting else at) for to, n, digest, at, waiting in found}


def put_off(connection: Connection, until: Mapping[int, datetime], messages: Iterable[int]) -> None:
    """Has deliveries wait until then, by id; *messages* are theirs."""
    write = instant_writer(connection.dialect.name)
    update_rows(
        connection, delivery, ("next_try_at", "id"), [(write(at), each) for each, at in until.items()]
    )
    settle_messages(connection, messages)


def gather(connection: Connection, rows: Sequence[Waiting], now: datetime) -> None:
    """Makes one letter of *rows*, which the first of them stands for."""
    those = update(delivery).where(one_of(delivery.c.id, "ids"))
    values = those.values(digest=str(rows[0].id), next_try_at=now)
    connection.execute(values, {"ids": [each.id for each in rows]})


def hand_on(connection: Connection, ids: Collection[int]) -> None:
    """Makes the first of *ids* stand for all of them: who did is not told any more."""
    those = update(delivery).where(one_of(delivery.c.id, "ids")).values(digest=str(min(ids)))
    connection.execute(those, {"ids": list(ids)})
