"""How far the leads of a period came: states reached, moves between them, the time each took."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)

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
    found = select(born.c.stream, born.c.lead, born.c.at, _group(asked, born).label("grp"))
    return found.where(asked.of_kind(born, "created")).cte("cohort")


def _group(asked: Asked, born: Any) -> Column:
    owner = select(lead.c.owner).where(lead.c.id == born.c.lead).correlate_except(lead).scalar_subquery()
    return asked.group(owner=owner, at=born.c.at, digest=born.c.digest, of=born.c.lead)


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


def _visits(asked: Asked) -> CTE:
    """Each time a lead of the cohort entered a state, with the state before and since when it was there.

    The moves since the period began are gone through once: in a long log they lie too far apart to be
    looked up lead by lead.
    """
    row = entry.alias("entered")
    course: dict[str, Any] = {"partition_by": row.c.lead, "order_by": row.c.seq}
    is_born = and_(row.c.kind == "created", asked.in_period(row.c.at))

    def at_birth(value: Column) -> Column:
        """The value of the lead's creation, null of whoever was not created in the period."""
        return func.max(case((is_born, value)), type_=value.type).over(**course)

    def before(column: Column) -> Column:
        """The value at the same lead's visit before."""
        return func.lag(column, type_=column.type).over(**course)

    found = (
        select(
            at_birth(_group(asked, row)).label("grp"),
            row.c.lead,
            at_birth(row.c.at).label("created_at"),
            row.c.to.label("state"),
            row.c.at,
            before(row.c.to).label("before"),
            before(row.c.at).label("since"),
        )
        .where(enters(row), row.c.to.is_not(None))
        .where(in_stream(row.c.at) <= asked.at, asked.since_period(row.c.at))
        .cte("course")
    )
    return select(found).where(found.c.created_at.is_not(None)).cte("visits")


def sizes(connection: Connection, asked: Asked) -> dict[str | None, int]:
    """How many leads were created in the period, by group."""
    born = asked.whole_and_groups(cohort(asked)).c
    rows = connection.execute(select(born.grp, func.count()).group_by(born.grp))
    return {name: number for name, number in rows}


def travelled(connection: Connection, asked: Asked) -> tuple[list[StateFigure], list[MoveFigure]]:
    """How many leads of the period's cohort ever entered each state, and how long after creation; and their
    moves between two states, and how long they had been in the first."""
    visits = _visits(asked)
    states: list[StateFigure] = []
    moves: list[MoveFigure] = []
    for grp, before, state, leads, number, *times in connection.execute(
        union_all(_reached(asked, visits), _moves(asked, visits))
    ):
        if before is None:
            states.append(StateFigure(grp, state, leads, *times))
        else:
            moves.append(MoveFigure(grp, before, state, leads, number, *times))
    return states, moves


def _reached(asked: Asked, visits: CTE) -> Select[Any]:
    visit = visits.c
    seconds = func.min(elapsed(visit.created_at, visit.at)).label("seconds")
    keys = (visit.grp, visit.state, visit.lead)
    first = asked.whole_and_groups(select(*keys, seconds).group_by(*keys).cte("first"))
    place, number = rank_of(first.c.seconds, first.c.grp, first.c.state)
    row = select(*first.c, place.label("place"), number.label("number")).cte("ranked_visits").c
    none = cast(null(), Text()).label("before")
    found = select(row.grp, none, row.state, func.count(), func.count(), *_times(row))
    return found.group_by(row.grp, row.state)


def _moves(asked: Asked, visits: CTE) -> Select[Any]:
    visit = visits.c
    seconds = elapsed(visit.since, visit.at).label("seconds")
    times = select(visit.grp, visit.before, visit.state, visit.lead, seconds)
    move = asked.whole_and_groups(times.where(visit.before.is_not(None)).cte("moves"))
    place, number = rank_of(move.c.seconds, move.c.grp, move.c.before, move.c.state)
    row = select(*move.c, place.label("place"), number.label("number")).cte("ranked_moves").c
    keys = (row.grp, row.before, row.state)
    return select(*keys, func.count(row.lead.distinct()), func.count(), *_times(row)).group_by(*keys)


def _times(row: Any) -> tuple[Column, Column]:
    return (
        percentile(row.seconds, row.place, row.number, 50),
        percentile(row.seconds, row.place, row.number, 90),
    )
