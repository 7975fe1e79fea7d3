"""The outbox: messages written with what caused them, to be sent later."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, select

from slaflow.lifecycle.decision import Message
from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.outbox import message
from slaflow.store.types import instant_writer, one_of

MessageStatus = Literal["waiting", "stale", "sent", "failed"]

_WRITTEN = (
    "stream", "lead", "seq", "recipient", "kind", "at", "target", "clock", "step", "data", "status",
    "recorded_at",
)  # fmt: skip
_READ = (
    message.c.id, message.c.lead, message.c.status, message.c.recorded_at, message.c.tries,
    message.c.next_try_at, message.c.last_error, message.c.recipient, message.c.kind, message.c.at,
    message.c.seq, message.c.target, message.c.clock, message.c.step, message.c.data,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it stands in the outbox."""

    id: int
    lead_id: int | None
    status: MessageStatus
    recorded_at: datetime
    tries: int
    next_try_at: datetime | None
    last_error: str | None
    message: Message


def queue(connection: Connection, messages: Iterable[tuple[int, Message, MessageStatus, datetime]]) -> None:
    """Stores (lead id, message, status, recorded_at); who was told of that entry already is passed over."""
    _insert(connection, [(f"lead:{lead_id}", lead_id, *rest) for lead_id, *rest in messages])


def queue_of_stream(
    connection: Connection, stream: str, messages: Iterable[tuple[Message, MessageStatus, datetime]]
) -> None:
    """As :func:`queue`, for messages that an entry of another stream than a lead's caused."""
    _insert(connection, [(stream, None, *message) for message in messages])


def _insert(connection: Connection, messages: Sequence[tuple[Any, ...]]) -> None:
    write = instant_writer(connection.dialect.name)
    rows = [
        (
            stream, lead_id, each.seq, each.recipient, each.kind, write(each.at), each.target,
            each.clock, each.step, _json(each.data), status, write(recorded_at),
        )
        for stream, lead_id, each, status, recorded_at in messages
    ]  # fmt: skip
    insert_rows(connection, message, _WRITTEN, rows, "(stream, seq, recipient, kind) DO NOTHING")


def list_messages(
    connection: Connection,
    status: MessageStatus | None = None,
    limit: int | None = None,
    after: int | None = None,
    also: ColumnElement[bool] | None = None,
) -> Sequence[Stored]:
    """Messages by id, from the one after *after* on; only of *status*, and of which *also*, where given."""
    query = select(*_READ).order_by(message.c.id).limit(limit)
    query = query if status is None else query.where(message.c.status == status)
    query = query if after is None else query.where(message.c.id > after)
    query = query if also is None else query.where(also)
    return [Stored(*row[:7], Message(*row[7:])) for row in connection.execute(query)]


def by_id(connection: Connection, ids: Collection[int]) -> dict[int, Stored]:
    """Messages by their numbers; those that are not there are absent."""
    rows = connection.execute(select(*_READ).where(one_of(message.c.id, "ids")), {"ids": list(ids)})
    return {row[0]: Stored(*row[:7], Message(*row[7:])) for row in rows}


def cause_of(connection: Connection, number: int, lead_id: int) -> int | None:
    """The ``seq`` of the lead's entry that caused the message *number*; None where nobody knows it now."""
    query = select(message.c.seq).where(message.c.id == number, message.c.lead == lead_id)
    return connection.execute(query).scalar_one_or_none()


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z, default=dict).decode()
