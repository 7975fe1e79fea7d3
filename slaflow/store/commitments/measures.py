"""Figures of commitments, counted in the log: what happened in a period, as known by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.sql.expression import ColumnElement, Subquery

from slaflow.store.commitments.events import (
    ERASED,
    FOUND,
    JUST_AFTER,
    Keep,
    Window,
    happened_in,
    in_time,
    is_counted,
    is_known,
    is_noted,
    is_such,
    is_verdict,
)
from slaflow.store.dialect import in_stream, integer_at, unindexed
from slaflow.store.figures.expressions import data_of
from slaflow.store.rows.renamings import are_any, is_same
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import entry
from slaflow.workflow.model.commitment import Happening, Share

_VERDICT, _CAUSE, _BREACH, _LIFT = (entry.alias(name) for name in ("verdict", "cause", "breach", "lift"))
"""Made once: an alias with all its columns takes longer to make than a small figure to count."""


class Part(NamedTuple):
    """What one owner (None: leads nobody owned) has in a figure: ``of`` so many ``among`` so many."""

    owner: str | None
    of: int
    among: int


class Amount(NamedTuple):
    """So many leads of one owner that add *value* each."""

    owner: str | None
    value: str
    leads: int


class Time(NamedTuple):
    """So many seconds of open time that one owner took to fulfil a promise."""

    owner: str | None
    seconds: int


class Valued(NamedTuple):
    """An event that counts for a value of its lead, as that was noted; empty where it was not set.

    Of an erased lead (``is_erased``) it is what was kept in its place. ``hit`` says of an outcome whether it
    is the one that is asked about.
    """

    owner: str | None
    value: str
    is_erased: bool
    lead: int
    happened: datetime
    hit: bool


def counted(
    connection: Connection, window: Window, happening: Happening, *, each: bool = False
) -> list[Part]:
    """Leads to which it happened in the period, each once, by the owner when it first did.

    Or, *each*, how often it happened, by the owner then.
    """
    happened = happened_in(window, happening, window.start, window.end)
    first = happened if each else first_of_each(happened)
    query = select(first.c.owner, func.count(), func.count()).group_by(first.c.owner)
    return [Part(*row) for row in connection.execute(query)]


def valued(connection: Connection, window: Window, happening: Happening) -> list[Valued]:
    """Every time it happened in the period, oldest first, to be counted by the values of ``distinct``."""
    happened = happened_in(window, happening, window.start, window.end)
    return _valued(connection, happened, literal(1))


def _valued(connection: Connection, events: Subquery, hit: ColumnElement[Any]) -> list[Valued]:
    asked = select(events.c.owner, events.c.adds, events.c.lead, events.c.happened, hit)
    rows = connection.execute(asked.order_by(events.c.happened, events.c.lead, events.c.seq))
    return [
        Valued(owner, value[1:], value.startswith(ERASED), lead, happened, bool(is_hit))
        for owner, value, lead, happened, is_hit in rows
    ]


def added(connection: Connection, window: Window, happening: Happening) -> list[Amount]:
    """The values of a field, each lead's as it first stood at such a happening in the period."""
    first = first_of_each(happened_in(window, happening, window.start, window.end))
    query = select(first.c.owner, first.c.adds, func.count()).group_by(first.c.owner, first.c.adds)
    return [Amount(*row) for row in connection.execute(query)]


def shared(connection: Connection, window: Window, share: Share) -> list[Part]:
    """Of the leads decided, each by its first outcome, those decided so; by the owner at the outcome."""
    outcome = decided(window, share)
    owner, hit = outcome.c.owner, outcome.c.hit
    query = select(owner, func.sum(case((hit, 1), else_=0)), func.count()).group_by(owner)
    return [Part(who, int(of), among) for who, of, among in connection.execute(query)]


def valued_outcomes(connection: Connection, window: Window, share: Share) -> list[Valued]:
    """The outcomes that decided leads, oldest first, to be counted by the values of ``distinct``."""
    outcome = decided(window, share)
    return _valued(connection, outcome, case((outcome.c.hit, 1), else_=0))


def decided(window: Window, share: Share) -> Subquery:
    """The outcome that decided each lead, or each outcome, and whether it is the one asked about."""
    if share.each:
        return happened_in(window, share.among, window.start, window.end, share.of)
    lead, first = _first_outcome(_placed(window, share), asks=share.cohort is not None)
    is_hit: ColumnElement[Any] = lead.c.hit if share.by_first else lead.c.reached > first
    kept = (lead.c[name] for name in ("lead", "seq", "happened", "owner", "adds"))
    return select(*kept, is_hit.label("hit")).where(lead.c.place == first).subquery()


