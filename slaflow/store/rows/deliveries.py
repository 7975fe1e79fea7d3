"""Deliveries: planned for messages, claimed by who sends, marked with what came of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)

from slaflow.store.bulk.rows import insert_rows, update_rows
from slaflow.store.tables.deliveries import channel, delivery
from slaflow.store.tables.leads import lead
from slaflow.store.tables.outbox import message
from slaflow.store.types import Instant, instant_writer, one_of

DeliveryStatus = Literal["waiting", "sent", "failed", "dropped", "superseded"]
_CLAIMED = tuple(
    delivery.c[name] for name in "id message lead channel address person tries body digest planned_at".split()
)
_UNPLANNED = and_(message.c.status == "waiting", message.c.planned_at.is_(None))


class Unplanned(NamedTuple):
    """A message of which nobody has said yet how it goes; ``digest`` is of its lead's version.

    ``is_asked`` where somebody wants it sent again that nobody could be told before.
    """

    id: int
    lead_id: int | None
    recipient: str
    kind: str
    at: datetime
    digest: str | None
    is_asked: bool = False


class Way(NamedTuple):
    """One address over one channel, and the recorded person it reaches, where it is one's."""

    channel: str
    address: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this sender's until its lease ends."""

    id: int
    message: int
    lead_id: int | None
    channel: str
    address: str
    person: str | None
    tries: int
    body: str | None
    digest: str | None
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a delivery; one that still ``waits`` is nobody's again."""

    id: int
    message: int
    status: DeliveryStatus
    tries: int
    next_try_at: datetime
    last_error: str | None = None
    provider_id: str | None = None


def unplanned(connection: Connection, limit: int, *, of_receivers_only: str | None = None) -> list[Unplanned]:
    """The next messages to plan for, held until the transaction ends; others take those after them.

    *of_receivers_only* is what their recipients begin with, where nobody else can be sent anything.
    """
    each = message.c
    columns = (each.id, each.lead, each.recipient, each.kind, each.at, lead.c.digest)
    query = (
        select(*columns, each.next_try_at.is_not(None))
        .select_from(message.outerjoin(lead, lead.c.id == each.lead))
        .where(_UNPLANNED)
        .order_by(each.id)
        .limit(limit)
        .with_for_update(of=message, skip_locked=True)
    )
    if of_receivers_only is not None:
        query = query.where(each.recipient.startswith(of_receivers_only, autoescape=True))
    return [Unplanned(*row) for row in connection.execute(query)]


def is_first(connection: Connection) -> bool:
    """Whether nothing was ever planned here. Deliveries are forgotten in time, what a channel did is not."""
    each = channel.c
    was_used = or_(each.last_sent_at.is_not(None), each.last_error.is_not(None))
    known = (select(delivery.c.id).limit(1), select(each.name).where(was_used).limit(1))
    return all(connection.execute(query).first() is None for query in known)


def plan(
    connection: Connection, ways: Sequence[tuple[Unplanned, Way]], now: datetime,
    held: Collection[tuple[int, Way]] = (),
) -> None:  # fmt: skip
    """Has those messages go those ways from *now* on; a way that is planned already stays as it is.

    Those *held*, by message and way, go once they are let go.
    """
    at = instant_writer(connection.dialect.name)(now)
    rows = [
        (each.id, each.lead_id, way.channel, way.address, way.person, "waiting", at, at,
         at if (each.id, way) in held else None)
        for each, way in ways
    ]  # fmt: skip
    columns = (
        "message", "lead", "channel", "address", "person", "status", "next_try_at", "planned_at", "held_at",
    )  # fmt: skip
    insert_rows(connection, delivery, columns, rows, "(message, channel, address) DO NOTHING")


def note_planned(connection: Connection, messages: Collection[int], now: datetime) -> None:
    """Remembers that these messages have their ways."""
    those = update(message).where(one_of(message.c.id, "ids"))
    connection.execute(those.values(planned_at=now), {"ids": list(messages)})


def end_messages(connection: Connection, status: str, why: Mapping[int, str | None], now: datetime) -> None:
    """Gives messages that go nowhere their last *status*, and says why."""
    at = instant_writer(connection.dialect.name)(now)
    rows = [(status, because, at, number) for number, because in why.items()]
    update_rows(connection, message, ("status", "last_error", "planned_at", "id"), rows)


def may_be_sent(now: datetime) -> ColumnElement[bool]:
    """Whether a delivery is due at *now*, in nobody's hand, and the first of its lead at its address.

    Of those that share a letter it is the one that stands for all.
    """
    each, earlier, at = delivery.c, delivery.alias("earlier"), bindparam("now", now, Instant())
    free = or_(each.claimed_until.is_(None), each.claimed_until < at)
    is_behind = select(earlier.c.id).where(
        earlier.c.status == "waiting", earlier.c.channel == each.channel, earlier.c.address == each.address,
        earlier.c.lead == each.lead, earlier.c.id < each.id,
    )  # fmt: skip
    due = and_(each.status == "waiting", each.held_at.is_(None), each.next_try_at <= at, free)
    stands_for_all = and_(each.digest == cast(each.id, Text), ~_overtakes().exists())
    return due & or_(each.digest.is_(None), stands_for_all) & ~is_behind.exists()


