"""What was asked with a key, kept in the write's own transaction, so that none is done twice."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select, update
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.tables.access import once


class Kept(NamedTuple):
    """``digest`` tells what was asked; ``what`` is None where it was done, else what was refused."""

    digest: str
    lead: int | None
    seq: int | None
    what: str | None
    because: tuple[str, ...]
    denied: bool


_ONE = select(once.c.digest, once.c.lead, once.c.seq, once.c.what, once.c.because, once.c.denied)


def find(connection: Connection, token: str, key: str) -> Kept | None:
    """What became of it, or None if nothing was asked with that key."""
    row = connection.execute(_ONE.where(_is(token, key))).one_or_none()
    return None if row is None else Kept(*row[:4], tuple(row[4]), row[5])


def claim(connection: Connection, token: str, key: str, digest: str, at: datetime) -> None:
    """Takes the key; whoever asks with the same meanwhile waits until this transaction ends.

    Raises:
        ConflictingChange: somebody else took it meanwhile.
    """
    values = {"token": token, "key": key, "digest": digest, "at": at, "because": []}
    connection.execute(insert(once).values(values))


def note(connection: Connection, token: str, key: str, kept: Kept) -> None:
    """Keeps what became of it."""
    connection.execute(update(once).where(_is(token, key)).values(kept._asdict()))


def let_go(connection: Connection, token: str, key: str) -> None:
    """Gives the key back: nothing came of it yet."""
    connection.execute(delete(once).where(_is(token, key)))


def forget(connection: Connection, token: str, key: str, before: datetime) -> None:
    """Forgets what was asked with the key before then, if anything was."""
    connection.execute(delete(once).where(_is(token, key), once.c.at < before))


def _is(token: str, key: str) -> ColumnElement[bool]:
    return and_(once.c.token == token, once.c.key == key)
