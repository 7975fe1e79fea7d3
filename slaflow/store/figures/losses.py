"""How leads ended: won, lost or given back, why, after how long, and what had been done for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CTE, Connection, Select, and_, case, false, func, literal, null, or_, select

from slaflow.store.dialect import Column, in_stream, text_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of
from slaflow.store.figures.kept_touches import kept_endings
from slaflow.store.figures.returns import why
from slaflow.store.figures.terms import (
    BACK,
    LOST,
    NONE,
    RETURNED,
    WON,
    Terms,
    by_version,
    direction,
    is_final,
)
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import LEAD, SYSTEM

_BATCH = 5000


class Ending(NamedTuple):
    """One end: since when the lead had been worked (creation; of a return its handoff), and until when.

    Where its row tells them, ``elapsed`` and ``open`` seconds, and ``effort``: JSON, kinds of activity, how
    often each. ``since`` and ``at`` are None where all of these are there.
    """

    group: str | None
    what: str
    state: str
    trigger: str
    gave: str
    reason: str
    by_system: bool
    owner: str | None
    digest: str
    since: datetime | None
    at: datetime | None
    elapsed: int | None
    open: int | None
    effort: str | None


class Effort(NamedTuple):
    """So many touches of one kind, by hand and before such an end."""

    group: str | None
    what: str
    state: str
    activity: str
    touches: int


def endings(connection: Connection, asked: Asked) -> Iterator[Ending]:
    """Each end that lies in the period, read as it is asked for."""
    query = _endings_by_log(asked) if asked.reckonings is None else kept_endings(asked)
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for each in rows:
            yield Ending._make(each)


def _endings_by_log(asked: Asked) -> Select[Any]:
    row = _ended(asked).c
    return select(
        row.grp, row.what, row.state, row.trigger, row.gave, row.reason, row.by_system, row.owner, row.digest,
        row.since_at, row.at, null(), null(), null(),
    )  # fmt: skip


def effort(connection: Connection, asked: Asked) -> Iterator[Effort]:
    """What your people had done for these leads, by kind of activity; nothing where rows of ends say it."""
    if asked.reckonings is not None:
        return
    ended, touch = _ended(asked), entry.alias("touch")
    kind = text_at(data_of(touch), "activity")
    by_hand = func.coalesce(text_at(data_of(touch), "automated"), "false") == "false"
    of_it = and_(
        touch.c.stream == ended.c.stream, touch.c.seq < ended.c.seq, touch.c.seq > ended.c.since_seq,
        in_stream(touch.c.kind) == "activity", in_stream(touch.c.party).not_in((LEAD, SYSTEM)), by_hand,
    )  # fmt: skip
    found = (
        select(ended.c.grp, ended.c.what, ended.c.state, func.coalesce(kind, literal(NONE)).label("activity"))
        .select_from(ended.join(touch, of_it))
        .cte("effort")
    ).c
    keys = (found.grp, found.what, found.state, found.activity)
    for each in connection.execute(select(*keys, func.count()).group_by(*keys).order_by(*keys)):
        yield Effort._make(each)


def _ended(asked: Asked) -> CTE:
    """The moves of the period into a final state, and those that gave the lead back."""
    row, before, handed = entry.alias("ended"), entry.alias("before"), entry.alias("handed")
    closes = is_final(row.c.to, row.c.digest, asked.versions)
    back = and_(row.c.handoff, direction(row, asked.versions) == BACK)
    last = select(func.max(before.c.seq)).where(
        before.c.stream == row.c.stream, before.c.seq < row.c.seq, before.c.handoff
    )
    since_seq = case((closes, 0), else_=func.coalesce(last.correlate_except(before).scalar_subquery(), 0))
    data = data_of(row)
    group = asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)
    found = (
        select(
            row.c.stream, row.c.seq, row.c.at, row.c.digest, row.c.owner, row.c.trigger.label("trigger"),
            row.c.to.label("state"), row.c.held_by.label("gave"), group.label("grp"),
            (row.c.party == SYSTEM).label("by_system"),
            case((closes, case((is_lost(row, asked), LOST), else_=WON)), else_=RETURNED).label("what"),
            func.coalesce(_reason(closes, data, row, asked), literal(NONE)).label("reason"),
            since_seq.label("since_seq"), row.c.lead,
        )
        .where(asked.of_kind(row, "transition"), row.c["from"] != row.c.to, or_(closes, back))
        .cte("found")
    )  # fmt: skip
    at = select(handed.c.at).where(handed.c.stream == found.c.stream, handed.c.seq == found.c.since_seq)
    since = case(
        (found.c.since_seq == 0, lead.c.created_at), else_=at.correlate_except(handed).scalar_subquery()
    )
    typed = func.coalesce(since, lead.c.created_at, type_=entry.c.at.type).label("since_at")
    whole = select(*found.c, typed).select_from(found.join(lead, lead.c.id == found.c.lead))
    return whole.cte("ended_since")


def is_won(row: Any, asked: Asked) -> Column:
    """Whether a move closes the lead in a state that it is not lost in."""
    return and_(is_final(row.c.to, row.c.digest, asked.versions), ~is_lost(row, asked))


def is_lost(row: Any, asked: Asked) -> Column:
    """Whether a move closes the lead for a reason that every way there asks for."""

    def named(states: tuple[str, ...]) -> Column:
        return row.c.to.in_(states) if states else false()

    return by_version(row.c.digest, asked.versions, lambda terms: terms.lost, named, false())


def _reason(closes: Column, data: Column, row: Any, asked: Asked) -> Column:
    closing = why(data, row.c.digest, asked, _closing_reasons)
    return case((closes, closing), else_=why(data, row.c.digest, asked, _reasons))


def _reasons(terms: Terms) -> tuple[str, ...]:
    return terms.reasons


def _closing_reasons(terms: Terms) -> tuple[str, ...]:
    return terms.closing
