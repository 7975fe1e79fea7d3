"""What failed or is held, taken up again; and what names a way that something went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, null, or_, select, true, update

from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.tables.deliveries import channel, delivery
from slaflow.store.tables.erasure import erasure
from slaflow.store.tables.outbox import message
from slaflow.store.types import one_of

_IS_ERASED = select(erasure.c.lead).where(erasure.c.lead == delivery.c.lead).exists()
_LEAD_IS_ERASED = select(erasure.c.lead).where(erasure.c.lead == message.c.lead).exists()
_IS_RECEIVERS = delivery.c.channel.startswith(RECEIVER, autoescape=True)


@dataclass(frozen=True, slots=True)
class Which:
    """Of these *messages*, or over this *channel*; None is all of them."""

    messages: tuple[int, ...] | None = None
    channel: str | None = None


class Failed(NamedTuple):
    """A delivery that failed; one of an erased lead to a person is not to be sent any more."""

    id: int
    message: int
    channel: str
    is_erased: bool


def failed(connection: Connection, which: Which, after: int, limit: int) -> list[Failed]:
    """The next deliveries after the id *after* that failed, held until the transaction ends."""
    each = delivery.c
    query = (
        select(each.id, each.message, each.channel, _IS_ERASED & ~_IS_RECEIVERS)
        .where(each.status == "failed", each.id > after, _of(which, each.message, each.channel))
        .order_by(each.id)
        .limit(limit)
        .with_for_update(of=delivery)
    )
    return [Failed(*row) for row in connection.execute(query, _given(which))]


def send_again(connection: Connection, deliveries: Collection[int], now: datetime) -> None:
    """Has those wait from *now* on as if they had never been tried.

    What was rendered stays, so that they are what they were; but of an erased lead, or where several shared a
    letter of which perhaps not all are to go, it is made anew.
    """
    body = case((or_(_IS_ERASED, delivery.c.digest.is_not(None)), null()), else_=delivery.c.body)
    values = {
        "status": "waiting", "tries": 0, "next_try_at": now, "done_at": None, "body": body, "digest": None,
    }  # fmt: skip
    those = update(delivery).where(one_of(delivery.c.id, "ids")).values(**values)
    connection.execute(those, {"ids": list(deliveries)})


def unreached(connection: Connection, which: Which, after: int, limit: int) -> list[int]:
    """The next messages after the id *after* that failed and have no delivery.

    Nothing said how they go, or it is so long ago that their deliveries were forgotten. Those of an erased
    lead to people are not among them.
    """
    has_way = select(delivery.c.id).where(delivery.c.message == message.c.id).exists()
    may_go = or_(~_LEAD_IS_ERASED, message.c.recipient.startswith(RECEIVER, autoescape=True))
    query = (
        select(message.c.id)
        .where(message.c.status == "failed", message.c.id > after, ~has_way, may_go)
        .where(_of(which, message.c.id, message.c.recipient))
        .order_by(message.c.id)
        .limit(limit)
        .with_for_update(of=message)
    )
    return list(connection.execute(query, _given(which)).scalars())


def plan_again(connection: Connection, messages: Collection[int], now: datetime) -> None:
    """Has those be planned anew, however old they are: they are asked for *now*."""
    values = {"status": "waiting", "planned_at": None, "next_try_at": now, "last_error": None}
    those = update(message).where(one_of(message.c.id, "ids")).values(**values)
    connection.execute(those, {"ids": list(messages)})


def held(connection: Connection, name: str | None, after: int, limit: int) -> Sequence[tuple[int, str]]:
    """The next deliveries after the id *after* that are held, with their channels."""
    each = delivery.c
    query = select(each.id, each.channel).where(each.status == "waiting", each.held_at.is_not(None))
    query = query.where(each.id > after, true() if name is None else each.channel == name)
    rows = connection.execute(query.order_by(each.id).limit(limit).with_for_update(of=delivery))
    return [(row[0], row[1]) for row in rows]


def let_go(connection: Connection, deliveries: Collection[int]) -> None:
    """Holds those no longer."""
    those = update(delivery).where(one_of(delivery.c.id, "ids")).values(held_at=None)
    connection.execute(those, {"ids": list(deliveries)})


def absent(connection: Connection, messages: Collection[int]) -> list[int]:
    """Those of *messages* of which there is none."""
    query = select(message.c.id).where(one_of(message.c.id, "ids"))
    there = set(connection.execute(query, {"ids": list(messages)}).scalars())
    return [number for number in messages if number not in there]


def channel_names(connection: Connection) -> list[str]:
    """Every channel and receiver that anything was ever sent to, or waits for."""
    query = select(channel.c.name).union(
        select(delivery.c.channel).where(delivery.c.status == "waiting").distinct()
    )
    return sorted(connection.execute(query).scalars())


def _of(which: Which, number: ColumnElement[int], name: ColumnElement[str]) -> ColumnElement[bool]:
    by_message = true() if which.messages is None else one_of(number, "messages")
    return by_message if which.channel is None else by_message & (name == which.channel)


def _given(which: Which) -> dict[str, list[int]]:
    return {} if which.messages is None else {"messages": list(which.messages)}
