"""What reports count: clock rows with what they are grouped by, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from slaflow.clock.state import Clock
from slaflow.store import clocks
from slaflow.store.tables import clock, lead

BATCH = 2000


@dataclass(frozen=True, slots=True)
class ClockFigure:
    """One clock of a promise, with its lead's workflow and fields."""

    clock: Clock
    workflow: str
    digest: str
    fields: dict[str, Any]


def promises(connection: Connection, start: datetime | None, end: datetime | None) -> Iterator[ClockFigure]:
    """The clocks of targets (not timers) that started in ``[start, end)``, in the order of their rows."""
    query = (
        select(*clocks.COLUMNS, lead.c.workflow, lead.c.digest.label("lead_digest"), lead.c.fields)
        .join(lead, lead.c.id == clock.c.lead)
        .where(clock.c.owed_by.is_not(None))
        .order_by(clock.c.id)
    )
    if start is not None:
        query = query.where(clock.c.started_at >= start)
    if end is not None:
        query = query.where(clock.c.started_at < end)
    with connection.execute(query.execution_options(yield_per=BATCH)) as rows:
        for row in rows:
            *values, workflow, digest, fields = row
            yield ClockFigure(clocks.from_row(values), workflow, digest, fields)
