"""Entries that leave the log for a file, and the record of which did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, delete, exists, func, insert, literal, or_, select

from slaflow.log.archive import STREAM, ArchiveRecord, StreamEnd
from slaflow.log.entry import Entry
from slaflow.log.verify import StreamHead
from slaflow.store.bulk.rows import insert_rows
from slaflow.store.errors import ConflictingChange
from slaflow.store.log.part import WHOLE, Part
from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.log import archive, archived_stream, entry
from slaflow.store.types import one_of

_BATCH = 1000
_FIELDS = tuple(ArchiveRecord.__slots__)
_ENDS = ("stream", "seq", "hash", "last_entry", "archive")


def states(connection: Connection) -> list[tuple[str, str]]:
    """Every (version's digest, state) in which some lead is."""
    query = select(lead.c.digest, lead.c.state).distinct().order_by(lead.c.digest, lead.c.state)
    return [(row[0], row[1]) for row in connection.execute(query)]


def at_rest(
    connection: Connection, final: Mapping[tuple[str, str], datetime], after: int, limit: int
) -> list[tuple[int, int]]:
    """(id, entries not archived yet) of leads that nothing is going to happen to by itself, by id.

    Args:
        final: the (digest, state) pairs that are final, and what the last that was logged for leads in
            them must lie before.
        after: the id after which to go on.
    """
    if not final:
        return []
    owed = exists().where(clock.c.lead == lead.c.id, clock.c.ended_at.is_(None))
    stream = literal("lead:", Text) + cast(lead.c.id, Text)
    gone = select(func.coalesce(func.max(archived_stream.c.seq), 0)).where(archived_stream.c.stream == stream)
    left = (lead.c.seq - gone.scalar_subquery()).label("left")
    is_final = or_(
        *(
            and_(lead.c.digest == digest, lead.c.state == state, lead.c.as_of < before)
            for (digest, state), before in final.items()
        )
    )
    query = select(lead.c.id, left).where(is_final, ~owed, left > 0, lead.c.id > after)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(lead.c.id).limit(limit))]


def stored_heads(connection: Connection, lead_ids: Collection[int]) -> list[StreamHead]:
    """Where the streams of these leads end, with their salts, in the order of names."""
    query = select(lead.c.id, lead.c.seq, lead.c.head, lead.c.salt).where(one_of(lead.c.id, "ids"))
    rows = connection.execute(query, {"ids": lead_ids})
    heads = [StreamHead(f"lead:{row[0]}", row[1], row[2], row[3]) for row in rows]
    return sorted(heads, key=lambda head: head.stream)


def entries_of(connection: Connection, names: Collection[str]) -> Iterator[Entry]:
    """What the log still holds of these streams, in the order of (stream, seq)."""
    query = select(*entry.c).where(one_of(entry.c.stream, "names")).order_by(entry.c.stream, entry.c.seq)
    with connection.execute(query.execution_options(yield_per=_BATCH), {"names": names}) as rows:
        for row in rows:
            yield Entry._make(row)


def record(connection: Connection, made: ArchiveRecord, ends: Sequence[StreamEnd]) -> int:
    """Notes a file and where its streams end, which allows their entries to go; its number."""
    values = {name: getattr(made, name) for name in _FIELDS}
    number = int(connection.execute(insert(archive).values(values).returning(archive.c.id)).scalar_one())
    insert_rows(connection, archived_stream, _ENDS, [(*end, number) for end in ends])
    return number


def let_go(connection: Connection, number: int, expected: int) -> None:
    """Deletes the entries that the file *number* holds.

    Raises:
        ConflictingChange: they are not *expected*: somebody else archived some of them meanwhile.
    """
    held = exists().where(
        archived_stream.c.archive == number,
        archived_stream.c.stream == entry.c.stream,
        archived_stream.c.seq >= entry.c.seq,
    )
    # Said twice, as SQLite looks for what exists at each entry of the log, unless the streams find them.
    streams = select(archived_stream.c.stream).where(archived_stream.c.archive == number)
    gone = connection.execute(delete(entry).where(entry.c.stream.in_(streams), held)).rowcount
    if gone != expected:
        raise ConflictingChange(f"{gone} entries are there to be archived, not {expected}")


def records(connection: Connection) -> list[tuple[int, ArchiveRecord]]:
    """Every file and its number, oldest first."""
    query = select(archive.c.id, *(archive.c[name] for name in _FIELDS)).order_by(archive.c.id)
    return [(row[0], ArchiveRecord(*row[1:])) for row in connection.execute(query)]


def ends_of(connection: Connection, number: int) -> Iterator[StreamEnd]:
    """Where the streams in the file *number* end, in the order of names."""
    query = select(*(archived_stream.c[name] for name in _ENDS[:-1]))
    query = query.where(archived_stream.c.archive == number).order_by(archived_stream.c.stream)
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield StreamEnd(*row)


def begins(connection: Connection, part: Part = WHOLE) -> Iterator[StreamEnd]:
    """Where the log's part of each archived stream begins: behind these, in the order of names."""
    columns = [archived_stream.c[name] for name in _ENDS[:-1]]
    later = archived_stream.alias()
    is_last = ~exists().where(
        later.c.stream == archived_stream.c.stream, later.c.seq > archived_stream.c.seq
    ).correlate(archived_stream)
    found = select(*columns).where(is_last, *part.names(archived_stream.c.stream))
    query = found.order_by(archived_stream.c.stream)
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield StreamEnd(*row)


def logged(connection: Connection) -> Iterator[Any]:
    """The data of the entries that record archives, oldest first."""
    query = select(*entry.c).where(entry.c.stream == STREAM).order_by(entry.c.seq)
    for row in connection.execute(query):
        yield Entry._make(row).data


def horizon(connection: Connection) -> datetime | None:
    """The instant before which some of the log may be archived; None where nothing is."""
    found: datetime | None = connection.execute(select(func.max(archive.c.before))).scalar()
    return found


def archived_up_to(connection: Connection, stream: str) -> int:
    """The seq up to which a stream was moved into files; 0 where it was not."""
    query = select(func.coalesce(func.max(archived_stream.c.seq), 0))
    return int(connection.execute(query.where(archived_stream.c.stream == stream)).scalar_one())


def count_before(connection: Connection, instant: datetime) -> int:
    """How many entries of the log lie before *instant*."""
    query = select(func.count()).select_from(entry).where(entry.c.at < instant)
    return int(connection.execute(query).scalar_one())
