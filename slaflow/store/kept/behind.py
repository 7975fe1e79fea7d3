"""The leads behind a report's figures, those of the last of each kind; from rows as they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.sql.expression import ColumnElement

from slaflow.store.figures.asked import Asked
from slaflow.store.tables.leads import lead
from slaflow.store.tables.passages import passage
from slaflow.store.tables.touches import ending

Row = tuple[Any, ...]
"""What tells the kind, and then the lead."""


def of_handoffs(connection: Connection, asked: Asked, most: int) -> Iterator[Row]:
    """Giver, taker, direction, outcome, whether the taker touched it: the leads handed over last."""
    row = passage.c
    kinds = (row.gave, row.took, row.direction, row.outcome, row.touched_at.is_not(None).label("touched"))
    yield from _latest(connection, kinds, row.lead, row.at, asked.in_bounds(row.at), most)


def of_endings(connection: Connection, asked: Asked, most: int) -> Iterator[Row]:
    """How, in which state, for which reason: the leads that ended last."""
    row = ending.c
    yield from _latest(
        connection, (row.what, row.state, row.reason), row.lead, row.at, asked.in_bounds(row.at), most
    )


def of_states(connection: Connection, asked: Asked, most: int) -> Iterator[Row]:
    """State: the leads created last in the period that are in it now."""
    row = lead.c
    yield from _latest(connection, (row.state,), row.id, row.id, asked.in_bounds(row.created_at), most)


def _latest(
    connection: Connection, kinds: Sequence[ColumnElement[Any]], number: ColumnElement[Any],
    order: ColumnElement[Any], where: ColumnElement[bool], most: int,
) -> Iterator[Row]:  # fmt: skip
    named = [each.label(f"kind_{place}") for place, each in enumerate(kinds)]
    place = func.row_number().over(partition_by=kinds, order_by=order.desc()).label("place")
    placed = select(*named, number.label("lead"), place).where(where).subquery()
    columns = [placed.c[each.name] for each in named]
    query = select(*columns, placed.c.lead).where(placed.c.place <= most)
    for row in connection.execute(query.order_by(*columns, placed.c.place)):
        yield tuple(row)
