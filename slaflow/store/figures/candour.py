"""What could flatter a figure: promises let go, excused, or kept by what was told late; moves in haste."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    and_,
    distinct,
    exists,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from slaflow.store.dialect import Column, elapsed, in_stream, seldom, text_at, value_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.clocks import Leads
from slaflow.store.figures.expressions import and_whole, total
from slaflow.store.figures.overrides import is_overridden
from slaflow.store.figures.settled import are_few, each_once, told_by_log
from slaflow.store.figures.terms import Gate, Terms, by_version
from slaflow.store.rows.renamings import first_name, is_same, name_at
from slaflow.store.tables.leads import LET_GO as IS_LET_GO
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import LEAD, SYSTEM

LET_GO, LIFTED, TOLD_LATE = "let_go", "lifted", "told_late"
HASTE = 60
"""Seconds from the first of several answers to the move they allow."""


class FlatteredFigure(NamedTuple):
    """So many promises of one target that were let go, lifted by hand, or kept by what was told late."""

    group: str | None
    party: str
    target: str
    what: str
    promises: int


class LiftFigure(NamedTuple):
    """So many breaches of one target that somebody lifted for one reason."""

    party: str
    target: str
    actor: str
    reason: str
    breaches: int


class HastyFigure(NamedTuple):
    """So many moves whose checks that party had answered within a minute of each other and of the move."""

    group: str | None
    party: str
    trigger: str
    moves: int


class OverriddenFigure(NamedTuple):
    group: str | None
    party: str
    moves: int


def flattered(connection: Connection, asked: Asked) -> list[FlatteredFigure]:
    """Of the promises that started in the period, what had come of them by the instant.

    Cost: the rows of clocks that were let go, the log's lifts, and what was told late; where rows do not say
    it, the log's cancelled clocks with what cancelled each.
    """
    others = told_by_log(asked, by_start=asked.by is not None or asked.is_bounded)
    number = are_few(connection, others)
    if number is None:
        queries = [_by_log(asked, None)]
    else:
        leads = each_once(others) if number else None
        queries = [_by_log(asked, leads, is_let_go_asked=leads is not None), _let_go_by_rows(asked, leads)]
    each = union_all(*queries).subquery("flattering").c
    keys = (each.grp, each.party, each.target, each.what)
    found = connection.execute(select(*keys, total(each.promises)).group_by(*keys).order_by(*keys))
    return [FlatteredFigure(*each) for each in and_whole(found, names=3)]


def lifts(connection: Connection, asked: Asked) -> list[LiftFigure]:
    """The breaches lifted by hand of the promises that started in the period: by whom and why."""
    row = _begun(asked.as_one(), _lifted(asked).cte("said")).c
    keys = (row.party, row.target, row.actor, row.reason)
    number = func.count()
    query = select(*keys, number).group_by(*keys).order_by(number.desc(), *keys)
    return [LiftFigure(*each) for each in connection.execute(query)]


def _columns(asked: Asked, row: Any, what: str) -> tuple[Column, ...]:
    told = literal(what).label("what")
    first = first_name(row, renamed=asked.renamed)
    target = name_at(row.c.lead, first, asked.at, renamed=asked.renamed).target
    return (
        row.c.stream, row.c.party, target.label("target"), first.target.label("first"),
        first.number.label("clock"), told, row.c.actor, row.c.reason,
    )  # fmt: skip


def _known(asked: Asked, row: Any) -> Column:
    return and_(row.c.at <= asked.at, asked.since_period(row.c.at))


def _by_log(asked: Asked, leads: Leads | None, *, is_let_go_asked: bool = True) -> Select[Any]:
    """What the log alone tells, and of some *leads* (None: of all) also what was let go."""
    late = _told_late(asked).cte("told_late")
    said = [_lifted(asked), select(*late.c)]
    if is_let_go_asked:
        said.append(_let_go(asked, late, leads))
    row = _begun(asked, union_all(*said).cte("said")).c
    keys = (row.grp, row.party, row.target, row.what)
    return select(*keys, func.count().label("promises")).group_by(*keys)


def _let_go_by_rows(asked: Asked, others: Leads | None) -> Select[Any]:
    """How many promises were let go as the rows of clocks say, those of *others* left out."""
    row = clock.c
    group = asked.group(owner=row.owner, at=row.started_at, digest=row.digest, of=row.lead).label("grp")
    keys = (group, row.owed_by, row.target)
    found = select(group, row.owed_by.label("party"), row.target, literal(LET_GO).label("what"), func.count())
    found = found.where(IS_LET_GO, row.owed_by != SYSTEM).group_by(*keys)
    if asked.is_bounded:
        found = found.where(asked.in_period(row.started_at))
    return found if others is None else found.where(row.lead.not_in(others))


def _let_go(asked: Asked, late: CTE, leads: Leads | None) -> Select[Any]:
    """Clocks that ended unbroken since the very party that owed them moved the lead; of some *leads*, or all.

    Those that somebody told afterwards had been kept are among *late*, and were let go no more.
    """
    row, cause, breach = entry.alias("ended"), entry.alias("cause"), entry.alias("breach")
    moved = and_(
        cause.c.stream == row.c.stream, cause.c.seq == row.c.caused_by,
        in_stream(cause.c.kind) == "transition", in_stream(cause.c.party) == row.c.party,
    )  # fmt: skip
    broken = select(breach.c.id).where(
        breach.c.kind == literal_column("'breached'"), breach.c.lead == row.c.lead,
        is_same(breach, row, renamed=asked.renamed),
    )  # fmt: skip
    found = (
        select(*_columns(asked, row, LET_GO))
        .select_from(row.join(cause, moved))
        .where(
            row.c.kind == "clock_cancelled", _known(asked, row), row.c.party != SYSTEM,
            ~exists(broken.correlate_except(breach)),
            tuple_(row.c.stream, *first_name(row, renamed=asked.renamed)).not_in(
                select(late.c.stream, late.c.first, late.c.clock)
            ),
        )
    )  # fmt: skip
    return found if leads is None else found.where(row.c.lead.in_(leads))


def _lifted(asked: Asked) -> Select[Any]:
    row = entry.alias("lifted")
    by_hand = row.c["class"] == "input"
    return select(*_columns(asked, row, LIFTED)).where(
        row.c.kind == "breach_lifted", by_hand, _known(asked, row)
    )


def _told_late(asked: Asked) -> Select[Any]:
    """Promises that stand as kept since somebody told afterwards, and in time, what kept them."""
    told, row = entry.alias("told"), entry.alias("kept")
    kind = in_stream(row.c.kind)
    # What meets a clock now, and was not told as evidence, has no instant of its own.
    data = row.c.data
    met = and_(kind == "clock_met", or_(value_at(data, "completed_at").is_not(None), data.is_(None)))
    caused = and_(
        row.c.stream == told.c.stream, row.c.caused_by == told.c.seq, or_(met, kind == "breach_lifted")
    )  # fmt: skip
    return (
        select(*_columns(asked, row, TOLD_LATE))
        .select_from(told.join(row, caused))
        .where(
            # Told so, SQLite finds them by the index of what is told late.
            told.c.occurred_at < told.c.at,
            seldom(told.c.occurred_at < told.c.at),
            told.c.occurred_at <= asked.at,
            _known(asked, told),
            in_stream(row.c.at) <= asked.at,
        )
    )


def _begun(asked: Asked, said: CTE) -> CTE:
    """*said* of the clocks that started in the period, each in its group."""
    if asked.by is None and not asked.is_bounded:
        return select(*said.c, null().label("grp")).cte("flattered")
    begun = entry.alias("begun")
    start = and_(
        begun.c.stream == said.c.stream,
        in_stream(begun.c.kind) == "clock_started",
        in_stream(begun.c.target) == said.c.first,
        in_stream(begun.c.clock) == said.c.clock,
        asked.in_period(in_stream(begun.c.at)),
    )
    group = asked.group(owner=begun.c.owner, at=begun.c.at, digest=begun.c.digest, of=begun.c.lead)
    return select(*said.c, group.label("grp")).select_from(said.join(begun, start)).cte("flattered")


def overridden(connection: Connection, asked: Asked) -> list[OverriddenFigure]:
    """How many moves of the period each party made although the guard did not pass."""
    row = entry.alias("overridden")
    group = asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)
    known = and_(is_overridden(row), asked.in_period(row.c.at))
    moves = select(group.label("grp"), row.c.party).where(known).cte("overridden_moves").c
    query = select(moves.grp, moves.party, func.count()).group_by(moves.grp, moves.party)
    return [OverriddenFigure(*each) for each in and_whole(connection.execute(query), names=1)]


def hasty(connection: Connection, asked: Asked) -> list[HastyFigure]:
    """The moves of the period that two or more checks allowed which had been answered within a minute.

    A check counts that the guard reads and that a person answered last before the move. What was erased does
    not tell which it was, and is not counted.
    """
    if not any(terms.gates for terms in asked.versions.values()):
        return []
    move, told = entry.alias("move"), entry.alias("told")
    check = text_at(told.c.data, "check")
    just_before = and_(
        told.c.stream == move.c.stream, told.c.seq < move.c.seq, in_stream(told.c.kind) == "checked",
        in_stream(told.c.party).not_in((SYSTEM, LEAD)), elapsed(told.c.at, move.c.at) <= HASTE,
        _allows(asked, move, check),
    )  # fmt: skip
    group = asked.group(owner=move.c.owner, at=move.c.at, digest=move.c.digest, of=move.c.lead)
    moves = (
        select(func.min(group).label("grp"), func.min(told.c.party).label("party"), move.c.trigger)
        .select_from(move.join(told, just_before))
        .where(asked.of_kind(move, "transition"), move.c.trigger.in_(_triggers(asked)))
        .group_by(move.c.id, move.c.trigger)
        .having(func.count(distinct(check)) > 1)
        .cte("hasty")
    ).c
    keys = (moves.grp, moves.party, moves.trigger)
    found = connection.execute(select(*keys, func.count()).group_by(*keys).order_by(*keys))
    return [HastyFigure(*each) for each in and_whole(found, names=2)]


def _triggers(asked: Asked) -> list[str]:
    return sorted({trigger for terms in asked.versions.values() for trigger, *_ in terms.gates})


def _allows(asked: Asked, move: Any, check: Column) -> Column:
    """Whether the guard of the transition that was taken reads *check*."""

    def named(gates: tuple[Gate, ...]) -> Column:
        each = (
            and_(
                move.c.trigger == trigger, move.c["from"].in_(states), check.in_(checks),
                move.c.to == (move.c["from"] if to is None else to),
            )
            for trigger, states, to, checks in gates
        )  # fmt: skip
        return or_(false(), *each)

    def of(terms: Terms) -> tuple[Gate, ...]:
        return terms.gates

    return by_version(move.c.digest, asked.versions, of, named, false())
