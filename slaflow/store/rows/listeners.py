"""Who listens to the log: which receivers are told of entries of which kinds.

Whoever writes entries has to know on any machine, and mostly nobody listens. So this is read along with what
is read anyway, within the transaction: never kept from an earlier one, and in no statement more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import orjson
from sqlalchemy import Connection, select

from slaflow.store.tables.deliveries import receiver
from slaflow.store.types import unread

RECEIVER = "receiver:"
"""What stands before a receiver's name where a person's address could stand."""
MIRROR = "mirror"
"""Stands among the kinds of entries for all of them: the state of whatever lead they are about is written."""
Listeners = Mapping[str, tuple[str, ...]]
"""The names of receivers by the kind of entry they are told of."""
NOBODY: Listeners = MappingProxyType({})
COLUMNS = (receiver.c.name, unread(receiver.c.events))
"""What :func:`listeners` is made of."""
_ALL = select(*COLUMNS)


def listeners(rows: Iterable[tuple[str, str]]) -> Listeners:
    """By kind, in the order of names; *rows* are :data:`COLUMNS` of every receiver."""
    found: dict[str, tuple[str, ...]] = {}
    for name, events in sorted(rows):
        for kind in orjson.loads(events):
            found[kind] = (*found.get(kind, ()), name)
    return found or NOBODY


def of(connection: Connection) -> Listeners:
    """Who listens now, in a statement of its own."""
    return listeners((name, events) for name, events in connection.execute(_ALL))
