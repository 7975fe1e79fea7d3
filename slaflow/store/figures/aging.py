"""Where the open leads are, and for how long they have been there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, Connection, and_, case, func, literal, select, union_all

from slaflow.store.dialect import Column, epoch, in_stream
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import percentile, rank_of, stream_of
from slaflow.store.figures.funnel import last_move
from slaflow.store.figures.terms import is_final
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry


class AgeFigure(NamedTuple):
    """So many open leads of one state and bucket; percentiles of a state: the least over its rows."""

    group: str | None
    state: str
    bucket: int
    leads: int
    median: int | None
    p90: int | None


class Oldest(NamedTuple):
    group: str | None
    state: str
    lead: int
    owner: str | None
    entered_at: datetime
    seconds: int


def ages(connection: Connection, asked: Asked, bounds: Sequence[int]) -> Iterator[AgeFigure]:
    """The open leads by state and by how long they sit there.

    *bounds* are the upper ends of the buckets in elapsed seconds, exclusive; ``bucket`` is the place.
    """
    lead_ = _open_leads(asked)
    place, number = rank_of(lead_.c.seconds, lead_.c.grp, lead_.c.state)
    row = select(*lead_.c, place.label("place"), number.label("number")).cte("ranked").c
    bucket = case(*((row.seconds < bound, i) for i, bound in enumerate(bounds)), else_=len(bounds))
    keys = (row.grp, row.state, bucket)
    query = select(
        *keys,
        func.count(),
        percentile(row.seconds, row.place, row.number, 50),
        percentile(row.seconds, row.place, row.number, 90),
    )
    counted = query.group_by(row.grp, row.state, bucket.label("bucket"))
    for each in connection.execute(counted.order_by(row.grp, row.state)):
        yield AgeFigure(*each)


def oldest(connection: Connection, asked: Asked, most: int) -> Iterator[Oldest]:
    """The *most* leads of each state that have been there longest, longest first."""
    row = _open_leads(asked).c
    order = (row.entered_at, row.lead)
    place = func.row_number().over(partition_by=(row.grp, row.state), order_by=order).label("place")
    found = select(row.grp, row.state, row.lead, row.owner, row.entered_at, row.seconds, place).cte("placed")
    query = select(*list(found.c)[:-1]).where(found.c.place <= most)
    for each in connection.execute(query.order_by(found.c.grp, found.c.state, found.c.place)):
        yield Oldest(*each)


def _open_leads(asked: Asked) -> CTE:
    """The leads that were open, each with its state as of the instant.

    Whoever has not moved since stands in the lead's row; for the others the log tells.
    """
    resting = select(
        lead.c.id.label("lead"), lead.c.state, lead.c.digest, lead.c.entered_at, lead.c.held_by
    ).where(lead.c.entered_at <= asked.at)
    row = entry.alias("entered")
    moved = select(row.c.lead, row.c.to, row.c.digest, row.c.at, row.c.held_by).select_from(
        lead.join(
            row,
            and_(
                row.c.stream == stream_of(lead.c.id), row.c.seq == last_move(stream_of(lead.c.id), asked.at)
            ),
        )
    )
    moved = moved.where(lead.c.entered_at > asked.at, lead.c.created_at <= asked.at)
    then = union_all(resting, moved).cte("then")
    owner = _owner(asked, then.c.lead)
    group = asked.group(
        owner=owner, at=_instant(asked.at), digest=then.c.digest, of=then.c.lead, month_of=then.c.entered_at
    )
    found = (
        select(
            then.c.lead,
            then.c.state,
            then.c.entered_at,
            owner.label("owner"),
            (literal(int(asked.at.timestamp() // 1)) - epoch(then.c.entered_at)).label("seconds"),
            group.label("grp"),
        )
        .where(~is_final(then.c.state, then.c.digest, asked.versions))
        .cte("open_leads")
    )
    return asked.whole_and_groups(found)


def _owner(asked: Asked, of: Column) -> Column:
    """Who owned the lead: as its row says, unless something was logged since."""
    row, then = entry.alias("last"), lead.alias("owned")
    last = select(row.c.owner).where(row.c.stream == stream_of(then.c.id), in_stream(row.c.at) <= asked.at)
    last = last.order_by(row.c.seq.desc()).limit(1)
    found = case((then.c.as_of <= asked.at, then.c.owner), else_=last.correlate_except(row).scalar_subquery())
    return select(found).where(then.c.id == of).correlate_except(then).scalar_subquery()


def _instant(at: datetime) -> Any:
    return literal(at, entry.c.at.type)
