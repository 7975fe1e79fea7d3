"""Figures of reports, kept so that a page need not count: read, asked for, taken in hand, kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.erasure import erasure
from slaflow.store.tables.figures import figure
from slaflow.store.tables.log import entry
from slaflow.store.types import instant_writer


class Place(NamedTuple):
    """What a figure is of: a report, of one agreement or (empty) of all, of a period, in groups."""

    report: str
    workflow: str = ""
    period: str = ""
    grouping: str = ""


class Known(NamedTuple):
    """How far the log has come, and how many leads were erased: what is counted now is counted of this."""

    last_entry: int
    erasures: int


class Kept(NamedTuple):
    """A figure as it is kept; without ``data`` it was never counted, or must not be shown any more."""

    place: Place
    read_at: datetime
    asked_at: datetime | None
    known: Known
    at: datetime | None
    data: Any


_READ = (
    *(figure.c[name] for name in Place._fields), figure.c.read_at, figure.c.asked_at, figure.c.last_entry,
    figure.c.erasures, figure.c.at,
)  # fmt: skip


def known(connection: Connection) -> Known:
    """How far it has come by now. Cost: the end of an index, and the leads that were ever erased."""
    last = connection.execute(select(func.max(entry.c.id))).scalar() or 0
    return Known(last, connection.execute(select(func.count()).select_from(erasure)).scalar() or 0)


def find(connection: Connection, place: Place) -> Kept | None:
    """What is kept of it; None where nobody ever asked."""
    row = connection.execute(select(*_READ, figure.c.data).where(_is(place))).one_or_none()
    if row is None:
        return None
    data = None if row.data is None else orjson.loads(row.data)
    count = Known(row.last_entry or 0, row.erasures or 0)
    return Kept(Place(*row[:4]), row.read_at, row.asked_at, count, row.at, data)


def ask(connection: Connection, place: Place, at: datetime, most: int) -> None:
    """Has it be counted anew, unless that was asked already; beyond *most*, who was read longest ago goes."""
    now = instant_writer(connection.dialect.name)(at)
    insert_rows(
        connection, figure, (*Place._fields, "read_at", "asked_at"), [(*place, now, now)],
        "(report, workflow, period, grouping) DO NOTHING",
    )  # fmt: skip
    asked = update(figure).where(_is(place), figure.c.asked_at.is_(None))
    connection.execute(asked.values(asked_at=at))
    over = (connection.execute(select(func.count()).select_from(figure)).scalar() or 0) - most
    if over > 0:
        oldest = select(*(figure.c[name] for name in Place._fields)).order_by(figure.c.read_at).limit(over)
        for row in connection.execute(oldest).all():
            connection.execute(delete(figure).where(_is(Place(*row))))


def note_read(connection: Connection, place: Place, at: datetime) -> None:
    connection.execute(update(figure).where(_is(place)).values(read_at=at))


def ask_for_old(connection: Connection, before: datetime, read_since: datetime, at: datetime) -> int:
    """Has those be counted anew that somebody reads, were counted before then, and of which the log says
    more by now; how many they are."""
    now = known(connection)
    is_old = and_(figure.c.at < before, figure.c.last_entry < now.last_entry)
    asked = update(figure).where(
        figure.c.asked_at.is_(None), figure.c.read_at >= read_since,
        or_(is_old, figure.c.erasures != now.erasures),
    )  # fmt: skip
    return connection.execute(asked.values(asked_at=at)).rowcount


def take(connection: Connection, at: datetime, until: datetime) -> Place | None:
    """Takes in hand until then what waits longest and nobody has in hand; None where nothing does."""
    row = figure.c
    is_free = or_(row.taken_until.is_(None), row.taken_until <= at)
    query = select(*(row[name] for name in Place._fields)).where(row.asked_at.is_not(None), is_free)
    first = query.order_by(row.asked_at).limit(1).with_for_update(skip_locked=True)
    found = connection.execute(first).one_or_none()
    if found is None:
        return None
    place = Place(*found)
    connection.execute(update(figure).where(_is(place)).values(taken_until=until))
    return place


def is_any(connection: Connection) -> bool:
    """Whether any was ever asked for."""
    return connection.execute(select(figure.c.report).limit(1)).first() is not None


def is_waiting(connection: Connection, at: datetime) -> bool:
    """Whether there is anything to take in hand."""
    row = figure.c
    is_free = or_(row.taken_until.is_(None), row.taken_until <= at)
    query = select(row.report).where(row.asked_at.is_not(None), is_free).limit(1)
    return connection.execute(query).first() is not None


def keep(connection: Connection, place: Place, count: Known, at: datetime, data: Any) -> bool:
    """Keeps what was counted of what was known; not where a lead was erased meanwhile, whose values it may
    hold: that is counted over."""
    connection.execute(select(figure.c.report).where(_is(place)).with_for_update())
    if known(connection).erasures != count.erasures:
        connection.execute(update(figure).where(_is(place)).values(taken_until=None))
        return False
    values = {
        "last_entry": count.last_entry, "erasures": count.erasures, "at": at,
        "data": orjson.dumps(data).decode(), "asked_at": None, "taken_until": None,
    }  # fmt: skip
    connection.execute(update(figure).where(_is(place)).values(values))
    return True


def let_go(connection: Connection, place: Place) -> None:
    """Leaves it as it was until somebody asks again: it could not be counted."""
    connection.execute(update(figure).where(_is(place)).values(asked_at=None, taken_until=None))


def forget(connection: Connection, read_before: datetime) -> int:
    """Forgets what nobody has looked at since then; how many they were."""
    return connection.execute(delete(figure).where(figure.c.read_at < read_before)).rowcount


def empty(connection: Connection, at: datetime) -> None:
    """Takes out of all what was counted, and has it be counted anew: a lead's values may stand in any."""
    emptied = {"data": None, "at": None, "last_entry": None, "asked_at": at}
    connection.execute(update(figure).values(emptied))


def _is(place: Place) -> ColumnElement[bool]:
    return and_(*(figure.c[name] == value for name, value in zip(Place._fields, place, strict=True)))
