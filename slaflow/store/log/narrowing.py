"""Which filter of a question to the log should find the entries on SQLite, whose planner knows no numbers.

It takes a filter on an actor to leave ten entries, be there a million, and would rather read the whole log
in order than sort a day of it. So a few index entries are counted before, the filter that leaves least
finds the entries, and the others are kept from the planner. PostgreSQL keeps statistics and needs none of
this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, literal_column, select
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.dialect import unindexed
from slaflow.store.log.filter import LogFilter
from slaflow.store.tables.log import entry

ENOUGH = 10_000
"""How far is counted: of two filters that both leave more, either will do."""

AT = "at"
NAMED = ("target", "trigger", "actor", "kind", "party")
"""The filters that name something; each has an index of its own."""


def narrowest(connection: Connection, wanted: LogFilter) -> str | None:
    """The column whose filter leaves the fewest entries to look at; None where nothing narrows.

    Cost: for each filter a count that stops at :data:`ENOUGH`, half a millisecond at most; no count at
    all where only one filter narrows.
    """
    if wanted.lead is not None:
        return "stream"
    found = dict(_filters(wanted))
    if len(found) < 2 or _asks_for_breaches_of_a_time(wanted):
        return next(iter(found), None)
    return min(found, key=lambda name: _counted(connection, found[name]))


def filtered(wanted: LogFilter, by: str | None = None) -> Iterator[ColumnElement[bool]]:
    """Every filter as a condition; with *by* only the one on that column can be answered by an index."""
    if wanted.lead is not None:
        yield _kept(entry.c.stream, by) == f"lead:{wanted.lead}"
    for name in NAMED:
        values = wanted_of(wanted, name)
        if name == "kind" and _asks_for_breaches_of_a_time(wanted):
            yield _breached()
        elif values:
            yield _named(_kept(entry.c[name], by), values)
    yield from _within(wanted, _kept(entry.c.at, by))
    if wanted.after is not None:
        yield place(by) > wanted.after


def place(by: str | None) -> ColumnElement[Any]:
    """The id, to order by; kept from the planner where the entries are found by time, which is not by id."""
    return unindexed(entry.c.id) if by == AT else entry.c.id


def _filters(wanted: LogFilter) -> Iterator[tuple[str, list[ColumnElement[bool]]]]:
    span = list(_within(wanted, entry.c.at))
    if span:
        yield AT, span
    for name in NAMED:
        if values := wanted_of(wanted, name):
            yield name, [_named(entry.c[name], values)]


def wanted_of(wanted: LogFilter, name: str) -> tuple[str, ...]:
    """The values of that column, of which any will do; none where it is not asked for."""
    if name == "actor" and wanted.actors:
        return wanted.actors
    if name == "kind" and wanted.kinds:
        return wanted.kinds
    value: str | None = getattr(wanted, name)
    return () if value is None else (value,)


def _named(column: ColumnElement[Any], values: tuple[str, ...]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _within(wanted: LogFilter, at: ColumnElement[Any]) -> Iterator[ColumnElement[bool]]:
    if wanted.from_ is not None:
        yield at >= wanted.from_
    if wanted.to is not None:
        yield at < wanted.to


def _asks_for_breaches_of_a_time(wanted: LogFilter) -> bool:
    """What managers ask most has a small index of its own, on both databases."""
    bounded = wanted.from_ is not None or wanted.to is not None
    return wanted_of(wanted, "kind") == ("breached",) and bounded and wanted.lead is None


def _breached() -> ColumnElement[bool]:
    # As a partial index must have it: spelled out, not as a parameter.
    return entry.c.kind == literal_column("'breached'")


def _kept(column: ColumnElement[Any], by: str | None) -> ColumnElement[Any]:
    return column if by is None or column.key == by else unindexed(column)


def _counted(connection: Connection, terms: list[ColumnElement[bool]]) -> int:
    some: Select[tuple[int]] = select(literal_column("1")).select_from(entry).where(*terms).limit(ENOUGH)
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
