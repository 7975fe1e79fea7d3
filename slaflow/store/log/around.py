"""What stands around an entry: its neighbours, what caused it, what it caused."""

from __future__ import annotations

from sqlalchemy import Connection, select

from slaflow.log.entry import Entry
from slaflow.store.tables.log import archive, entry

_COLUMNS = tuple(entry.c)
FURTHEST = 2000
"""How far on in a stream consequences are looked for: they follow what caused them."""


def beside(connection: Connection, each: Entry) -> tuple[int | None, int | None]:
    """The ids of the entries before and after it in the whole log."""
    before = select(entry.c.id).where(entry.c.id < each.id).order_by(entry.c.id.desc()).limit(1)
    after = select(entry.c.id).where(entry.c.id > each.id).order_by(entry.c.id).limit(1)
    return connection.execute(before).scalar(), connection.execute(after).scalar()


def in_stream(connection: Connection, each: Entry) -> list[Entry]:
    """Of its stream the entries before and after it, and the one that caused it, in their order."""
    numbers = [each.seq - 1, each.seq + 1, *([] if each.caused_by is None else [each.caused_by])]
    query = select(*_COLUMNS).where(entry.c.stream == each.stream, entry.c.seq.in_(numbers))
    return [Entry._make(row) for row in connection.execute(query.order_by(entry.c.seq))]


def caused(connection: Connection, each: Entry, most: int) -> list[Entry]:
    """The first *most* that it caused, in their order."""
    near = entry.c.seq.between(each.seq + 1, each.seq + FURTHEST)
    query = select(*_COLUMNS).where(entry.c.stream == each.stream, near, entry.c.caused_by == each.seq)
    return [Entry._make(row) for row in connection.execute(query.order_by(entry.c.seq).limit(most))]


def erased_by(connection: Connection, each: Entry) -> Entry | None:
    """The entry that tells that its data was erased."""
    later = entry.c.seq > each.seq
    query = select(*_COLUMNS).where(entry.c.stream == each.stream, later, entry.c.kind == "erased")
    row = connection.execute(query.order_by(entry.c.seq).limit(1)).one_or_none()
    return None if row is None else Entry._make(row)


def last_archive(connection: Connection) -> str | None:
    """The file that entries were moved to last."""
    query = select(archive.c.file).order_by(archive.c.id.desc()).limit(1)
    found: str | None = connection.execute(query).scalar()
    return found
