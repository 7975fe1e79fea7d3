"""Figures of commitments, counted in the log by its indexes: what happened in a period, as known by then.

An input happened when it says so (``occurred_at``), a consequence at its ``at``. An entry is known once it
and every input before it in its stream had arrived, whenever it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Connection,
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.sql.expression import ColumnElement, Subquery

from slaflow.store.dialect import in_stream, integer_at, unindexed, value_at
from slaflow.store.figures.expressions import data_of
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import archived_stream, entry
from slaflow.workflow.model.commitment import Happening, Share

Keep = Callable[[ColumnElement[Any]], ColumnElement[Any]]
_FOUND, _BEFORE, _VERDICT, _CAUSE, _BREACH, _LIFT = (
    entry.alias(name) for name in ("found", "before", "verdict", "cause", "breach", "lift")
)
"""Made once: an alias with all its columns takes longer to make than a small figure to count."""

JUST_AFTER = timedelta(microseconds=1)
"""The least step of an instant: what ends with an instant included ends before the next."""


@dataclass(frozen=True, slots=True)
class Window:
    """``[start, end)`` is the period; outcomes count until ``decided_by``, all as known by ``known_by``.

    ``digests`` are the agreement's versions; ``noted`` those whose entries hold the note of that key,
    ``given`` the notes of others' entries, by ``lead:seq``. ``written_before`` is the id of the entry since
    which none counts. ``without_archived`` leaves out leads whose entries were moved into files, as what is
    left of them would count for something else.
    """

    start: datetime
    end: datetime
    decided_by: datetime
    known_by: datetime
    digests: Sequence[str]
    noted: Mapping[str, Sequence[str]]
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written_before: int | None = None
    without_archived: bool = False


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


def counted(
    connection: Connection, window: Window, happening: Happening, *, each: bool = False
) -> list[Part]:
    """Leads to which it happened in the period, each once, by the owner when it first did.

    Or, *each*, how often it happened, by the owner then.
    """
    happened = _happened(window, happening, window.start, window.end)
    first = happened if each else _first(happened)
    query = select(first.c.owner, func.count(), func.count()).group_by(first.c.owner)
    return [Part(*row) for row in connection.execute(query)]


def added(connection: Connection, window: Window, happening: Happening) -> list[Amount]:
    """The values of a field, each lead's as it first stood at such a happening in the period."""
    first = _first(_happened(window, happening, window.start, window.end))
    query = select(first.c.owner, first.c.adds, func.count()).group_by(first.c.owner, first.c.adds)
    return [Amount(*row) for row in connection.execute(query)]


def shared(connection: Connection, window: Window, share: Share) -> list[Part]:
    """Of the leads decided, each by its first outcome, those decided so; by the owner at the outcome."""
    lead, first = _first_outcome(_placed(window, share), asks=share.cohort is not None)
    is_hit: ColumnElement[Any] = lead.c.hit if share.by_first else lead.c.reached > first
    decided = select(lead.c.owner, is_hit.label("hit")).where(lead.c.place == first).subquery()
    owner, hit = decided.c
    query = select(owner, func.sum(case((hit, 1), else_=0)), func.count()).group_by(owner)
    return [Part(who, int(of), among) for who, of, among in connection.execute(query)]


_OUTCOME, _ASKED, _REACHED = 0, 1, 2
"""What an event is to a share. One that is two of them at once: the outcome comes before what asks for one,
and what is reached after it."""


