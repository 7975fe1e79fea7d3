"""Whom touches reached and before what they stood, as rows of touches, handoffs and ends tell it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, Connection, Select, and_, case, func, literal, select, union_all

from slaflow.store.dialect import Column
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import total
from slaflow.store.figures.kept import in_bounds
from slaflow.store.figures.kept_touches import kept_touches, touch_with_group
from slaflow.store.figures.terms import FORWARD, NONE, WON
from slaflow.store.rows.touches import told_what
from slaflow.store.tables.passages import passage
from slaflow.store.tables.touches import ending, touch

OUTCOMES = ("handoffs", "acceptances", "wins")
Before = tuple[str | None, str, str, str, str, int]
"""Group, activity, party, outcome, place, number."""


def reached(connection: Connection, asked: Asked) -> Iterator[tuple[str | None, str, str, int]]:
    """Group, activity, party, and to how many leads such touches of the period went."""
    row = kept_touches(asked).c
    # By lead first, as the rows lie: SQLite then sorts those of one lead at a time.
    each = select(row.lead, row.grp, row.what).distinct().subquery("each").c
    query = select(each.grp, each.what, func.count()).group_by(each.grp, each.what)
    for group, what, number in connection.execute(query):
        yield group, *_named(what), number


def before(connection: Connection, asked: Asked) -> Iterator[Before]:
    """What stood before the outcomes of the period."""
    outcomes = _outcomes(asked)
    queries = {
        "first": _nearest(asked, outcomes, func.min),
        "last": _nearest(asked, outcomes, func.max),
        "any": _any(asked, outcomes),
    }
    for place, query in queries.items():
        for group, what, *numbers in connection.execute(query):
            for outcome, number in zip(OUTCOMES, numbers, strict=True):
                if number:
                    yield group, *_named(what), outcome, place, number


def _named(what: str) -> tuple[str, str]:
    activity, party = told_what(what)
    return activity or NONE, party or NONE


def _outcomes(asked: Asked) -> CTE:
    """One row per handoff forward and per win of the period, with what it counts as."""
    handed, won = passage.c, ending.c
    accepted = case((handed.outcome == "accepted", 1), else_=0)
    one, none = literal(1), literal(0)
    forward = select(
        handed.lead, handed.seq, one.label("handoffs"), accepted.label("acceptances"), none.label("wins")
    ).where(handed.direction == FORWARD, *in_bounds(asked, handed.at))
    wins = select(won.lead, won.seq, none, none, one).where(won.what == WON, *in_bounds(asked, won.at))
    return union_all(forward, wins).cte("outcomes").prefix_with("MATERIALIZED")


def _nearest(asked: Asked, outcomes: CTE, nearest: Any) -> Select[Any]:
    """The lead's very first touch before each, or its last."""
    other = touch.alias("other")
    seq = select(nearest(other.c.seq)).where(other.c.lead == outcomes.c.lead, other.c.seq < outcomes.c.seq)
    row, group = touch_with_group(asked)
    at_place = and_(row.lead == outcomes.c.lead, row.seq == seq.correlate(outcomes).scalar_subquery())
    found = select(group.label("grp"), row.what, *_numbers(outcomes)).join_from(outcomes, touch, at_place)
    return _summed(found)


def _any(asked: Asked, outcomes: CTE) -> Select[Any]:
    """Every kind of touch that stood before each, once."""
    row, group = touch_with_group(asked)
    earlier = and_(row.lead == outcomes.c.lead, row.seq < outcomes.c.seq)
    found = select(
        outcomes.c.lead, outcomes.c.seq, group.label("grp"), row.what, *_numbers(outcomes)
    ).join_from(outcomes, touch, earlier)
    return _summed(found.distinct())


def _numbers(outcomes: CTE) -> list[Column]:
    return [outcomes.c[name] for name in OUTCOMES]


def _summed(found: Select[Any]) -> Select[Any]:
    row = found.subquery("found").c
    return select(row.grp, row.what, *(total(row[name]) for name in OUTCOMES)).group_by(row.grp, row.what)
