"""How far the leads of a period came: states reached, moves between them, the time each took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, Connection, and_, func, or_, select

from slaflow.store.dialect import Column, elapsed, in_stream
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import percentile, rank_of
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry


class StateFigure(NamedTuple):
    """So many leads reached the state, after that long: elapsed seconds from creation."""

    group: str | None
    state: str
    leads: int
    median: int | None
    p90: int | None


class MoveFigure(NamedTuple):
    """So many leads went from one state to another, so often; elapsed seconds they had been there."""

    group: str | None
    from_state: str
    to_state: str
    leads: int
    moves: int
    median: int | None
    p90: int | None


def cohort(asked: Asked) -> CTE:
    """The leads created in the period. Their group is by the owner they have now."""
    born = entry.alias("born")
    owner = select(lead.c.owner).where(lead.c.id == born.c.lead).correlate_except(lead).scalar_subquery()
    group = asked.group(owner=owner, at=born.c.at, digest=born.c.digest, of=born.c.lead)
    found = select(born.c.stream, born.c.lead, born.c.at, group.label("grp"))
    return found.where(asked.of_kind(born, "created")).cte("cohort")


def enters(row: Any) -> Column:
    """Whether an entry puts its lead into another state."""
    kind = in_stream(row.c.kind)
    moved = and_(kind.in_(("transition", "migrated")), row.c["from"] != row.c.to)
    return or_(kind == "created", moved)


def last_move(stream: Column, at: datetime) -> Column:
    """The ``seq`` of the entry that put the lead of *stream* where it was at that instant."""
    row = entry.alias("moving")
    found = select(func.max(row.c.seq)).where(row.c.stream == stream, enters(row), in_stream(row.c.at) <= at)
    return found.correlate_except(row).scalar_subquery()


def _visits(asked: Asked, born: CTE) -> CTE:
    """Each time a lead of the cohort entered a state, with the state before and since when it was there."""
    row = entry.alias("entered")
    return (
        select(
            born.c.grp,
            born.c.lead,
            born.c.at.label("created_at"),
            row.c.to.label("state"),
            row.c.at,
            _before(row.c.to, born, row).label("before"),
            _before(row.c.at, born, row).label("since"),
        )
        .select_from(born.join(row, row.c.stream == born.c.stream))
        .where(enters(row), row.c.to.is_not(None), in_stream(row.c.at) <= asked.at)
        .cte("visits")
    )


def _before(column: Column, born: CTE, row: Any) -> Column:
    """The value at the same lead's visit before."""
    return func.lag(column, type_=column.type).over(partition_by=born.c.lead, order_by=row.c.seq)


def sizes(connection: Connection, asked: Asked) -> dict[str | None, int]:
    """How many leads were created in the period, by group."""
    born = asked.whole_and_groups(cohort(asked)).c
    rows = connection.execute(select(born.grp, func.count()).group_by(born.grp))
    return {name: number for name, number in rows}


def reached(connection: Connection, asked: Asked) -> Iterator[StateFigure]:
    """How many leads of the period's cohort ever entered each state, and how long after creation."""
    visit = _visits(asked, cohort(asked)).c
    first = (
        select(
            visit.grp, visit.state, visit.lead,
            func.min(elapsed(visit.created_at, visit.at)).label("seconds"),
        )
        .group_by(visit.grp, visit.state, visit.lead)
        .cte("first")
    )  # fmt: skip
    first = asked.whole_and_groups(first)
    place, number = rank_of(first.c.seconds, first.c.grp, first.c.state)
    row = select(*first.c, place.label("place"), number.label("number")).cte("ranked").c
    query = (
        select(row.grp, row.state, func.count(), *_times(row))
        .group_by(row.grp, row.state)
        .order_by(row.grp, row.state)
    )
    for each in connection.execute(query):
        yield StateFigure(*each)


def moves(connection: Connection, asked: Asked) -> Iterator[MoveFigure]:
    """The moves of the cohort between two states, and how long the leads had been in the first."""
    visit = _visits(asked, cohort(asked)).c
    seconds = elapsed(visit.since, visit.at).label("seconds")
    times = select(visit.grp, visit.before, visit.state, visit.lead, seconds)
    move = times.where(visit.before.is_not(None)).cte("moves")
    move = asked.whole_and_groups(move)
    place, number = rank_of(move.c.seconds, move.c.grp, move.c.before, move.c.state)
    row = select(*move.c, place.label("place"), number.label("number")).cte("ranked").c
    keys = (row.grp, row.before, row.state)
    query = select(*keys, func.count(row.lead.distinct()), func.count(), *_times(row))
    for each in connection.execute(query.group_by(*keys).order_by(*keys)):
        yield MoveFigure(*each)


def _times(row: Any) -> tuple[Column, Column]:
    return (
        percentile(row.seconds, row.place, row.number, 50),
        percentile(row.seconds, row.place, row.number, 90),
    )