def _placed(window: Window, share: Share) -> Subquery:
    """Every event that matters to a share: whose, what it is to it, and its place among that lead's."""
    until = window.decided_by + JUST_AFTER
    end = window.end if share.cohort is None else until
    found = [(_OUTCOME, _happened(window, share.among, window.start, end, share.of))]
    if share.cohort is not None:
        found.append((_ASKED, _happened(window, share.cohort, window.start, window.end)))
    if not share.by_first:
        found.append((_REACHED, _happened(window, share.of, window.start, until)))
    columns = "lead", "seq", "happened", "owner", "hit"
    events = union_all(
        *(select(*(each.c[name] for name in columns), literal(role).label("role")) for role, each in found)
    ).subquery()
    order = (events.c.happened, events.c.seq, events.c.role)
    place = func.row_number().over(partition_by=events.c.lead, order_by=order).label("place")
    return select(events.c.lead, events.c.owner, events.c.hit, events.c.role, place).subquery()


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
    verdict, cause = _VERDICT, _CAUSE
    happened = func.coalesce(cause.c.occurred_at, verdict.c.at, type_=entry.c.at.type)
    promptly = _verdicts(window, targets, noted, unindexed).where(
        verdict.c.at >= window.start, verdict.c.at < window.end, happened >= window.start
    )
    belated = _verdicts(window, targets, noted, in_stream).where(
        cause.c.occurred_at < cause.c.at, cause.c.occurred_at >= window.start,
        cause.c.occurred_at < window.end, in_stream(verdict.c.at) >= window.end,
    )  # fmt: skip
    judged = union_all(promptly, belated).subquery()
    query = select(judged.c.owner, func.sum(judged.c.kept), func.count()).group_by(judged.c.owner)
    return [Part(owner, int(of), among) for owner, of, among in connection.execute(query)]


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
            _is_counted(told, window),
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


def _verdicts(window: Window, targets: Sequence[str], noted: str | None, keep: Keep) -> Select[Any]:
    """Verdicts on clocks beside what met them: by whom, and whether the promise is kept.

    *keep* is :func:`unindexed` where they are found by their time, :func:`in_stream` by what met them.
    """
    verdict, cause, breach = _VERDICT, _CAUSE, _BREACH
    is_met = keep(verdict.c.kind) == "clock_met"
    broken_too = exists(select(breach.c.id).where(_same_clock(breach, verdict), breach.c.kind == "breached"))
    asked = [_is_verdict(verdict, targets, keep), ~(is_met & broken_too), _is_counted(verdict, window, keep)]
    if noted is not None:
        asked.append(_is_noted(verdict, window, noted))
    columns = [verdict.c.owner, case((is_met | _is_lifted(verdict, window), 1), else_=0).label("kept")]
    caused = and_(cause.c.stream == verdict.c.stream, cause.c.seq == verdict.c.caused_by, is_met)
    both = verdict.join(cause, caused, isouter=keep is unindexed)
    return select(*columns).select_from(both).where(*asked)


def _is_lifted(verdict: FromClause, window: Window) -> ColumnElement[bool]:
    lift = _LIFT
    return exists(
        select(lift.c.id).where(
            lift.c.stream == verdict.c.stream, in_stream(lift.c.target) == verdict.c.target,
            lift.c.clock == verdict.c.clock, in_stream(lift.c.kind) == "breach_lifted",
            _is_known(lift, window, in_stream),
        )
    )  # fmt: skip


def leads_to_judge(
    connection: Connection, window: Window, happenings: Sequence[Happening], targets: Sequence[str],
    digests: Sequence[str],
) -> list[int]:  # fmt: skip
    """Leads under *digests* to which it happened, or whose clocks had a verdict, if only notes said so."""
    found = _FOUND
    plain = [_is_such(found, window, replace(each, noted=None)) for each in happenings]
    verdict = _is_verdict(found, targets)
    asked = and_(found.c.digest.in_(digests), or_(*plain, verdict))
    until = window.decided_by + JUST_AFTER
    both = union(*_in_time(found, window, window.start, until, asked, [found.c.lead])).subquery()
    return list(connection.execute(select(both.c.lead).order_by(both.c.lead)).scalars())


