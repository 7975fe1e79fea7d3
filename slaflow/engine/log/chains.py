"""The chains of a part of the log, verified by themselves. Imports little: every worker waits for it."""

from __future__ import annotations

from collections.abc import Callable

from slaflow.log.verify import Verification, verify
from slaflow.store.database import Connection, Database
from slaflow.store.log.archives import begins
from slaflow.store.log.entries import heads, raw_entries
from slaflow.store.log.part import Part


def checker(database: Database, conn: Connection) -> Callable[[Part], Verification]:
    """What verifies one part after the other."""
    return lambda part: verify(raw_entries(conn, part), heads(conn, part), begins(conn, part))
