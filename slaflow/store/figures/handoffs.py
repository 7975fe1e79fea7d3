"""What each handoff came to, and the instants from which times are taken: a row per handoff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select

from slaflow.store.dialect import Column, epoch
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import and_whole
from slaflow.store.figures.passages import passages
from slaflow.store.figures.terms import FORWARD

_BATCH = 2000
QUARTER = 900
"""Seconds of a slot: every zone's days begin with one."""


class Passed(NamedTuple):
    """One handoff; None for what has not happened, and for what was erased.

    ``touches`` may end at two. ``decided_at`` is when a person decided; ``touchpoints`` is JSON: kinds of
    activity, how often each.
    """

    group: str | None
    gave: str
    took: str
    direction: str
    outcome: str
    came_back: int
    touches: int
    stage: str | None
    touchpoints: str | None
    score: float | None
    digest: str
    owner: str | None
    at: datetime
    decided_at: datetime | None
    touched_at: datetime | None
    attempted_at: datetime | None


class Reckoned(NamedTuple):
    """One handoff whose open seconds to the decision, the first touch and the first attempt are known."""

    group: str | None
    gave: str
    took: str
    direction: str
    outcome: str
    came_back: int
    touches: int
    stage: str | None
    touchpoints: str | None
    score: float | None
    decision: int | None
    first_touch: int | None
    first_attempt: int | None


def passed(connection: Connection, asked: Asked) -> Iterator[Passed]:
    """The handoffs of the period without those of :func:`reckoned`, read as they are asked for."""
    row = passages(asked).c
    acted = case((row.outcome.in_(("accepted", "returned")), row.decided_at))
    query = select(
        *_common(row), row.digest, row.took_owner,
        row.at, acted.label("acted_at"), row.touched_at, row.attempted_at,
    )  # fmt: skip
    if asked.reckonings is not None:
        query = query.where(row.is_reckoned == 0)
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for each in rows:
            yield Passed._make(each)


def slots(connection: Connection, asked: Asked) -> Iterator[tuple[str | None, int, int]]:
    """How many were handed forward in each quarter of an hour since 1970, by group and of all."""
    row = passages(asked).c
    keys = (row.grp, (epoch(row.at) // QUARTER).label("slot"))
    found = select(*keys).where(row.direction == FORWARD).cte("slots").c
    query = select(found.grp, found.slot, func.count()).group_by(found.grp, found.slot)
    for each in and_whole(connection.execute(query.order_by(found.grp, found.slot)), names=1):
        yield each[0], each[1], each[2]


def _common(row: Any) -> tuple[Column, ...]:
    return (
        row.grp, row.gave, row.took, row.direction, row.outcome, row.came_back, row.touches, row.stage,
        row.touchpoints, row.score,
    )  # fmt: skip


def reckoned(connection: Connection, asked: Asked) -> Iterator[Reckoned]:
    """The handoffs of the period of which a row tells everything; none where only the log tells."""
    if asked.reckonings is None:
        return
    row = passages(asked).c
    query = select(*_common(row), row.decision, row.first_touch, row.first_attempt).where(
        row.is_reckoned == 1
    )
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for each in rows:
            yield Reckoned._make(each)
