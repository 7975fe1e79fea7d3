"""The log: appended, streamed, and read raw for verification. Nothing here changes an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    Connection,
    DateTime,
    Select,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    true,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import NullType

from slaflow.log.entry import GENESIS, Entry
from slaflow.log.raw_entry import RawEntry
from slaflow.log.verify import StreamHead
from slaflow.store.bulk.rows import insert_rows
from slaflow.store.log.filter import EVERYTHING, LogFilter
from slaflow.store.log.narrowing import AT, filtered, narrowest, place
from slaflow.store.log.part import WHOLE, Part
from slaflow.store.log.raw_rows import raw_rows
from slaflow.store.rows import listeners as listening
from slaflow.store.rows.listeners import Listeners
from slaflow.store.tables.deliveries import receiver
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry, stream
from slaflow.store.types import Instant, instant_as_text

_COLUMNS = tuple(entry.c)  # in the order of Entry's own fields
_WRITTEN = tuple(column.name for column in _COLUMNS if column.name != "id")
_BATCH = 1000
Order: TypeAlias = Literal["id", "at", "lead"]
_ORDERS = {
    "id": (entry.c.id,),
    "at": (entry.c.at, entry.c.id),
    "lead": (entry.c.stream, entry.c.seq),
}
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Stores sealed entries in their order; ids grow with it.

    Raises:
        ConflictingChange: a stream already has an entry with that ``seq``: somebody else was first.
        AlreadyRecorded: a clock's breach, or a step of it, is in the log already.
    """
    rows = [each[1:] for each in entries]
    if connection.dialect.name == "sqlite":
        rows = [_with_text(row) for row in rows]
    insert_rows(connection, entry, _WRITTEN, rows)


def entries(connection: Connection, wanted: LogFilter = EVERYTHING, order: Order = "id") -> Iterator[Entry]:
    """The entries that *wanted* lets through, oldest (least id) first, read as they are asked for.

    *order* ``at`` gives them in order of that instant; ``lead`` gives those of leads, one lead after the
    other, each lead's in their order. ``limit`` and ``after`` go by id whatever the order.
    """
    by = narrowest(connection, wanted) if connection.dialect.name == "sqlite" and order == "id" else None
    query = _query(wanted, order, by, by == AT or _begins_late(wanted, order))
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for row in rows:
            yield Entry._make(row)


def _begins_late(wanted: LogFilter, order: Order) -> bool:
    """Whether the first entries wanted may lie far behind the log's first, so that they are found by time.

    Even with statistics PostgreSQL would rather walk the log in order until there are enough: it takes
    the entries of a day to be strewn over all of it.
    """
    some = wanted.limit is not None and wanted.from_ is not None and wanted.lead is None
    return order == "id" and some


def _query(wanted: LogFilter, order: Order, by: str | None, by_time: bool) -> Select[Any]:
    query = select(*_COLUMNS).where(*filtered(wanted, by))
    if order == "lead":
        query = query.where(entry.c.lead.is_not(None))
    if by_time or (wanted.limit is not None and order != "id"):
        # Ids alone are sorted and cut off, not whole entries.
        found_by = AT if by_time else by
        first = query.with_only_columns(entry.c.id).order_by(place(found_by)).limit(wanted.limit)
        return select(*_COLUMNS).where(entry.c.id.in_(first)).order_by(*_ORDERS[order])
    return query.order_by(*_ORDERS[order]).limit(wanted.limit)


def raw_entries(connection: Connection, part: Part = WHOLE) -> Iterator[RawEntry]:
    """Every entry as the very values stored, in the order of (stream, seq); instants are text.

    What cannot be read as text is passed on marked, so that verification names it instead of failing.
    """
    columns = [_raw(connection, column) for column in _COLUMNS]
    query = select(*columns).where(*part.names(entry.c.stream)).order_by(entry.c.stream, entry.c.seq)
    yield from map(tuple, raw_rows(connection, query))


def heads(connection: Connection, part: Part = WHOLE) -> Iterator[StreamHead]:
    """Where each stream ends according to its lead or its own row, and its salt, in the order of names."""
    of_lead = (literal("lead:", Text) + cast(lead.c.id, Text)).label("name")
    nothing: ColumnElement[Any] = literal_column("NULL").label("salt")
    leads = select(of_lead, lead.c.seq, lead.c.head, type_coerce(lead.c.salt, NullType()).label("salt"))
    others = select(stream.c.name, stream.c.seq, stream.c.head, nothing)
    leads, others = leads.where(*part.leads(lead.c.id)), others.where(*part.names(stream.c.name))
    both = union_all(leads, others).subquery()
    order = both.c.name if connection.dialect.name == "sqlite" else both.c.name.collate("C")
    for row in raw_rows(connection, select(both).order_by(order)):
        name, seq, head, salt = tuple(row)
        yield StreamHead(name, seq, head, b"" if salt is None else salt)


def has_more_than(connection: Connection, number: int) -> bool:
    """Whether the log holds more entries than that; no more are looked at."""
    query = select(entry.c.id).order_by(entry.c.id).offset(number).limit(1)
    return connection.execute(query).first() is not None


def stream_head(connection: Connection, name: str, *, lock: bool = True) -> tuple[int, str]:
    """(``seq``, hash) of the last entry of a stream that is no lead's; (0, GENESIS) for a new one.

    *lock* keeps others from the stream until the transaction ends.
    """
    query = select(stream.c.seq, stream.c.head).where(stream.c.name == name)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return (0, GENESIS) if row is None else (row[0], row[1])


def heard_stream_head(connection: Connection, name: str) -> tuple[int, str, Listeners]:
    """As :func:`stream_head`, and who listens to the log: one statement, two where the stream is new."""
    known = select(stream.c.seq, stream.c.head, *listening.COLUMNS)
    query = known.select_from(stream.outerjoin(receiver, true())).where(stream.c.name == name)
    rows = connection.execute(query.with_for_update(of=stream)).all()
    if not rows:
        return 0, GENESIS, listening.of(connection)
    heard = ((row[2], row[3]) for row in rows if row[2] is not None)
    return rows[0][0], rows[0][1], listening.listeners(heard)


def entry_id(connection: Connection, stream_name: str, seq: int) -> int | None:
    """The id of an entry; None if it is not in the log."""
    query = select(entry.c.id).where(entry.c.stream == stream_name, entry.c.seq == seq)
    return connection.execute(query).scalar()


def save_stream(connection: Connection, name: str, seq: int, head: str) -> None:
    """Moves a stream's end on.

    Raises:
        ConflictingChange: somebody else began the same stream meanwhile.
    """
    moved = update(stream).where(stream.c.name == name).values(seq=seq, head=head)
    if seq == 1 or connection.execute(moved).rowcount == 0:
        connection.execute(insert(stream).values(name=name, seq=seq, head=head))


def _with_text(row: tuple[Any, ...]) -> tuple[Any, ...]:
    # stream, seq, lead and class; four instants; all the rest.
    at, arrived, occurred, recorded = row[4:8]
    arrived = None if arrived is None else instant_as_text(arrived)
    occurred = None if occurred is None else instant_as_text(occurred)
    return (*row[:4], instant_as_text(at), arrived, occurred, instant_as_text(recorded), *row[8:])


def _raw(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        return type_coerce(column, NullType())
    if not isinstance(column.type, Instant):
        return column
    plain = type_coerce(column, DateTime(timezone=True))
    fixed = func.to_char(plain, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', type_=Text)
    # Neither an infinite instant nor one before Christ may pass for another.
    return case((plain.between(_FIRST, _LAST), fixed), else_=cast(plain, Text))
