"""Clocks that were renamed when their leads moved: by which names entries call one and the same clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, FromClause, and_, exists, func, literal, select
from sqlalchemy.sql.expression import ColumnElement

from slaflow.lifecycle.migration.move import Renamed
from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.leads import renaming
from slaflow.store.types import Instant, instant_writer, one_of

Column = ColumnElement[Any]
_WRITTEN = tuple(column.name for column in renaming.c)
_KNOWN = select(
    renaming.c.lead, renaming.c.target, renaming.c.number, renaming.c.first_target, renaming.c.first_number
).where(one_of(renaming.c.lead, "leads"))  # fmt: skip
_ANY = select(exists().select_from(renaming))


class Name(NamedTuple):
    """A target and the number of its clock, as columns."""

    target: Column
    number: Column


def keep(connection: Connection, renamed: Collection[tuple[int, Renamed]]) -> None:
    """Notes (lead id, renaming) pairs; two statements, none where there are none."""
    if not renamed:
        return
    first = names(connection, {lead_id for lead_id, _ in renamed})
    write = instant_writer(connection.dialect.name)
    rows: list[tuple[Any, ...]] = []
    for lead_id, each in renamed:
        begun = first[lead_id, *each.now] = first.get((lead_id, *each.was), each.was)
        rows.append((lead_id, *each.now, each.seq, write(each.at), *begun))
    insert_rows(connection, renaming, _WRITTEN, rows)


def names(connection: Connection, leads: Collection[int]) -> dict[tuple[int, str, int], tuple[str, int]]:
    """By lead, target and number of renamed clocks of these leads: what they were called at first."""
    rows = connection.execute(_KNOWN, {"leads": leads})
    return {(lead, target, number): (first, of) for lead, target, number, first, of in rows}


def are_any(connection: Connection) -> bool:
    """Whether any clock was ever renamed; where none was, entries and clocks pair by their names."""
    return bool(connection.execute(_ANY).scalar())


def joined(source: FromClause, row: Any, *, renamed: bool) -> tuple[FromClause, Name]:
    """*source*, which has entries *row*, and what each one's clock was called at first: to group by."""
    if not renamed:
        return source, Name(row.c.target, row.c.clock)
    known = renaming.alias("begun_as")
    same = and_(known.c.lead == row.c.lead, known.c.target == row.c.target, known.c.number == row.c.clock)
    name = Name(
        func.coalesce(known.c.first_target, row.c.target), func.coalesce(known.c.first_number, row.c.clock)
    )
    return source.outerjoin(known, same), name


def first_name(row: Any, *, renamed: bool) -> Name:
    """What the clock of the entry *row* was called when it started; *renamed* as :func:`are_any` says."""
    if not renamed:
        return Name(row.c.target, row.c.clock)
    known = renaming.alias("known_as")
    same = known.c.lead == row.c.lead, known.c.target == row.c.target, known.c.number == row.c.clock

    def found(column: Column, own: Column) -> Column:
        return func.coalesce(_one(select(column).where(*same), known), own)

    return Name(found(known.c.first_target, row.c.target), found(known.c.first_number, row.c.clock))


def name_at(lead: Column, first: Name, at: datetime | None, *, renamed: bool) -> Name:
    """What the clock that was called *first* when it started was called at an instant; None: is now."""
    if not renamed:
        return first
    later = renaming.alias("called")
    same = [
        later.c.lead == lead, later.c.first_target == first.target, later.c.first_number == first.number
    ]  # fmt: skip
    if at is not None:
        same.append(later.c.at <= literal(at, Instant()))

    def found(column: Column, own: Column) -> Column:
        latest = select(column).where(*same).order_by(later.c.seq.desc()).limit(1)
        return func.coalesce(_one(latest, later), own)

    return Name(found(later.c.target, first.target), found(later.c.number, first.number))


def is_same(one: Any, other: Any, *, renamed: bool) -> Column:
    """Whether two entries of one lead are about one clock."""
    first, second = (first_name(row, renamed=renamed) for row in (one, other))
    return and_(first.target == second.target, first.number == second.number)


def is_of(row: Any, clock: Any, *, renamed: bool) -> Column:
    """Whether the entry *row* is about the *clock* of that row, both of one lead."""
    first = first_name(row, renamed=renamed)
    now = name_at(row.c.lead, first, None, renamed=renamed)
    return and_(clock.c.target == now.target, clock.c.number == now.number)


def _one(query: Any, of: Any) -> Column:
    found: Column = query.correlate_except(of).scalar_subquery()
    return found
