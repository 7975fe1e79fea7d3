"""Messages, written with what caused them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint, text

from slaflow.store.tables.metadata import metadata, partial
from slaflow.store.types import BigId, Instant, JsonText

message = Table(
    "message",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("lead", BigInteger),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("target", Text),
    Column("clock", Integer),
    Column("step", Text),
    Column("data", JsonText, nullable=False),
    Column("status", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try_at", Instant),
    Column("last_error", Text),
    Column("planned_at", Instant),
    UniqueConstraint("stream", "seq", "recipient", "kind", name="message_cause"),
    Index("message_status", "status", "id"),
    partial(
        "message_next_try",
        "next_try_at",
        where=text("status = 'waiting'"),
    ),
    partial("message_unplanned", "id", where=text("status = 'waiting' AND planned_at IS NULL")),
)
