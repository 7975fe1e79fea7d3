"""Receivers as ``receiver apply`` found them: who is told of what, known to all who write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, delete, select

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.deliveries import receiver
from slaflow.store.types import instant_writer


@dataclass(frozen=True, slots=True)
class Applied:
    """One receiver; ``events`` are kinds of entries, ``personal`` whether it may know what prospects told."""

    name: str
    kind: str
    events: tuple[str, ...]
    personal: bool


def applied(connection: Connection) -> list[Applied]:
    """All of them, by name."""
    query = select(receiver.c.name, receiver.c.kind, receiver.c.events, receiver.c.personal)
    rows = connection.execute(query.order_by(receiver.c.name))
    return [Applied(name, kind, tuple(events), personal) for name, kind, events, personal in rows]


def apply(connection: Connection, wanted: Sequence[Applied], now: datetime) -> None:
    """Has those be told from here on, and no others."""
    connection.execute(delete(receiver))
    at = instant_writer(connection.dialect.name)(now)
    rows = [(each.name, each.kind, _json(each.events), each.personal, at) for each in wanted]
    insert_rows(connection, receiver, ("name", "kind", "events", "personal", "applied_at"), rows)


def _json(events: Sequence[str]) -> str:
    return orjson.dumps(list(events)).decode()
