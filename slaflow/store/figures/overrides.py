"""Moves that were made although a guard did not pass: by whom, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, func, literal_column, select, true

from slaflow.store.dialect import in_stream
from slaflow.store.figures.asked import Asked
from slaflow.store.tables.log import entry

Which = Literal["handoffs", "cohort", "all"]
"""Of the period: its handoffs, or all moves; or the moves of the leads created in it."""


class OverriddenFigure(NamedTuple):
    """So many moves of a kind were overridden by that party."""

    trigger: str
    from_state: str
    to_state: str
    by: str
    moves: int


class Override(NamedTuple):
    """One move that was overridden, and the reason that was given."""

    at: datetime
    lead: int
    actor: str
    trigger: str
    from_state: str
    to_state: str
    reason: str


def overridden(connection: Connection, asked: Asked, which: Which) -> list[OverriddenFigure]:
    """How often each kind of move was overridden by each party, the most frequent first."""
    row = entry.alias("overridden")
    columns = row.c.trigger, row.c["from"], row.c.to, row.c.party
    number = func.count()
    query = select(*columns, number).where(_is_one(asked, row, which)).group_by(*columns)
    found = connection.execute(query.order_by(number.desc(), *columns))
    return [OverriddenFigure(*each) for each in found]


def overrides(connection: Connection, asked: Asked, most: int) -> Iterator[Override]:
    """The latest overridden moves of the period, newest first."""
    row = entry.alias("overridden")
    columns = row.c.at, row.c.lead, row.c.actor, row.c.trigger, row.c["from"], row.c.to, row.c.reason
    query = select(*columns).where(_is_one(asked, row, "all"))
    for each in connection.execute(query.order_by(row.c.at.desc(), row.c.id.desc()).limit(most)):
        yield Override(*each)


def is_overridden(row: Any) -> ColumnElement[bool]:
    """Whether it is a move that was overridden: of moves only those have a reason, also of erased leads."""
    # The kind said so, both databases find them by their index.
    return and_(row.c.kind == literal_column("'transition'"), row.c.reason.is_not(None))


def _is_one(asked: Asked, row: Any, which: Which) -> ColumnElement[bool]:
    if which == "cohort":
        born = entry.alias("born")
        created = and_(
            born.c.stream == row.c.stream, in_stream(born.c.kind) == "created", asked.in_bounds(born.c.at)
        )
        moved = and_(is_overridden(row), row.c["from"] != row.c.to, row.c.at <= asked.at)
        return and_(moved, exists(select(born.c.id).where(created)))
    kind = row.c.handoff if which == "handoffs" else true()
    return and_(is_overridden(row), asked.in_period(row.c.at), kind)