def _overtakes() -> Select[Any]:
    """What waits of a lead of which something later shares the letter that a delivery stands for."""
    each, earlier, member = delivery.c, delivery.alias("sooner"), delivery.alias("member")
    is_in_it = select(member.c.id).where(
        member.c.channel == each.channel, member.c.address == each.address, member.c.lead == earlier.c.lead,
        member.c.status == "waiting", member.c.digest == each.digest,
    )  # fmt: skip
    return select(earlier.c.id).where(
        earlier.c.status == "waiting", earlier.c.channel == each.channel, earlier.c.address == each.address,
        earlier.c.id < each.id, or_(earlier.c.digest.is_(None), earlier.c.digest != each.digest),
        is_in_it.correlate(delivery, earlier).exists(),
    )  # fmt: skip


def claim(
    connection: Connection, name: str, by: str, now: datetime, until: datetime, limit: int
) -> list[Claimed]:
    """Takes up to *limit* deliveries of that channel in hand, of each lead and address the first alone.

    What others hold is passed over; what they did not bring to an end within their lease is taken over. With
    one that stands for a letter come, at the end, those that share it.
    """
    each = delivery.c
    query = (
        select(*_CLAIMED)
        .where(each.channel == name, may_be_sent(now))
        .order_by(each.next_try_at, each.id)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
    )
    found = [Claimed(*tuple(row)) for row in connection.execute(query)]
    digests = [claimed.digest for claimed in found if claimed.digest is not None]
    if digests:
        shared = select(*_CLAIMED).where(each.channel == name, each.status == "waiting")
        shared = shared.where(one_of(each.digest, "digests"), each.digest != cast(each.id, Text))
        rows = connection.execute(shared.order_by(each.id).with_for_update(), {"digests": digests})
        found += [Claimed(*tuple(row)) for row in rows]
    if found:
        those = update(delivery).where(one_of(each.id, "ids"))
        values = those.values(claimed_until=until, claimed_by=by)
        connection.execute(values, {"ids": [claimed.id for claimed in found]})
    return found


def keep_bodies(connection: Connection, bodies: Mapping[int, str]) -> None:
    """Keeps what was rendered, by delivery, so that every later try is the same."""
    rows = [(body, number) for number, body in bodies.items()]
    update_rows(connection, delivery, ("body", "id"), rows)


def mark(connection: Connection, by: str, marked: Sequence[Marked], now: datetime) -> None:
    """Writes what became of deliveries that are *by*'s, and what that makes of their messages."""
    if not marked:
        return
    mine = select(delivery.c.id).where(one_of(delivery.c.id, "ids"), delivery.c.claimed_by == by)
    # Held, so that an erasure which takes one away meanwhile is seen.
    mine = mine.with_for_update(of=delivery)
    held = set(connection.execute(mine, {"ids": [each.id for each in marked]}).scalars())
    write = instant_writer(connection.dialect.name)
    at = write(now)
    # Whose lease ended may have been sent by somebody else too: sent once more is sent.
    rows = [
        (
            each.status, each.tries, write(each.next_try_at), each.last_error, each.provider_id,
            None if each.status == "waiting" else at, None, None, each.id,
        )
        for each in marked if each.id in held
    ]  # fmt: skip
    columns = (
        "status", "tries", "next_try_at", "last_error", "provider_id", "done_at", "claimed_until",
        "claimed_by", "id",
    )  # fmt: skip
    update_rows(connection, delivery, columns, rows)
    settle_messages(connection, {each.message for each in marked if each.id in held})


def release(connection: Connection, by: str, ids: Sequence[int]) -> None:
    """Gives back what *by* claimed and did not come to."""
    if ids:
        mine = and_(one_of(delivery.c.id, "ids"), delivery.c.claimed_by == by)
        free = update(delivery).where(mine).values(claimed_until=None, claimed_by=None)
        connection.execute(free, {"ids": list(ids)})


def settle_messages(connection: Connection, messages: Iterable[int]) -> None:
    """Gives messages the status that their deliveries have together."""
    ids = sorted(set(messages))
    if not ids:
        return
    each = delivery.c

    def number(status: str) -> Any:
        return func.sum(case((each.status == status, 1), else_=0))

    status = case(
        (number("waiting") > 0, literal("waiting", Text())),
        (number("sent") > 0, literal("sent", Text())),
        (number("failed") == func.count(), literal("failed", Text())),
        else_=literal("stale", Text()),
    )
    waits = case((each.status == "waiting", each.next_try_at))
    query = select(each.message, status, func.max(each.tries), func.min(waits), func.max(each.last_error))
    found = connection.execute(query.where(one_of(each.message, "ids")).group_by(each.message), {"ids": ids})
    write = instant_writer(connection.dialect.name)
    rows = [
        (of, tries, None if at is None else write(at), error, number)
        for number, of, tries, at, error in found
    ]
    update_rows(connection, message, ("status", "tries", "next_try_at", "last_error", "id"), rows)


def counts(connection: Connection) -> dict[str, int]:
    """How many deliveries there are of each status."""
    each = delivery.c
    return {
        status: n for status, n in connection.execute(select(each.status, func.count()).group_by(each.status))
    }
