"""Handoffs as their rows tell them: the columns that ``passages.py`` finds in the log, without looking there.

The rows are kept with the log; where they cannot answer, ``Asked.reckonings`` is None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Subquery, and_, case, false, or_, select

from slaflow.store.dialect import Column, unindexed
from slaflow.store.figures.asked import Asked
from slaflow.store.tables.passages import passage

_FLAGS = ("by_system", "came_back", "given_back", "is_held")


def kept(asked: Asked, *, to_taker: bool = True) -> Subquery:
    """One row per handoff of the period, with everything that is counted of it.

    ``grp`` is the group of who took the lead, or (not *to_taker*) of who gave it. ``touches`` ends at two.
    """
    row = passage.c
    group = asked.group(
        owner=row.took_owner if to_taker else row.gave_owner, at=row.at, digest=row.digest, of=row.lead
    )
    touches = case((row.touched_at.is_(None), 0), (row.touched_again_at.is_(None), 1), else_=2)
    flags = (_number(row[name]).label(name) for name in _FLAGS)
    rest = (column for column in row if column.name not in _FLAGS)
    return (
        select(
            *rest, *flags, group.label("grp"), touches.label("touches"),
            is_reckoned(asked, row).label("is_reckoned"),
        ).where(*in_bounds(asked, row.at)).subquery("kept")
    )  # fmt: skip


def in_bounds(asked: Asked, at: Column) -> Iterator[Column]:
    """The period; without a start, most rows lie in it, and none is looked up by its instant."""
    if asked.start is not None:
        yield at >= asked.start
    if asked.end is not None:
        yield (unindexed(at) if asked.start is None else at) < asked.end


def _number(flag: Any) -> Column:
    return case((flag, 1), else_=0)


def is_reckoned(asked: Asked, row: Any) -> Column:
    """Whether the open times of *row* are those of the calendars as they are now: 1 or 0."""
    known = (asked.reckonings or {}).items()
    each = (and_(row.digest == digest, row.reckoned == number) for digest, number in known)
    return case((or_(false(), *each), 1), else_=0)
