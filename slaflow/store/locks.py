"""Who decides, and who must not change what others decide by meanwhile: a lock that no row stands for.

On SQLite there is one writer at a time anyway.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from slaflow.store.database import is_rehearsal

_KEY = int.from_bytes(b"decide")
_SHARED = text(f"SELECT pg_advisory_xact_lock_shared({_KEY})")
_ALONE = text(f"SELECT pg_advisory_xact_lock({_KEY})")


def begin(connection: Connection) -> None:
    """Decides beside others until this transaction ends; what they all go by stays as it is."""
    if connection.dialect.name == "postgresql" and not is_rehearsal(connection):
        connection.execute(_SHARED)


def wait_for_all(connection: Connection) -> None:
    """Waits until nobody decides; who begins to waits for this transaction to end."""
    if connection.dialect.name == "postgresql" and not is_rehearsal(connection):
        connection.execute(_ALONE)
