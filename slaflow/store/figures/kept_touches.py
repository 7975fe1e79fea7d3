"""Touches and ends of leads as their rows tell them: the columns that would be found in the log otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, Subquery, Text, case, cast, func, literal, null, select

from slaflow.store.dialect import Column
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.kept import in_bounds, is_reckoned
from slaflow.store.figures.terms import NONE
from slaflow.store.rows.touches import How, told_how, told_what
from slaflow.store.tables.touches import ending, touch

Said = tuple[str | None, str, str | None, How, int]
"""Group, activity, party, how, number of touches."""


def rows_tell(asked: Asked) -> bool:
    """Whether the rows of touches can answer; they know neither fields of touches nor their versions."""
    if asked.reckonings is None or (asked.by or "").startswith("touch."):
        return False
    return asked.by != "month" or len({terms.timezone for terms in asked.versions.values()}) <= 1


def kept_touches(asked: Asked) -> Subquery:
    """One row per touch of the period, with its group."""
    row, group = touch_with_group(asked)
    found = select(row.lead, row.seq, row.what, row.how, group.label("grp"))
    return found.where(*in_bounds(asked, row.at)).subquery("kept")


def touch_with_group(asked: Asked) -> tuple[Any, Column]:
    """The columns of the table, and what each row is grouped under."""
    row, unknown = touch.c, cast(null(), Text())
    return row, asked.group(owner=row.owner, at=row.at, digest=unknown, of=row.lead)


def touches(connection: Connection, asked: Asked) -> Iterator[Said]:
    """The touches of the period by group, kind and how they were."""
    row = kept_touches(asked).c
    keys = (row.grp, row.what, row.how)
    for group, what, how, number in connection.execute(select(*keys, func.count()).group_by(*keys)):
        activity, party = told_what(what)
        yield group, activity or NONE, party, told_how(how), number


def kept_endings(asked: Asked) -> Select[Any]:
    """One row per end of the period, with its group, in the order of :class:`~.losses.Ending`."""
    row = ending.c
    group = asked.group(owner=row.owner, at=row.at, digest=row.digest, of=row.lead)
    fresh = is_reckoned(asked, row)

    def unless_known(column: Column) -> Column:
        return case((fresh == 1, None), else_=column)

    return select(
        group.label("grp"), row.what, row.state, row.trigger, row.gave,
        func.coalesce(row.reason, literal(NONE)).label("reason"), row.by_system, row.owner, row.digest,
        unless_known(row.since_at).label("since_at"), unless_known(row.at).label("at"),
        row.elapsed, case((fresh == 1, row.open)).label("open"), row.effort,
    ).where(*in_bounds(asked, row.at))  # fmt: skip
