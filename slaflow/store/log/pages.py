"""The log a page at a time, newest first: each page costs the same, however long the log is.

A planner that guesses wrong reads a whole log for one page, so nothing is left to it. Every filter has an
index in which the entries of one value stand in the order of ids; a page walks down one of them, looks at
:data:`LOOKED_AT` entries at most, and says where it stopped. Of several filters one that leaves few entries
is walked to its end. Without a bound in time entries come in the order in which they were written, with one
in that of the instants they are of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, func, literal, literal_column, select, tuple_
from sqlalchemy.sql.expression import ColumnElement

from slaflow.log.entry import Entry
from slaflow.store.log.filter import LogFilter
from slaflow.store.log.narrowing import wanted_of
from slaflow.store.tables.log import entry
from slaflow.store.types import one_of

LOOKED_AT = 2000
"""As many entries are looked at for a page, of each value that is asked for."""
_NAMED = ("target", "trigger", "actor", "kind", "party")
_STREAM = "stream"
_COLUMNS = tuple(entry.c)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a page ends: at an entry, and where pages go by time its instant."""

    at: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, newest first; ``before`` is where the next page begins, None: there is none.

    ``is_short``: what was looked at held no more of them, though there may be some further on.
    """

    entries: tuple[Entry, ...]
    before: Place | None
    is_short: bool = False


Found: TypeAlias = tuple[list[Place], Place | None]
"""Places that fit, newest first; and the last that was looked at, where it was not the end."""


def page(connection: Connection, wanted: LogFilter, before: Place | None, most: int) -> LogPage:
    """The latest *most* entries before *before* (None: of all) that *wanted* lets through.

    Cost: for each value asked for a walk of :data:`LOOKED_AT` entries along one index, and where there are
    several filters a count that stops there; then the entries themselves.
    """
    walks = [_walked(connection, each, before, most) for each in _ways(connection, wanted, before, most)]
    stops = [stop for _, stop in walks if stop is not None]
    floor = max(stops, default=None)
    places = sorted((each for found, _ in walks for each in found), reverse=True)
    if floor is not None:
        places = [each for each in places if each >= floor]
    shown = places[:most]
    if len(places) > most:
        return LogPage(_entries(connection, shown), shown[-1])
    return LogPage(_entries(connection, shown), floor, is_short=floor is not None)


@dataclass(frozen=True, slots=True)
class _Way:
    """Down which index, from where, and what is asked of each entry on it.

    ``whole``: it is short, and is walked to its end, in whatever order.
    """

    by_time: bool
    column: ColumnElement[Any] | None = None
    value: str = ""
    span: tuple[datetime | None, datetime | None] = (None, None)
    rest: tuple[tuple[str, tuple[str, ...]], ...] = ()
    whole: bool = False
    of_breaches: bool = False

    @property
    def is_asked_more(self) -> bool:
        return bool(self.rest) or (self.column is not None and self.by_time)


def _ways(connection: Connection, wanted: LogFilter, before: Place | None, most: int) -> list[_Way]:
    named = dict(_named(wanted))
    span = wanted.from_, wanted.to
    by_time = span != (None, None)
    if not named:
        return [_Way(by_time, span=span)]
    if len(named) == 1 and not by_time:
        name = next(iter(named))
    else:
        few = _fewest(connection, named)
        if few is not None:
            return [replace(each, whole=True) for each in _along(few, named, by_time, span)]
        if by_time:
            return [_by_time(named, span)]
        name = next(iter(named))
    return list(_along(name, named, by_time, span))


def _by_time(named: dict[str, tuple[str, ...]], span: tuple[datetime | None, datetime | None]) -> _Way:
    """Down the index of instants; what managers ask most has a small one of its own."""
    is_small = named.get("kind") == ("breached",)
    rest = tuple((name, values) for name, values in named.items() if not (is_small and name == "kind"))
    return _Way(True, span=span, rest=rest, of_breaches=is_small)


def _along(
    name: str, named: dict[str, tuple[str, ...]], by_time: bool, span: tuple[datetime | None, datetime | None]
) -> Iterator[_Way]:
    rest = tuple((other, values) for other, values in named.items() if other != name)
    for value in named[name]:
        yield _Way(by_time, entry.c[name], value, span, rest)


def _named(wanted: LogFilter) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Columns and the values asked for, what leaves least as a rule first."""
    if wanted.lead is not None:
        yield _STREAM, (f"lead:{wanted.lead}",)
    for name in _NAMED:
        if values := wanted_of(wanted, name):
            yield name, tuple(dict.fromkeys(values))


