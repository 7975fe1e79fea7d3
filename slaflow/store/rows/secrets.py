"""Keys that this database alone has, by what they are for; they stand in no entry, export or archive."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from slaflow.store.tables.erasure import secret

KEY_BYTES = 32


def known(connection: Connection, name: str) -> bytes | None:
    """The key called *name*; None where none was needed yet."""
    key: bytes | None = connection.execute(select(secret.c.value).where(secret.c.name == name)).scalar()
    return key


def known_or(connection: Connection, name: str, fresh_key: bytes) -> bytes:
    """The same; *fresh_key* becomes the database's where it has none yet.

    Raises:
        ConflictingChange: somebody else gave it one meanwhile.
    """
    key = known(connection, name)
    if key is None:
        connection.execute(insert(secret).values(name=name, value=fresh_key))
    return fresh_key if key is None else key
