"""Where prospects are in the buyer's journey, who holds them, and at which stages each side works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, and_, case, cast, func, literal, null, or_, select

from slaflow.store.dialect import Column, in_stream, text_at
from slaflow.store.figures.aging import is_past, stood
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import and_whole, data_of, stream_of
from slaflow.store.figures.kept_touches import rows_tell, touches
from slaflow.store.figures.terms import NONE, by_version, is_final
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import SYSTEM


class Standing(NamedTuple):
    """So many open leads at one stage and in one state."""

    group: str | None
    stage: str
    state: str
    leads: int


class Worked(NamedTuple):
    """So many touches of one kind by one party, on leads at that stage."""

    group: str | None
    stage: str
    party: str
    activity: str
    touches: int


def standing(connection: Connection, asked: Asked) -> Iterator[Standing]:
    """The leads that were open, by stage and state.

    Cost: the rows of the leads once; those of the log where something was logged after the instant.
    """
    past = is_past(connection, asked)
    then, lead_id, group = stood(asked, past=past)
    stage = _stage_then(asked, lead_id) if past else then.c.stage
    keys = (group.label("grp"), func.coalesce(stage, literal(NONE)).label("stage"), then.c.state)
    is_open = ~is_final(then.c.state, then.c.digest, asked.versions)
    found = select(*keys).select_from(then).where(is_open, then.c.entered_at <= asked.at).cte("standing").c
    names = (found.grp, found.stage, found.state)
    query = select(*names, func.count()).group_by(*names).order_by(*names)
    for each in and_whole(connection.execute(query), names=2):
        yield Standing._make(each)


def worked(connection: Connection, asked: Asked) -> Iterator[Worked]:
    """The touches of the period by stage, party and kind; what slaflow itself records is nobody's work."""
    found = _worked_by_rows(connection, asked) if rows_tell(asked) else connection.execute(_worked(asked))
    for each in and_whole(found, names=3):
        yield Worked._make(each)


def _worked_by_rows(connection: Connection, asked: Asked) -> Iterator[tuple[Any, ...]]:
    for group, activity, party, how, number in touches(connection, asked):
        if party not in (None, SYSTEM):
            yield group, how.stage or NONE, party, activity, number


def _worked(asked: Asked) -> Select[Any]:
    row = entry.alias("touch")
    data = data_of(row)
    group = asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)
    found = (
        select(
            group.label("grp"), func.coalesce(text_at(data, "stage"), literal(NONE)).label("stage"),
            row.c.party, func.coalesce(text_at(data, "activity"), literal(NONE)).label("activity"),
        ).where(asked.of_kind(row, "activity"), row.c.party != SYSTEM).cte("worked")
    ).c  # fmt: skip
    keys = (found.grp, found.stage, found.party, found.activity)
    return select(*keys, func.count()).group_by(*keys).order_by(*keys)


def _stage_then(asked: Asked, of: Column) -> Column:
    """The stage that the lead had come to: as its row says, unless something was logged since.

    Of an agreement that does not speak of the journey the log does not say; there it is that of the row.
    """
    row, then = entry.alias("said"), lead.alias("at_stage")
    first = by_version(then.c.digest, asked.versions, lambda terms: terms.first_stage, _text, _text(None))
    data = data_of(row)
    resets = text_at(data, "reset").like('%"stage"%')
    last = (
        select(
            case(
                (row.c.kind == "transition", first),
                else_=func.coalesce(text_at(data, "reached"), text_at(data, "stage")),
            )
        )
        .where(
            row.c.stream == stream_of(then.c.id), in_stream(row.c.at) <= asked.at,
            or_(in_stream(row.c.kind) == "activity", and_(in_stream(row.c.kind) == "transition", resets)),
        )
        .order_by(row.c.seq.desc())
        .limit(1)
    )  # fmt: skip
    logged = func.coalesce(last.correlate_except(row).scalar_subquery(), first, then.c.stage)
    found = case((then.c.as_of <= asked.at, then.c.stage), else_=logged)
    return select(found).where(then.c.id == of).correlate_except(then).scalar_subquery()


def _text(value: str | None) -> Column:
    return cast(literal(value) if value is not None else null(), Text())
