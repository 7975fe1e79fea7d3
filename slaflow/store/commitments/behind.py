"""What stands behind a commitment's figure: when it grew, and the leads that made it what it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, select
from sqlalchemy.sql.expression import Subquery

from slaflow.store.commitments.events import Window, happened_in
from slaflow.store.commitments.measures import decided, first_of_each, judged
from slaflow.store.rows.renamings import are_any
from slaflow.workflow.model.commitment import Happening, Kept, Share


def instants(connection: Connection, window: Window, happening: Happening, *, each: bool) -> list[datetime]:
    """When it happened in the period, to each lead for the first time or (*each*) every time; in order."""
    rows = _counted(window, happening, each=each)
    return list(connection.execute(select(rows.c.happened).order_by(rows.c.happened)).scalars())


def counted(
    connection: Connection, window: Window, happening: Happening, *, each: bool, most: int
) -> list[int]:  # fmt: skip
    """The leads to which it happened last, once each."""
    rows = _counted(window, happening, each=each)
    return _latest(connection, rows, rows.c.happened, most)


def against(connection: Connection, window: Window, measured: Share | Kept, most: int) -> list[int]:
    """The leads that a share went without last: decided otherwise, or a promise not kept in time."""
    if isinstance(measured, Share):
        rows = decided(window, measured)
        return _latest(connection, rows, rows.c.happened, most, case((rows.c.hit, 1), else_=0) == 0)
    rows = judged(window, sorted(measured.targets), measured.noted, renamed=are_any(connection))
    return _latest(connection, rows, rows.c.id, most, rows.c.kept == 0)


def _counted(window: Window, happening: Happening, *, each: bool) -> Subquery:
    happened = happened_in(window, happening, window.start, window.end)
    return happened if each else first_of_each(happened)


def _latest(connection: Connection, rows: Subquery, order: Any, most: int, *where: Any) -> list[int]:
    last = func.max(order)
    query = select(rows.c.lead).where(rows.c.lead.is_not(None), *where).group_by(rows.c.lead)
    return list(connection.execute(query.order_by(last.desc(), rows.c.lead).limit(most)).scalars())