_OUTCOME, _ASKED, _REACHED = 0, 1, 2
"""What an event is to a share. One that is two of them at once: the outcome comes before what asks for one,
and what is reached after it."""


def _placed(window: Window, share: Share) -> Subquery:
    """Every event that matters to a share: whose, what it is to it, and its place among that lead's."""
    until = window.decided_by + JUST_AFTER
    end = window.end if share.cohort is None else until
    found = [(_OUTCOME, happened_in(window, share.among, window.start, end, share.of))]
    if share.cohort is not None:
        found.append((_ASKED, happened_in(window, share.cohort, window.start, window.end)))
    if not share.by_first:
        found.append((_REACHED, happened_in(window, share.of, window.start, until)))
    columns = "lead", "seq", "happened", "owner", "adds", "hit"
    events = union_all(
        *(select(*(each.c[name] for name in columns), literal(role).label("role")) for role, each in found)
    ).subquery()
    order = (events.c.happened, events.c.seq, events.c.role)
    place = func.row_number().over(partition_by=events.c.lead, order_by=order).label("place")
    return select(events, place).subquery()


def _first_outcome(placed: Subquery, *, asks: bool) -> tuple[Subquery, ColumnElement[Any]]:
    """The events with what each lead's come to, and the place of the outcome that decides the lead."""
    asked = _of_lead(placed, func.min, placed.c.role == _ASKED).label("asked")
    with_asked = select(placed, asked if asks else literal(0).label("asked")).subquery()
    is_outcome = and_(with_asked.c.role == _OUTCOME, with_asked.c.place > with_asked.c.asked)
    decided = _of_lead(with_asked, func.min, is_outcome).label("decided")
    reached = _of_lead(with_asked, func.max, with_asked.c.role == _REACHED).label("reached")
    lead = select(with_asked, decided, reached).subquery()
    return lead, lead.c.decided


def _of_lead(events: Subquery, pick: Any, which: ColumnElement[bool]) -> ColumnElement[Any]:
    """The least or greatest place among a lead's events that are such; null where there is none."""
    found: ColumnElement[Any] = pick(case((which, events.c.place))).over(partition_by=events.c.lead)
    return found


def kept(connection: Connection, window: Window, targets: Sequence[str], noted: str | None) -> list[Part]:
    """Of the clocks whose verdict fell in the period, those met in time or lifted; by the owner then.

    A clock was met when what met it happened; a broken one belongs to where it broke, whatever followed.
    """
    each = judged(window, targets, noted, renamed=are_any(connection))
    query = select(each.c.owner, func.sum(each.c.kept), func.count()).group_by(each.c.owner)
    return [Part(owner, int(of), among) for owner, of, among in connection.execute(query)]


def judged(window: Window, targets: Sequence[str], noted: str | None, *, renamed: bool) -> Subquery:
    """Those clocks: owner, whether ``kept``, lead, and the ``id`` of the entry that says so."""
    verdict, cause = _VERDICT, _CAUSE
    happened = func.coalesce(cause.c.occurred_at, verdict.c.at, type_=entry.c.at.type)
    promptly = _verdicts(window, targets, noted, unindexed, renamed=renamed).where(
        verdict.c.at >= window.start, verdict.c.at < window.end, happened >= window.start
    )
    belated = _verdicts(window, targets, noted, in_stream, renamed=renamed).where(
        cause.c.occurred_at < cause.c.at, cause.c.occurred_at >= window.start,
        cause.c.occurred_at < window.end, in_stream(verdict.c.at) >= window.end,
    )  # fmt: skip
    return union_all(promptly, belated).subquery()


