"""What was said: touches by kind, at which stage, and before which handoffs, acceptances and wins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import CTE, Connection, FromClause, Select, and_, case, func, literal, select, union_all

from slaflow.store.dialect import Column, in_stream, text_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of, stream_of, total
from slaflow.store.figures.losses import is_won
from slaflow.store.figures.passages import passages
from slaflow.store.figures.terms import FORWARD, NONE
from slaflow.store.tables.log import entry

TOUCH = "touch."
OUTCOMES = ("handoffs", "acceptances", "wins")


class Said(NamedTuple):
    """So many touches of one kind at one stage, how many not meant for it, how many over the pace."""

    group: str | None
    activity: str
    party: str
    stage: str
    touches: int
    misfit: int
    over_pace: int


class Reached(NamedTuple):
    group: str | None
    activity: str
    party: str
    leads: int


class Before(NamedTuple):
    """Before so many outcomes a touch of that kind was the first, the last, or any."""

    group: str | None
    activity: str
    party: str
    what: str
    number: int


def said(connection: Connection, asked: Asked) -> Iterator[Said]:
    """The touches of the period by kind, who made them, and the stage."""
    row = _touches(asked, in_period=True).c
    keys = (row.grp, row.activity, row.party, row.stage)
    query = select(*keys, func.count(), total(row.misfit), total(row.over_pace))
    for each in connection.execute(query.group_by(*keys).order_by(*keys)):
        yield Said._make(each)


def reached(connection: Connection, asked: Asked) -> Iterator[Reached]:
    """How many leads they went to."""
    row = _touches(asked, in_period=True).c
    keys = (row.grp, row.activity, row.party)
    for each in connection.execute(select(*keys, func.count(row.lead.distinct())).group_by(*keys)):
        yield Reached._make(each)


def before_any(connection: Connection, asked: Asked) -> Iterator[Before]:
    """Before how many outcomes there was at least one of the kind."""
    row = _touches(asked, in_period=False).c
    keys = (row.grp, row.activity, row.party)
    first = (
        select(row.lead, *keys, func.min(row.seq).label("seq")).group_by(row.lead, *keys).cte("first_of_kind")
    )
    yield from _counted(connection, asked, first, lambda then, outcome: then.c.seq < outcome.c.seq)


def before_first(connection: Connection, asked: Asked) -> Iterator[Before]:
    """Before how many outcomes the lead's very first touch was of the kind."""
    touches = _touches(asked, in_period=False)
    least = select(touches.c.lead, func.min(touches.c.seq).label("seq")).group_by(touches.c.lead).cte("least")
    first = (
        select(*touches.c)
        .join(least, and_(least.c.lead == touches.c.lead, least.c.seq == touches.c.seq))
        .cte("very_first")
    )
    yield from _counted(connection, asked, first, lambda then, outcome: then.c.seq < outcome.c.seq)


def before_last(connection: Connection, asked: Asked) -> Iterator[Before]:
    """Before how many outcomes the last touch was of the kind."""
    touches = _touches(asked, in_period=False)
    yield from _counted(connection, asked, touches, lambda then, outcome: then.c.seq == outcome.c.last_seq)


def _counted(connection: Connection, asked: Asked, touches: CTE, judged: Any) -> Iterator[Before]:
    outcome = _outcomes(asked)
    keys = (touches.c.grp, touches.c.activity, touches.c.party, outcome.c.what)
    joined = touches.join(outcome, and_(outcome.c.lead == touches.c.lead, judged(touches, outcome)))
    query: Select[Any] = select(*keys, func.count()).select_from(joined).group_by(*keys)
    for each in connection.execute(query):
        yield Before._make(each)


def _touches(asked: Asked, *, in_period: bool) -> CTE:
    """A row per touchpoint, those of the period or all that was known."""
    row = entry.alias("touch")
    data = data_of(row)
    known = (
        asked.of_kind(row, "activity") if in_period else and_(row.c.kind == "activity", row.c.at <= asked.at)
    )
    return (
        select(
            row.c.lead, row.c.seq, row.c.party, _group(asked, row, data).label("grp"),
            func.coalesce(text_at(data, "activity"), literal(NONE)).label("activity"),
            func.coalesce(text_at(data, "stage"), literal(NONE)).label("stage"),
            case((text_at(data, "misfit", "stage").is_not(None), 1), else_=0).label("misfit"),
            case((text_at(data, "over_pace") == "true", 1), else_=0).label("over_pace"),
        ).where(known).cte("touches")
    )  # fmt: skip


def _group(asked: Asked, row: Any, data: Column) -> Column:
    """What was sent where a field of the touch is asked for; else as in every report."""
    if asked.by is not None and asked.by.startswith(TOUCH):
        return func.coalesce(text_at(data, "fields", asked.by.removeprefix(TOUCH)), literal(NONE))
    return asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)


def _outcomes(asked: Asked) -> FromClause:
    """Handoffs forward, those of them that were accepted, and wins; each with the touch before it."""
    forward = passages(asked.as_one())
    row = entry.alias("closed")
    handed = select(forward.c.lead, forward.c.seq, literal("handoffs").label("what")).where(
        forward.c.direction == FORWARD
    )
    accepted = select(forward.c.lead, forward.c.seq, literal("acceptances")).where(
        forward.c.direction == FORWARD, forward.c.outcome == "accepted"
    )
    won = select(row.c.lead, row.c.seq, literal("wins")).where(
        asked.of_kind(row, "transition"), row.c["from"] != row.c.to, is_won(row, asked)
    )
    every = union_all(handed, accepted, won).cte("every_outcome")
    then = entry.alias("touch_before")
    last = select(func.max(then.c.seq)).where(
        then.c.stream == stream_of(every.c.lead),
        then.c.seq < every.c.seq,
        in_stream(then.c.kind) == "activity",
    )
    return select(*every.c, last.correlate_except(then).scalar_subquery().label("last_seq")).cte("outcome")