def _same_clock(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(
        one.c.lead == other.c.lead, one.c.target == other.c.target, one.c.clock == other.c.clock
    )  # fmt: skip


def _happened(
    window: Window, happening: Happening, start: datetime, end: datetime,
    hit: Happening | None = None,
) -> Subquery:  # fmt: skip
    """Where it happened in ``[start, end)``: lead, seq, instant, owner, what it adds, whether it is *hit*."""
    found = _FOUND
    asked = _is_such(found, window, happening)
    is_hit: ColumnElement[Any] = false() if hit is None else _is_such(found, window, hit)
    adds: ColumnElement[Any] = literal_column("NULL", Text)
    if happening.adds is not None and happening.noted is not None:
        adds = _note(found, window, happening.noted)
    columns = [
        found.c.lead, found.c.seq, _happened_at(found).label("happened"), found.c.owner,
        adds.label("adds"), is_hit.label("hit"),
    ]  # fmt: skip
    return union_all(*_in_time(found, window, start, end, asked, columns)).subquery()


def _in_time(
    found: FromClause, window: Window, start: datetime, end: datetime, asked: ColumnElement[bool],
    columns: Sequence[ColumnElement[Any]],
) -> tuple[Select[Any], Select[Any]]:  # fmt: skip
    """What was logged in ``[start, end)``, and what was logged later but happened there: an index each."""
    known = and_(asked, _is_counted(found, window))
    promptly = and_(found.c.at >= start, found.c.at < end, _happened_at(found) >= start)
    belated = and_(
        found.c.occurred_at < found.c.at, found.c.occurred_at >= start, found.c.occurred_at < end,
        unindexed(found.c.at) >= end,
    )  # fmt: skip
    return select(*columns).where(known, promptly), select(*columns).where(known, belated)


def _is_counted(found: FromClause, window: Window, keep: Keep = unindexed) -> ColumnElement[bool]:
    """Whether the entry is one of the agreement's, and known by then."""
    asked = [found.c.digest.in_(window.digests), _is_known(found, window, keep)]
    if window.without_archived:
        gone = select(archived_stream.c.stream).where(archived_stream.c.stream == found.c.stream)
        asked.append(~exists(gone))
    return and_(*asked)


def _is_known(found: FromClause, window: Window, keep: Keep) -> ColumnElement[bool]:
    """Whether it and every input before it in its stream had arrived; *keep*s it from other indexes."""
    by, before = window.known_by, _BEFORE
    told_later = select(before.c.id).where(
        before.c.stream == found.c.stream, before.c.seq <= found.c.seq, before.c.arrived_at > by
    )
    known = and_(keep(found.c.at) <= by, ~exists(told_later))
    if window.written_before is None:
        return known
    return and_(known, keep(found.c.id) < window.written_before)


def _happened_at(found: FromClause) -> ColumnElement[Any]:
    return func.coalesce(found.c.occurred_at, found.c.at, type_=entry.c.at.type)


def _is_such(found: FromClause, window: Window, happening: Happening) -> ColumnElement[bool]:
    names = sorted(happening.names)
    kind, to, trigger = (unindexed(found.c[name]) for name in ("kind", "to", "trigger"))
    if happening.kind == "enter":
        moved = or_(found.c["from"].is_(None), found.c["from"] != found.c.to)
        such = and_(kind.in_(("transition", "created")), to.in_(names), moved)
    elif happening.kind in ("trigger", "override"):
        such = and_(kind == "transition", trigger.in_(names))
        if happening.kind == "override":
            such = and_(such, value_at(data_of(found), "overridden").is_not(None))
    elif happening.kind == "assign":
        such = and_(kind == "assigned", unindexed(found.c.owner).is_not(None))
    elif happening.kind == "step":
        falls = kind.in_(("warned", "breached", "escalated"))
        such = and_(falls, unindexed(found.c.target).in_(names), found.c.step == happening.step)
    else:
        such = and_(kind == "activity", value_at(data_of(found), "activity").in_(names))
    if happening.noted is None:
        return such
    return and_(such, _is_noted(found, window, happening.noted))


def _is_verdict(found: FromClause, targets: Sequence[str], keep: Keep = unindexed) -> ColumnElement[bool]:
    kind, target = keep(found.c.kind), keep(found.c.target)
    return and_(kind.in_(("breached", "clock_met")), target.in_(targets))


def _is_noted(found: FromClause, window: Window, key: str) -> ColumnElement[bool]:
    return _note(found, window, key).is_not(None)


def _note(found: FromClause, window: Window, key: str) -> ColumnElement[Any]:
    """What is noted under *key* of the entry: in its own data, or given beside it; null where it is not."""
    is_own = found.c.digest.in_(window.noted.get(key, ()))
    own = case((is_own, value_at(data_of(found), "counts", key)))
    if not window.given.get(key):
        return own
    notes = literal(orjson.dumps(window.given[key]).decode(), Text)
    place = cast(found.c.lead, Text) + ":" + cast(found.c.seq, Text)
    return func.coalesce(own, value_at(notes, place), type_=Text)


def _first(happened: Subquery) -> Subquery:
    """Of each lead the first that happened."""
    order = (happened.c.happened, happened.c.seq)
    place = func.row_number().over(partition_by=happened.c.lead, order_by=order).label("place")
    placed = select(happened, place).subquery()
    return select(placed).where(placed.c.place == 1).subquery()
