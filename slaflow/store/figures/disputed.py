"""Breaches that were disputed, and disputes that were turned down, of the promises of a period."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, func, select

from slaflow.store.dialect import in_stream, integer_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of, total
from slaflow.store.rows.renamings import first_name, name_at
from slaflow.store.tables.log import entry


def returns_contested(connection: Connection, asked: Asked) -> dict[str, int]:
    """Of the returns of the period those that were disputed by the instant, and what was ruled, by kind."""
    said, back = entry.alias("said"), entry.alias("back")
    of_it = and_(
        back.c.stream == said.c.stream, back.c.seq == integer_at(data_of(said), "return"),
        asked.in_period(in_stream(back.c.at)),
    )  # fmt: skip
    kinds = said.c.kind.in_(("disputed", "granted", "upheld"))
    told = and_(kinds, said.c.target.is_(None), said.c.at <= asked.at)
    query = select(said.c.kind, func.count()).select_from(said.join(back, of_it)).where(told)
    return {kind: number for kind, number in connection.execute(query.group_by(said.c.kind))}


class DisputedFigure(NamedTuple):
    """How many promises of one group and target were disputed, and of how many that was turned down."""

    group: str | None
    target: str
    disputed: int
    upheld: int


def disputed(connection: Connection, asked: Asked) -> list[DisputedFigure]:
    """Of the promises that started in the period, those that were disputed by the instant.

    Cost: the log's disputes, which are few, each with the start of its clock.
    """
    row, begun = entry.alias("contested"), entry.alias("begun")
    first = first_name(row, renamed=asked.renamed)
    target = name_at(row.c.lead, first, asked.at, renamed=asked.renamed).target
    start = and_(
        begun.c.stream == row.c.stream,
        in_stream(begun.c.kind) == "clock_started",
        begun.c.target == first.target,
        begun.c.clock == first.number,
        asked.in_period(in_stream(begun.c.at)),
    )
    group = asked.group(owner=begun.c.owner, at=begun.c.at, digest=begun.c.digest, of=begun.c.lead)
    said = (
        select(group.label("grp"), target.label("target"), row.c.kind)
        .select_from(row.join(begun, start))
        .where(row.c.kind.in_(("disputed", "upheld")), row.c.at <= asked.at)
        .cte("said")
    )
    each = asked.whole_and_groups(said).c
    counts: tuple[Any, ...] = tuple(
        total(case((each.kind == kind, 1), else_=0)) for kind in ("disputed", "upheld")
    )
    query = select(each.grp, each.target, *counts).group_by(each.grp, each.target)
    return [DisputedFigure(*found) for found in connection.execute(query)]
