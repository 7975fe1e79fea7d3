"""What stands behind a commitment's figure while its period runs: how it grew by day, and which leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slaflow.engine.commitments.measure import window_of
from slaflow.engine.commitments.schedule import Versions
from slaflow.lifecycle.commitments.terms import Terms
from slaflow.store.commitments import behind as store
from slaflow.store.commitments.events import Window
from slaflow.store.database import Connection
from slaflow.workflow.model.commitment import Commitment, Count, Kept, Share, Sum, distinct_of


def behind(
    conn: Connection, versions: Versions, terms: Terms, commitment: Commitment, at: datetime, most: int
) -> dict[str, Any]:
    """``days`` (of a count: its total at the end of each day so far, else empty), ``leads`` (those counted
    last, of a share those it went without) and ``counted``, which of the two."""
    window = window_of(versions, terms, commitment, at, at)
    measure = commitment.measure
    days: list[dict[str, Any]] = []
    leads: list[int] = []
    if isinstance(measure, Count):
        leads = store.counted(conn, window, measure.of, each=measure.each, most=most)
        if distinct_of(measure) is None:
            days = list(_days(conn, window, terms, measure, at))
    elif isinstance(measure, Sum):
        leads = store.counted(conn, window, measure.of, each=False, most=most)
    elif isinstance(measure, Share | Kept):
        leads = store.against(conn, window, measure, most)
    return {"days": days, "leads": leads, "counted": isinstance(measure, Count | Sum)}


def _days(
    conn: Connection, window: Window, terms: Terms, measure: Count, at: datetime
) -> Iterator[dict[str, Any]]:
    happened = store.instants(conn, window, measure.of, each=measure.each)
    total, place = 0, 0
    for day in terms.period.days():
        end = terms.end_of(day)
        while place < len(happened) and happened[place] < end:
            total, place = total + 1, place + 1
        yield {"day": day.isoformat(), "total": total}
        if end > at:
            return
