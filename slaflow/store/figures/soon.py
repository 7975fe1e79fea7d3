"""Handoffs that were accepted, and given back or lost soon after."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, case, exists, false, func, literal, or_, select, text

from slaflow.store.dialect import Column, elapsed, in_stream
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import and_whole, stream_of, total
from slaflow.store.figures.losses import is_lost
from slaflow.store.figures.passages import passages
from slaflow.store.figures.terms import LOST
from slaflow.store.tables.log import entry
from slaflow.store.tables.touches import ending

SOON = 3600
"""Seconds from accepting to giving up."""


class SoonFigure(NamedTuple):
    """Of so many handoffs that one party went on with, those it gave back or lost within an hour.

    ``untouched`` are those of them that it had never touched.
    """

    group: str | None
    party: str
    accepted: int
    returned: int
    lost: int
    untouched: int


def soon(connection: Connection, asked: Asked) -> list[SoonFigure]:
    """The handoffs of the period that were accepted, and then given back or lost within an hour."""
    found: dict[tuple[str | None, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for group, took, came, number, untouched in connection.execute(_counted(asked)):
        counts = found[group, took]
        counts[0] += number
        if came:
            counts[1 if came == "returned" else 2] += number
            counts[3] += untouched
    return [SoonFigure(*each) for each in and_whole(((*key, *counts) for key, counts in found.items()), 1)]


def _counted(asked: Asked) -> Select[Any]:
    """How many handoffs were accepted, and how many of these never touched, by what came of them."""
    row = passages(asked).c
    # Grouped by, it is found once of each handoff, and not again for every figure.
    keys = (row.grp, row.took, _came(asked, row).label("came"))
    untouched = total(case((row.touches == 0, 1), else_=0))
    query = select(*keys, func.count(), untouched).where(row.outcome == "accepted")
    return query.group_by(row.grp, row.took, text("came"))


def _came(asked: Asked, row: Any) -> Column:
    until = row.next_at if asked.reckonings is None else row.until_at
    given_back = and_(row.given_back == 1, elapsed(row.decided_at, until) <= SOON)
    closed = _lost_by_log if asked.reckonings is None else _lost_by_rows
    # What is held still was not closed, and needs no look.
    given_up = and_(row.is_held == 0, exists(closed(asked, row, until))) if _loses(asked) else false()
    return case((given_back, literal("returned")), (given_up, literal("lost")), else_=literal(""))


def _lost_by_log(asked: Asked, row: Any, until: Column) -> Select[Any]:
    """The moves by which who took the lead gave it up soon after."""
    lost = entry.alias("lost")
    found = select(lost.c.id).where(
        lost.c.lead == row.lead, lost.c.seq > row.seq, in_stream(lost.c.kind) == "transition",
        lost.c.to.is_not(None), lost.c["from"] != lost.c.to, in_stream(lost.c.party) == row.took,
        in_stream(lost.c.at) >= row.decided_at, in_stream(lost.c.at) <= asked.at,
        elapsed(row.decided_at, lost.c.at) <= SOON, or_(until.is_(None), in_stream(lost.c.at) < until),
        is_lost(lost, asked),
    )  # fmt: skip
    return found.correlate_except(lost)


def _lost_by_rows(asked: Asked, row: Any, until: Column) -> Select[Any]:
    """The same by the rows of ends: the log is asked who it was of these few alone."""
    lost, cause = ending.alias("lost"), entry.alias("cause")
    by = select(cause.c.party).where(cause.c.stream == stream_of(lost.c.lead), cause.c.seq == lost.c.seq)
    found = select(lost.c.seq).where(
        lost.c.lead == row.lead, lost.c.seq > row.seq, lost.c.what == LOST, lost.c.at >= row.decided_at,
        elapsed(row.decided_at, lost.c.at) <= SOON, or_(until.is_(None), lost.c.at < until),
        by.correlate_except(cause).scalar_subquery() == row.took,
    )  # fmt: skip
    return found.correlate_except(lost)


def _loses(asked: Asked) -> bool:
    return any(terms.lost for terms in asked.versions.values())
