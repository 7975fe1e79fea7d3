"""The entries that caused messages: what a receiver is told of, read once it is sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, select

from slaflow.log.entry import Entry
from slaflow.store.tables.log import entry
from slaflow.store.tables.outbox import message
from slaflow.store.types import one_of


def causes(connection: Connection, messages: Collection[int]) -> dict[int, Entry]:
    """By the message's id the entry that caused it, as it stands now; none where it is in an archive."""
    rows = connection.execute(_query(connection.dialect.name), {"messages": messages})
    return {row[0]: Entry._make(row[1:]) for row in rows}


def _query(dialect: str) -> Select[Any]:
    # Streams are kept in byte order in the log alone; compared in another, PostgreSQL would take no index.
    stream = message.c.stream if dialect == "sqlite" else message.c.stream.collate("C")
    theirs = (entry.c.stream == stream) & (entry.c.seq == message.c.seq)
    joined = message.join(entry, theirs)
    return select(message.c.id, *entry.c).select_from(joined).where(one_of(message.c.id, "messages"))
