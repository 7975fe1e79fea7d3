"""The leaves of the tree over the whole log, and the signed heads that were taken of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, text

from slaflow.log.entry import Entry
from slaflow.store.log.raw_rows import raw_rows
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import checkpoint, entry, identity


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A head as it was signed. ``note`` is the whole signed text, ``root`` and ``signature`` are out of it.

    ``last_entry`` is the greatest id under it, 0 for an empty log; ``frontier`` the roots of the tree's
    complete subtrees, one after the other, which spare the next head the way from the first entry on.
    """

    at: datetime
    origin: str
    size: int
    root: str
    signature: str
    note: str
    last_entry: int
    frontier: bytes


def last_entry(connection: Connection) -> int:
    """The greatest id of the log, below which nothing can appear any more; 0 for an empty log.

    PostgreSQL gives ids before the commit, so that a lower one may appear after a higher one. Waiting for
    whoever writes now, and letting nobody begin meanwhile, puts an end to that. On SQLite a write
    transaction has the file to itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE entry IN SHARE MODE"))
    return int(connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one())


def leaves(connection: Connection, after: int = 0, up_to: int | None = None) -> Iterator[tuple[int, str]]:
    """(id, hash) of the entries after the id *after* and up to *up_to*, by id, streamed."""
    query = select(entry.c.id, entry.c.hash).where(entry.c.id > after).order_by(entry.c.id)
    if up_to is not None:
        query = query.where(entry.c.id <= up_to)
    yield from map(tuple, raw_rows(connection, query))


def entry_of(connection: Connection, entry_id: int) -> Entry | None:
    """The entry with that id."""
    row = connection.execute(select(*entry.c).where(entry.c.id == entry_id)).one_or_none()
    return None if row is None else Entry._make(row)


def salt_of(connection: Connection, each: Entry) -> bytes:
    """The salt that the data of an entry was hashed with; empty for streams of no lead, and once erased."""
    return connection.execute(select(lead.c.salt).where(lead.c.id == each.lead)).scalar() or b""


def keep(connection: Connection, taken: KeptCheckpoint) -> None:
    """Stores a head that was signed."""
    values = {name: getattr(taken, name) for name in KeptCheckpoint.__slots__}
    connection.execute(insert(checkpoint).values(values))


def latest(connection: Connection) -> KeptCheckpoint | None:
    """The head over the most entries, the one signed last among equals."""
    query = select(*_KEPT).order_by(checkpoint.c.size.desc(), checkpoint.c.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else KeptCheckpoint(*row)


def identity_of(connection: Connection) -> str:
    """What tells this log from others: 16 hex digits, drawn when its tables were made."""
    return str(connection.execute(select(identity.c.id)).scalar_one())


def origin(connection: Connection) -> str | None:
    """What this log called itself in the first head that was signed; None where none was.

    Nobody else signs one until the transaction ends.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE checkpoint IN SHARE ROW EXCLUSIVE MODE"))
    return connection.execute(select(checkpoint.c.origin).order_by(checkpoint.c.id).limit(1)).scalar()


def up_to_size(connection: Connection, size: int) -> Iterator[KeptCheckpoint]:
    """The heads over at most *size* entries, smallest first."""
    query = select(*_KEPT).where(checkpoint.c.size <= size).order_by(checkpoint.c.size, checkpoint.c.id)
    with connection.execute(query.execution_options(yield_per=100)) as rows:
        for row in rows:
            yield KeptCheckpoint(*row)


_KEPT = tuple(checkpoint.c[name] for name in KeptCheckpoint.__slots__)
