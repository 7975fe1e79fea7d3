"""Every promise that began in a period, and what had come of it by an instant, from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from slaflow.store.dialect import Column, epoch, in_stream, integer_at, text_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of, percentile, rank_of, total
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import SYSTEM

_MOVES = ("clock_resumed", "clock_restarted", "clock_moved")
_TOLD = (
    "clock_met", "met_late", "clock_cancelled", "breached", "breach_lifted", "clock_paused", *_MOVES,
)  # fmt: skip
_ROOM = 1 << 34
"""Seconds since 1970 need fewer; so (seq, instant) fits one number that sorts by seq."""
_MICROSECONDS = 1_000_000


class PromiseFigure(NamedTuple):
    """So many clocks of one group, target, party and outcome.

    ``broken`` of them were ever broken, made good, lifted or not. ``median`` and ``p90`` are open
    seconds from start to fulfilment: of a target, the least over its rows.
    """

    group: str
    target: str
    owed_by: str
    outcome: str
    clocks: int
    broken: int
    median: int | None
    p90: int | None
    first: int
    """The id of the first of their entries: it orders parties that owe one target."""


def promises(connection: Connection, asked: Asked) -> Iterator[PromiseFigure]:
    """What each promise came to: clocks of targets, not timers, that started in the period.

    Cost: the starts of the period by index, and for each the later entries of its lead.
    """
    for row in connection.execute(statement(asked)):
        yield PromiseFigure(*row)


def statement(asked: Asked) -> Select[Any]:
    judged = _judged(asked, _clocks(asked))
    place, number = rank_of(judged.c.seconds, judged.c.grp, judged.c.target)
    ranked = select(*judged.c, place.label("place"), number.label("number")).cte("ranked")
    row = ranked.c
    return (
        select(
            row.grp,
            row.target,
            row.party,
            row.outcome,
            func.count(),
            total(row.broken),
            percentile(row.seconds, row.place, row.number, 50),
            percentile(row.seconds, row.place, row.number, 90),
            func.min(row.id),
        )
        .group_by(row.grp, row.target, row.party, row.outcome)
        .order_by(row.grp, row.target, row.party, row.outcome)
    )


def _clocks(asked: Asked) -> CTE:
    """One row per clock: what its entries tell, up to the instant that is asked about."""
    start, then = entry.alias("start"), entry.alias("then")
    verdict = and_(
        then.c.stream == start.c.stream,
        then.c.seq > start.c.seq,
        in_stream(then.c.target) == start.c.target,
        then.c.clock == start.c.clock,
        in_stream(then.c.kind).in_(_TOLD),
        _known(then, asked.at),
    )
    group = asked.group(owner=start.c.owner, at=start.c.at, digest=start.c.digest, of=start.c.lead)
    due = epoch(func.coalesce(text_at(data_of(then), "due_at"), text_at(data_of(then), "new")))
    return (
        select(
            start.c.id, start.c.target, start.c.party, group.label("grp"),
            _has(then, "clock_met").label("met"),
            _has(then, "met_late").label("late"),
            _has(then, "breached").label("broken"),
            _has(then, "breach_lifted").label("lifted"),
            _has(then, "clock_cancelled").label("cancelled"),
            func.max(case(*_pauses(then))).label("pausing"),
            func.max(case((then.c.kind.in_(_MOVES), then.c.seq * _ROOM + due))).label("moved"),
            epoch(text_at(data_of(start), "due_at")).label("due"),
            _figure(then, "open_seconds", "clock_met", "breach_lifted").label("open_seconds"),
            _figure(then, "late_seconds", "met_late").label("late_seconds"),
            _allowance(start).label("allowance"),
        )
        .select_from(start.outerjoin(then, verdict))
        .where(asked.of_kind(start, "clock_started"), start.c.party != SYSTEM)
        .group_by(start.c.id)
        .cte("clocks")
    )  # fmt: skip


def _known(row: Any, at: datetime) -> Column:
    """A promise is still kept at its due instant, so a breach is known only after it."""
    return case((row.c.kind == "breached", row.c.at < at), else_=row.c.at <= at)


def _has(row: Any, kind: str) -> Column:
    return func.coalesce(func.max(case((row.c.kind == kind, 1))), 0)


def _pauses(row: Any) -> list[tuple[Column, Column]]:
    """A number that sorts by seq, odd for a pause; a restart or a move leaves the clock paused."""
    return [(row.c.kind == "clock_paused", row.c.seq * 2 + 1), (row.c.kind == "clock_resumed", row.c.seq * 2)]


def _figure(row: Any, name: str, *kinds: str) -> Column:
    return func.max(case((row.c.kind.in_(kinds), integer_at(data_of(row), name))))


def _allowance(start: Any) -> Column:
    """Whole seconds a clock had in the end: a due instant that moved took its allowance with it."""
    same = and_(
        clock.c.lead == start.c.lead, clock.c.target == start.c.target, clock.c.number == start.c.clock
    )
    seconds = type_coerce(clock.c.allowance, BigInteger) // _MICROSECONDS
    return select(seconds).where(same).correlate_except(clock).scalar_subquery()


def _judged(asked: Asked, row: CTE) -> CTE:
    """Each clock with its one outcome, whether it was ever broken, and its open time to fulfilment."""
    clocks = row.c
    due = func.coalesce(clocks.moved % _ROOM, clocks.due)
    is_paused = func.coalesce(clocks.pausing % 2, 0) == 1
    is_over = and_(clocks.met + clocks.late + clocks.cancelled == 0, ~is_paused, due < _second(asked.at))
    broken = or_(clocks.broken == 1, is_over)
    outcome = case(
        (clocks.lifted == 1, "lifted"),
        (clocks.late == 1, "met_late"),
        (clocks.met == 1, "met"),
        (clocks.broken == 1, "breached"),
        (clocks.cancelled == 1, "cancelled"),
        (is_over, "breached"),
        else_="running",
    )
    seconds = func.coalesce(clocks.open_seconds, clocks.late_seconds + clocks.allowance)
    return select(
        clocks.id,
        clocks.grp,
        clocks.target,
        clocks.party,
        outcome.label("outcome"),
        case((broken, 1), else_=0).label("broken"),
        seconds.label("seconds"),
    ).cte("judged")


def _second(at: datetime) -> Column:
    """The first whole second not before *at*: due instants are whole seconds."""
    whole = int(at.timestamp()) + (1 if at.microsecond else 0)
    return literal(whole)
