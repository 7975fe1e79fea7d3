"""Breaches that may be lifted: those of a stretch of time, whether or not a tick has said so yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select, union

from slaflow.store.rows.renamings import are_any, is_of
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import entry


class Broken(NamedTuple):
    """The clock of a breach, by its lead, target and number."""

    lead_id: int
    target: str
    number: int


def broken_between(
    connection: Connection, start: datetime, end: datetime, now: datetime,
    target: str | None, party: str | None,
) -> list[Broken]:  # fmt: skip
    """Breaches not lifted yet whose instant lies from *start* until before *end*, lead by lead.

    Among them open clocks that were due then and before *now*, which nobody has carried out yet: settled,
    they may turn out to be broken. Cost: the log's breaches of that time, by index, and what is due.
    """
    known = select(clock.c.lead, clock.c.target, clock.c.number).where(clock.c.lifted.is_(False))
    known = known.join_from(
        clock,
        entry,
        and_(entry.c.lead == clock.c.lead, is_of(entry, clock, renamed=are_any(connection))),
    )
    known = known.where(entry.c.kind == "breached", entry.c.at >= start, entry.c.at < end)
    fallen = select(clock.c.lead, clock.c.target, clock.c.number).where(
        clock.c.ended_at.is_(None), clock.c.breached_at.is_(None), clock.c.owed_by.is_not(None),
        clock.c.due_at >= start, clock.c.due_at < min(end, now),
    )  # fmt: skip
    wanted = _wanted(target, party)
    query = union(known.where(*wanted), fallen.where(*wanted)).order_by("lead", "target", "number")
    return [Broken(*row) for row in connection.execute(query)]


def _wanted(target: str | None, party: str | None) -> list[ColumnElement[Any]]:
    asked = ((clock.c.target, target), (clock.c.owed_by, party))
    return [column == value for column, value in asked if value is not None]
