"""Receivers as ``receiver apply`` leaves them, and what they are told."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from support.builders import MONDAY

from slaflow.store.database import Database
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.tables.deliveries import receiver
from slaflow.store.tables.outbox import message

Place = tuple[str, int]
"""Of an entry: its stream and its number there."""


def listen(database: Database, name: str, *kinds: str, personal: bool = False) -> None:
    """Has the receiver *name* be told of entries of these kinds from now on."""
    row = {"name": name, "kind": "webhook", "events": list(kinds), "personal": personal, "applied_at": MONDAY}
    with database.write() as conn:
        conn.execute(insert(receiver).values(row))


def listen_no_more(database: Database) -> None:
    with database.write() as conn:
        conn.execute(delete(receiver))


def told(database: Database, name: str) -> dict[int, Place]:
    """The entries that the outbox has for a receiver, by the message's id, in the order of ids."""
    theirs = message.c.recipient == f"{RECEIVER}{name}"
    query = select(message.c.id, message.c.stream, message.c.seq).where(theirs).order_by(message.c.id)
    with database.read() as conn:
        return {row[0]: (row[1], row[2]) for row in conn.execute(query)}
