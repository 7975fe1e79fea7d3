"""Every promise that began in a period, and what had come of it by an instant, from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from slaflow.store.dialect import Column, epoch, in_stream, integer_at, text_at, unindexed
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of, percentile, rank_of, stream_of, total
from slaflow.store.rows import renamings
from slaflow.store.rows.renamings import Name, name_at
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import SYSTEM

_MOVES = ("clock_resumed", "clock_restarted", "clock_moved")
_ABOUT_CLOCKS = (
    "clock_started", "clock_met", "met_late", "clock_cancelled", "breached", "breach_lifted",
    "clock_passed_on", "clock_paused", *_MOVES,
)  # fmt: skip
_ROOM = 1 << 34
"""Seconds since 1970 need fewer; so (seq, instant) fits one number that sorts by seq."""
_MICROSECONDS = 1_000_000
Leads = Select[Any]
"""Gives the ids of some leads, under ``lead``."""


class PromiseFigure(NamedTuple):
    """So many clocks of one group, target, party and outcome.

    ``broken`` of them were ever broken, made good, lifted or not. ``median`` and ``p90`` are open
    seconds from start to fulfilment: of a target, the least over its rows.
    """

    group: str | None
    target: str
    owed_by: str
    outcome: str
    clocks: int
    broken: int
    median: int | None
    p90: int | None
    first: int
    """The id of the first of their entries: it orders parties that owe one target."""


def told(connection: Connection, asked: Asked, leads: Leads | None = None) -> Iterator[PromiseFigure]:
    """What each promise came to: clocks of targets, not timers, that started in the period.

    Cost: the log since the period began, once; of some *leads* all that was logged of these.
    """
    judged = asked.whole_and_groups(judged_by_log(asked, leads))
    for row in connection.execute(_counted(judged)):
        yield PromiseFigure(*row)


def judged_by_log(asked: Asked, leads: Leads | None = None) -> CTE:
    """Each clock with its one outcome, whether it was ever broken, and its open time to fulfilment."""
    return _judged(asked, _clocks(asked, leads))


def _counted(judged: CTE) -> Select[Any]:
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


def _clocks(asked: Asked, leads: Leads | None) -> CTE:
    """One row per clock: what its entries tell, up to the instant that is asked about.

    The entries of clocks are gone through once: in a long log they lie too far apart to be looked up
    clock by clock. Those of a few *leads* are found by their streams.
    """
    row = entry.alias("told")
    source: FromClause = row
    if leads is None:
        among = [asked.since_period(row.c.at), unindexed(row.c.kind).in_(_ABOUT_CLOCKS)]
    else:
        of = leads.cte("of_leads")
        source = of.join(row, row.c.stream == stream_of(of.c.lead))
        among = [in_stream(row.c.kind).in_(_ABOUT_CLOCKS)]
    source, name = renamings.joined(source, row, renamed=asked.renamed)
    started = row.c.kind == "clock_started"

    def at_start(value: Column) -> Column:
        """The value of the clock's first entry."""
        return func.max(case((started, value)))

    group = asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)
    due = epoch(func.coalesce(text_at(data_of(row), "due_at"), text_at(data_of(row), "new")))
    party = at_start(row.c.party)
    return (
        select(
            at_start(row.c.id).label("id"), row.c.lead, name.target.label("target"),
            name.number.label("number"),
            party.label("party"), at_start(group).label("grp"),
            _has(row, "clock_met").label("met"),
            _has(row, "met_late").label("late"),
            _has(row, "breached").label("broken"),
            _has(row, "breach_lifted").label("lifted"),
            _has(row, "clock_cancelled").label("cancelled"),
            _has(row, "clock_passed_on").label("passed_on"),
            func.max(case(*_pauses(row))).label("pausing"),
            func.max(case((row.c.kind.in_(_MOVES), row.c.seq * _ROOM + due))).label("moved"),
            at_start(epoch(text_at(data_of(row), "due_at"))).label("due"),
            _figure(row, "open_seconds", "clock_met", "breach_lifted").label("open_seconds"),
            _figure(row, "late_seconds", "met_late").label("late_seconds"),
        )
        .select_from(source)
        .where(*among)
        .where(_known(row, asked.at))
        .group_by(row.c.lead, *name)
        .having(and_(at_start(case((asked.in_period(row.c.at), 1))) == 1, party != SYSTEM))
        .cte("clocks")
    )  # fmt: skip


def _known(row: Any, at: datetime) -> Column:
    """A promise is still kept at its due instant, so a breach is known only after it."""
    known = unindexed(row.c.at)
    return case((row.c.kind == "breached", known < at), else_=known <= at)


def _has(row: Any, kind: str) -> Column:
    return func.coalesce(func.max(case((row.c.kind == kind, 1))), 0)


def _pauses(row: Any) -> list[tuple[Column, Column]]:
    """A number that sorts by seq, odd for a pause; a restart or a move leaves the clock paused."""
    return [(row.c.kind == "clock_paused", row.c.seq * 2 + 1), (row.c.kind == "clock_resumed", row.c.seq * 2)]


def _figure(row: Any, name: str, *kinds: str) -> Column:
    return func.max(case((row.c.kind.in_(kinds), integer_at(data_of(row), name))))


def _allowance(asked: Asked, row: Any) -> Column:
    """Whole seconds a clock had in the end: a due instant that moved took its allowance with it."""
    now = name_at(row.lead, Name(row.target, row.number), None, renamed=asked.renamed)
    same = and_(clock.c.lead == row.lead, clock.c.target == now.target, clock.c.number == now.number)
    seconds = type_coerce(clock.c.allowance, BigInteger) // _MICROSECONDS
    return select(seconds).where(same).correlate_except(clock).scalar_subquery()


def _judged(asked: Asked, row: CTE) -> CTE:
    clocks = row.c
    due = func.coalesce(clocks.moved % _ROOM, clocks.due)
    is_paused = func.coalesce(clocks.pausing % 2, 0) == 1
    ended = clocks.met + clocks.late + clocks.cancelled + clocks.passed_on
    is_over = and_(ended == 0, ~is_paused, due < _second(asked.at))
    broken = or_(clocks.broken == 1, is_over)
    outcome = case(
        (clocks.lifted == 1, "lifted"),
        (clocks.late == 1, "met_late"),
        (clocks.met == 1, "met"),
        (clocks.broken == 1, "breached"),
        (clocks.cancelled == 1, "cancelled"),
        (clocks.passed_on == 1, "passed_on"),
        (is_over, "breached"),
        else_="running",
    )
    late = case((clocks.late_seconds.is_not(None), clocks.late_seconds + _allowance(asked, clocks)))
    seconds = func.coalesce(clocks.open_seconds, late)
    first = Name(clocks.target, clocks.number)
    return select(
        clocks.id,
        clocks.grp,
        name_at(clocks.lead, first, asked.at, renamed=asked.renamed).target.label("target"),
        clocks.party,
        outcome.label("outcome"),
        case((broken, 1), else_=0).label("broken"),
        seconds.label("seconds"),
    ).cte("judged")


def _second(at: datetime) -> Column:
    """The first whole second not before *at*: due instants are whole seconds."""
    whole = int(at.timestamp()) + (1 if at.microsecond else 0)
    return literal(whole)