def open_times(connection: Connection, window: Window, target: str) -> list[Time]:
    """Open time from start to fulfilment of each clock of *target* that was fulfilled in the period.

    As it is known: of a clock of which late evidence told otherwise, the latest that was told.
    """
    told, cause = _VERDICT, _CAUSE
    data = data_of(told)
    late = integer_at(data, "late_seconds") + _allowance(told)
    seconds = case((told.c.kind == "met_late", late), else_=integer_at(data, "open_seconds"))
    happened = func.coalesce(cause.c.occurred_at, told.c.at, type_=entry.c.at.type)
    caused = and_(cause.c.stream == told.c.stream, cause.c.seq == told.c.caused_by)
    query = (
        select(told.c.lead, told.c.clock, told.c.owner, happened, seconds)
        .select_from(told.join(cause, caused, isouter=True))
        .where(
            told.c.at >= window.start, unindexed(told.c.target) == target,
            unindexed(told.c.kind).in_(("clock_met", "met_late", "breach_lifted")),
            is_counted(told, window),
        )
        .order_by(told.c.lead, told.c.seq)
    )  # fmt: skip
    latest = {
        (lead, clock): (at, Time(owner, int(took)))
        for lead, clock, owner, at, took in connection.execute(query)
        if took is not None
    }
    return [time for at, time in latest.values() if window.start <= at < window.end]


def _allowance(told: FromClause) -> ColumnElement[Any]:
    """Whole seconds a clock had in the end, as ``report sla`` counts them."""
    same = and_(
        clock.c.lead == told.c.lead, clock.c.target == told.c.target, clock.c.number == told.c.clock
    )  # fmt: skip
    seconds = type_coerce(clock.c.allowance, BigInteger) // 1_000_000
    return select(seconds).where(same).correlate_except(clock).scalar_subquery()


def _verdicts(
    window: Window, targets: Sequence[str], noted: str | None, keep: Keep, *, renamed: bool
) -> Select[Any]:
    """Verdicts on clocks beside what met them: by whom, and whether the promise is kept.

    *keep* is :func:`unindexed` where they are found by their time, :func:`in_stream` by what met them.
    """
    verdict, cause, breach = _VERDICT, _CAUSE, _BREACH
    is_met = keep(verdict.c.kind) == "clock_met"
    same = _same_clock(breach, verdict)
    if renamed:
        same = and_(breach.c.stream == verdict.c.stream, is_same(breach, verdict, renamed=True))
    broken_too = exists(select(breach.c.id).where(same, breach.c.kind == "breached"))
    asked = [is_verdict(verdict, targets, keep), ~(is_met & broken_too), is_counted(verdict, window, keep)]
    if noted is not None:
        asked.append(is_noted(verdict, window, noted))
    columns = [
        verdict.c.owner,
        case((is_met | _is_lifted(verdict, window, renamed=renamed), 1), else_=0).label("kept"),
        verdict.c.lead,
        verdict.c.id,
    ]
    caused = and_(cause.c.stream == verdict.c.stream, cause.c.seq == verdict.c.caused_by, is_met)
    both = verdict.join(cause, caused, isouter=keep is unindexed)
    return select(*columns).select_from(both).where(*asked)


def _is_lifted(verdict: FromClause, window: Window, *, renamed: bool) -> ColumnElement[bool]:
    lift = _LIFT
    same = and_(in_stream(lift.c.target) == verdict.c.target, lift.c.clock == verdict.c.clock)
    if renamed:
        same = is_same(lift, verdict, renamed=True)
    return exists(
        select(lift.c.id).where(
            lift.c.stream == verdict.c.stream, same, in_stream(lift.c.kind) == "breach_lifted",
            is_known(lift, window, in_stream),
        )
    )  # fmt: skip


def leads_to_judge(
    connection: Connection, window: Window, happenings: Sequence[Happening], targets: Sequence[str],
    digests: Sequence[str],
) -> list[int]:  # fmt: skip
    """Leads under *digests* to which it happened, or whose clocks had a verdict, if only notes said so."""
    found = FOUND
    plain = [is_such(found, window, replace(each, noted=None)) for each in happenings]
    verdict = is_verdict(found, targets)
    asked = and_(found.c.digest.in_(digests), or_(*plain, verdict))
    until = window.decided_by + JUST_AFTER
    both = union(*in_time(found, window, window.start, until, asked, [found.c.lead])).subquery()
    return list(connection.execute(select(both.c.lead).order_by(both.c.lead)).scalars())


def _same_clock(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(
        one.c.lead == other.c.lead, one.c.target == other.c.target, one.c.clock == other.c.clock
    )  # fmt: skip


def first_of_each(happened: Subquery) -> Subquery:
    """Of each lead the first that happened."""
    order = (happened.c.happened, happened.c.seq)
    place = func.row_number().over(partition_by=happened.c.lead, order_by=order).label("place")
    placed = select(happened, place).subquery()
    return select(placed).where(placed.c.place == 1).subquery()