def _fewest(connection: Connection, named: dict[str, tuple[str, ...]]) -> str | None:
    """The filter that leaves the fewest entries, where it is few enough to look at all."""
    sizes = {
        name: sum(_size(connection, entry.c[name], value) for value in values)
        for name, values in named.items()
    }
    name = min(sizes, key=lambda each: sizes[each])
    return name if sizes[name] <= LOOKED_AT else None


def _size(connection: Connection, column: ColumnElement[Any], value: str) -> int:
    some = _downwards(select(literal_column("1")), column, value, None).limit(LOOKED_AT + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _walked(connection: Connection, way: _Way, before: Place | None, most: int) -> Found:
    looked_at = LOOKED_AT + 1 if way.whole else LOOKED_AT if way.is_asked_more else most + 1
    inner = _inner(connection, way, before).limit(looked_at)
    if not way.is_asked_more:
        return _places(connection, inner, way), None
    each = inner.subquery().c
    fitting = select(each.id, each.at).where(*_asked(each, way, before))
    order = (each.at.desc(), each.id.desc()) if way.by_time else (each.id.desc(),)
    found = _places(connection, fitting.order_by(*order).limit(most + 1), way)
    if way.whole or len(found) > most:
        return found, None
    last = _places(connection, inner.offset(looked_at - 1).limit(1), way)
    return found, last[0] if last else None


def _inner(connection: Connection, way: _Way, before: Place | None) -> Select[Any]:
    names = dict.fromkeys(["id", "at", *(name for name, _ in way.rest)])
    query = select(*(entry.c[name] for name in names))
    if way.column is not None:
        return _downwards(
            query, way.column, way.value, None if way.by_time else _from(connection, way, before)
        )
    if not way.by_time:
        query = query if before is None else query.where(entry.c.id < before.id)
        return query.order_by(entry.c.id.desc())
    query = query.where(*_within(entry.c, way, before))
    if way.of_breaches:
        # As a partial index must have it: spelled out, not as a parameter.
        query = query.where(entry.c.kind == literal_column("'breached'"))
    return query.order_by(entry.c.at.desc(), entry.c.id.desc())


def _from(connection: Connection, way: _Way, before: Place | None) -> int | None:
    """Where on its index the walk goes on: in a stream by the number there, else by the entry's id."""
    if before is None or way.column is not entry.c.stream:
        return None if before is None else before.id
    earlier = select(entry.c.seq).where(entry.c.stream == way.value, entry.c.id < before.id)
    seq = connection.execute(earlier.order_by(entry.c.seq.desc()).limit(1)).scalar()
    return 0 if seq is None else seq + 1


def _downwards(query: Select[Any], column: ColumnElement[Any], value: str, before: int | None) -> Select[Any]:
    """*query* in the order of the one index that has the entries of *value* together.

    As a range and not as an equality, so that no other index has them in that order.
    """
    number = entry.c.seq if column is entry.c.stream else entry.c.id
    query = query.where(column >= value, column <= value)
    if before is not None:
        here = tuple_(literal(value, column.type), literal(before, number.type))
        query = query.where(tuple_(column, number) < here)
    return query.order_by(column.desc(), number.desc())


def _asked(each: Any, way: _Way, before: Place | None) -> Iterator[ColumnElement[bool]]:
    for name, values in way.rest:
        yield each[name] == values[0] if len(values) == 1 else each[name].in_(values)
    if way.column is not None and way.by_time:
        yield from _within(each, way, before)
    elif way.whole and before is not None:
        yield each.id < before.id


def _within(each: Any, way: _Way, before: Place | None) -> Iterator[ColumnElement[bool]]:
    start, end = way.span
    if start is not None:
        yield each.at >= start
    if end is not None:
        yield each.at < end
    if before is not None and before.at is not None:
        here = tuple_(literal(before.at, entry.c.at.type), literal(before.id, entry.c.id.type))
        yield tuple_(each.at, each.id) < here


def _places(connection: Connection, query: Select[Any], way: _Way) -> list[Place]:
    rows = connection.execute(query)
    return [Place(row.at if way.by_time else None, row.id) for row in rows]


def _entries(connection: Connection, places: Sequence[Place]) -> tuple[Entry, ...]:
    if not places:
        return ()
    ids = [each.id for each in places]
    rows = connection.execute(select(*_COLUMNS).where(one_of(entry.c.id, "ids")), {"ids": ids})
    found = {row[0]: Entry._make(row) for row in rows}
    return tuple(found[each] for each in ids if each in found)
