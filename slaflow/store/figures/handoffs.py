"""What each handoff came to, counted per giver and taker; and the instants from which times are taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, case, cast, func, select

from slaflow.store.dialect import members_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import percentile, rank_of, total
from slaflow.store.figures.passages import handoffs, passages

_BATCH = 2000


class HandoffFigure(NamedTuple):
    """So many handoffs of one group, pair of parties, direction and outcome.

    ``came_back`` of them were given back by the next handoff, ``touched`` touched at all, ``once`` once.
    Score percentiles: of all outcomes together, the least over their rows.
    """

    group: str
    gave: str
    took: str
    direction: str
    outcome: str
    handoffs: int
    leads: int
    came_back: int
    touched: int
    once: int
    median_score: float | None
    p90_score: float | None


class SignFigure(NamedTuple):
    """At so many handoffs the lead had reached that stage, or shown that kind of activity so many
    ``times``."""

    group: str
    gave: str
    took: str
    direction: str
    name: str
    handoffs: int
    times: int


class Passed(NamedTuple):
    """One handoff's instants; None for what has not happened."""

    group: str
    gave: str
    took: str
    direction: str
    digest: str
    owner: str | None
    at: datetime
    decided_at: datetime | None
    touched_at: datetime | None
    attempted_at: datetime | None


def outcomes(connection: Connection, asked: Asked) -> Iterator[HandoffFigure]:
    """The handoffs of the period by what the first move after each was."""
    row = passages(asked).c
    place, number = rank_of(row.score, row.grp, row.gave, row.took, row.direction)
    ranked = select(
        row.grp, row.gave, row.took, row.direction, row.outcome, row.lead, row.came_back, row.touches,
        row.score, place.label("place"), number.label("number"),
    ).cte("ranked")  # fmt: skip
    of = ranked.c
    keys = (of.grp, of.gave, of.took, of.direction, of.outcome)
    query = select(
        *keys,
        func.count(),
        func.count(of.lead.distinct()),
        total(of.came_back),
        total(case((of.touches > 0, 1), else_=0)),
        total(case((of.touches == 1, 1), else_=0)),
        percentile(of.score, of.place, of.number, 50),
        percentile(of.score, of.place, of.number, 90),
    )
    for each in connection.execute(query.group_by(*keys).order_by(*keys)):
        yield HandoffFigure(*each)


def stages(connection: Connection, asked: Asked) -> Iterator[SignFigure]:
    """The stage of the buyer's journey at the handoff; leads without one are left out."""
    given = handoffs(asked)
    stage = given.c.stage
    keys = (given.c.grp, given.c.gave, given.c.took, given.c.direction, stage)
    query = select(*keys, func.count(), func.count()).where(stage.is_not(None))
    for each in connection.execute(query.group_by(*keys).order_by(*keys)):
        yield SignFigure(*each)


def touchpoints(connection: Connection, asked: Asked) -> Iterator[SignFigure]:
    """The activities that the lead had shown by the handoff, since the last reset."""
    given = handoffs(asked)
    member = members_at(given.c.data, "handoff", "touchpoints")
    keys = (given.c.grp, given.c.gave, given.c.took, given.c.direction, member.c.key)
    query = (
        select(*keys, func.count(), total(cast(member.c.value, BigInteger)))
        .select_from(given.join(member, given.c.data.is_not(None)))
        .group_by(*keys)
        .order_by(*keys)
    )
    for each in connection.execute(query):
        yield SignFigure(*each)


def instants(connection: Connection, asked: Asked) -> Iterator[Passed]:
    """A row per handoff on which somebody acted, read as they are asked for."""
    row = passages(asked).c
    acted = case((row.outcome.in_(("accepted", "returned")), row.decided_at))
    query = select(
        row.grp, row.gave, row.took, row.direction, row.digest, row.took_owner, row.at,
        acted.label("acted_at"), row.touched_at, row.attempted_at,
    ).where(acted.is_not(None) | row.touched_at.is_not(None))  # fmt: skip
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for each in rows:
            yield Passed._make(each)
