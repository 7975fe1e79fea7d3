"""What each handoff came to, and the instants from which times are taken: a row per handoff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, select

from slaflow.store.figures.asked import Asked
from slaflow.store.figures.passages import passages

_BATCH = 2000


class Passed(NamedTuple):
    """One handoff; None for what has not happened, and for what was erased.

    ``decided_at`` is when a person decided; ``touchpoints`` is JSON: kinds of activity, how often each.
    """

    group: str | None
    gave: str
    took: str
    direction: str
    digest: str
    owner: str | None
    outcome: str
    came_back: int
    touches: int
    score: float | None
    stage: str | None
    touchpoints: str | None
    at: datetime
    decided_at: datetime | None
    touched_at: datetime | None
    attempted_at: datetime | None


def passed(connection: Connection, asked: Asked) -> Iterator[Passed]:
    """The handoffs of the period, read as they are asked for."""
    row = passages(asked).c
    acted = case((row.outcome.in_(("accepted", "returned")), row.decided_at))
    query = select(
        row.grp, row.gave, row.took, row.direction, row.digest, row.took_owner,
        row.outcome, row.came_back, row.touches, row.score, row.stage, row.touchpoints,
        row.at, acted.label("acted_at"), row.touched_at, row.attempted_at,
    )  # fmt: skip
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for each in rows:
            yield Passed._make(each)
