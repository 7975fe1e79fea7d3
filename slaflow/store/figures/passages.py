"""Handoffs, and what came after each: the decision of who took the lead, touches, the next handoff."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, FromClause, and_, case, exists, func, literal, or_, select

from slaflow.store.dialect import Column, float_at, in_stream, text_at, value_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of
from slaflow.store.figures.funnel import last_move, names
from slaflow.store.figures.kept import kept
from slaflow.store.figures.terms import BACK, direction, is_attempt, is_final, taker
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import SYSTEM

_KEPT = (
    "stream", "seq", "lead", "at", "digest", "gave", "took", "took_owner", "direction", "grp", "next_seq",
    "decided_seq", "score", "stage", "touchpoints", "next_at",
)  # fmt: skip
OUTCOMES = ("accepted", "returned", "by_system", "open")
"""What the first move after a handoff was: the taker went on with it, gave it back, the system moved it,
or there was none yet."""


def handoffs(asked: Asked, *, to_taker: bool = True) -> CTE:
    """One row per handoff of the period, with the ``seq`` of the next handoff and of the first move.

    ``grp`` is the group of who took the lead, or (not *to_taker*) of who gave it.
    """
    row = entry.alias("given")
    took = text_at(data_of(row), "handoff", "took", "owner")
    group = asked.group(
        owner=took if to_taker else row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead
    )
    return (
        select(
            row.c.id, row.c.stream, row.c.seq, row.c.lead, row.c.at, row.c.digest, data_of(row).label("data"),
            row.c.trigger, row.c["from"].label("from_state"), row.c.to.label("to_state"),
            row.c.actor, row.c.party, row.c.held_by.label("gave"), took.label("took_owner"),
            taker(row, asked.versions).label("took"), direction(row, asked.versions).label("direction"),
            group.label("grp"),
            float_at(data_of(row), "handoff", "score").label("score"),
            text_at(data_of(row), "handoff", "stage").label("stage"),
            value_at(data_of(row), "handoff", "touchpoints").label("touchpoints"),
            _next(asked, row, handoff=True).label("next_seq"),
            _next(asked, row, handoff=False).label("decided_seq"),
        )
        .where(row.c.handoff, asked.of_kind(row, "transition"))
        .cte("handoffs")
    )  # fmt: skip


def _next(asked: Asked, row: Any, *, handoff: bool) -> Column:
    """The ``seq`` of the lead's next handoff, or of its next move of any kind."""
    then = entry.alias("next_handoff" if handoff else "next_move")
    kind = then.c.handoff if handoff else then.c["from"] != then.c.to
    found = select(func.min(then.c.seq)).where(
        then.c.stream == row.c.stream,
        then.c.seq > row.c.seq,
        in_stream(then.c.kind) == "transition",
        kind,
        in_stream(then.c.at) <= asked.at,
    )
    return found.correlate_except(then).scalar_subquery()


def passages(asked: Asked) -> FromClause:
    """Handoffs with touches and outcome: everything that is counted of them, one row each."""
    if asked.reckonings is not None:
        return kept(asked)
    touched = _touched(asked, _until(handoffs(asked)))
    decided, after = entry.alias("decided"), entry.alias("next")
    gave_back = and_(after.c.id.is_not(None), direction(after, asked.versions) == BACK)
    return (
        select(
            *touched.c,
            decided.c.at.label("decided_at"),
            _outcome(asked, decided).label("outcome"),
            case((gave_back, 1), else_=0).label("came_back"),
            case((and_(gave_back, after.c.party != SYSTEM), 1), else_=0).label("given_back"),
            case((and_(after.c.id.is_(None), ~_is_closed(asked, touched)), 1), else_=0).label("is_held"),
        )
        .select_from(
            touched.outerjoin(
                decided,
                and_(decided.c.stream == touched.c.stream, decided.c.seq == touched.c.decided_seq),
            ).outerjoin(after, and_(after.c.stream == touched.c.stream, after.c.seq == touched.c.next_seq))
        )
        .cte("passages")
    )


def _until(given: CTE) -> CTE:
    """Handoffs, each with the instant of the next one; found once, not again for every entry after them."""
    after = entry.alias("following")
    following = select(after.c.at).where(after.c.stream == given.c.stream, after.c.seq == given.c.next_seq)
    until = following.correlate_except(after).scalar_subquery().label("next_at")
    return select(*given.c, until).cte("until").prefix_with("MATERIALIZED")


def _is_closed(asked: Asked, given: CTE) -> Column:
    """Whether the state that the lead has come to since the handoff is a final one."""
    last = entry.alias("last_move")
    found = select(last.c.id).where(
        last.c.stream == given.c.stream, last.c.seq == last_move(given.c.stream, asked.at, names),
        is_final(last.c.to, last.c.digest, asked.versions),
    )  # fmt: skip
    return exists(found.correlate_except(last))


def _touched(asked: Asked, given: CTE) -> CTE:
    """Per handoff: how often who took the lead touched it until the next one, first when, first attempt.

    A touch is an activity of the taker's party that nobody automated, at the instant it happened; what
    was told late counts where it belongs.
    """
    then = entry.alias("touch")
    happened = func.coalesce(then.c.occurred_at, then.c.at)
    attempt = is_attempt(text_at(data_of(then), "activity"), then.c.digest, asked.versions)
    # Each is the same in all rows of one handoff, and a group may show nothing but aggregates.
    same = [func.min(given.c[name], type_=given.c[name].type).label(name) for name in _KEPT]
    return (
        select(
            given.c.id,
            *same,
            func.count(then.c.id).label("touches"),
            func.min(happened, type_=entry.c.at.type).label("touched_at"),
            func.min(case((attempt, happened)), type_=entry.c.at.type).label("attempted_at"),
        )
        .select_from(given.outerjoin(then, _is_touch(asked, given, then, happened)))
        .group_by(given.c.id)
        .cte("touched")
    )


def _is_touch(asked: Asked, given: CTE, then: Any, happened: Column) -> Column:
    return and_(
        then.c.stream == given.c.stream,
        then.c.seq > given.c.seq,
        in_stream(then.c.kind) == "activity",
        in_stream(then.c.party) == given.c.took,
        in_stream(then.c.at) <= asked.at,
        happened >= given.c.at,
        or_(given.c.next_at.is_(None), happened < given.c.next_at),
        func.coalesce(text_at(data_of(then), "automated"), "false") == "false",
    )


def _outcome(asked: Asked, decided: Any) -> Column:
    is_return = and_(decided.c.handoff, direction(decided, asked.versions) == BACK)
    return case(
        (decided.c.id.is_(None), literal("open")),
        (decided.c.party == SYSTEM, literal("by_system")),
        (is_return, literal("returned")),
        else_=literal("accepted"),
    )
