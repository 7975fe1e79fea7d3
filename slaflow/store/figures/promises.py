"""Every promise that began in a period, and what had come of it, from the rows of clocks where they say it.

The log says it always: ``clocks.py``. But where it has four entries of a clock there is one row of it, with
columns for what the data of entries tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from slaflow.store.dialect import Column, in_stream, text_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.clocks import Leads, PromiseFigure, judged_by_log, told
from slaflow.store.figures.expressions import and_whole, data_of, total
from slaflow.store.figures.settled import are_few, begun_in, each_once, is_narrow, told_by_log
from slaflow.store.figures.spread import Key, Spread, step_of
from slaflow.store.rows.renamings import Name, first_name, name_at
from slaflow.store.tables.leads import clock
from slaflow.store.tables.log import entry
from slaflow.store.types import Instant
from slaflow.workflow.model.parties import SYSTEM

_SECOND = timedelta(seconds=1)
Place = tuple[str | None, str]
"""A group and a target."""
DECIDED = ("met", "met_late", "breached", "lifted")
KEPT = ("met", "lifted")
"""Outcomes of promises; lifted ones count as kept."""


class RateFigure(NamedTuple):
    """So many promises that a party owed were decided, and so many of these were kept."""

    group: str | None
    party: str
    decided: int
    kept: int


def promises(connection: Connection, asked: Asked, *, is_timed: bool = True) -> Iterator[PromiseFigure]:
    """What each promise came to: clocks of targets, not timers, that started in the period.

    Not *is_timed*, the figures may be without their times and the order of parties.
    Cost: the rows of clocks, twice, or once without times; of a period that holds little, what was logged of
    its leads.
    """
    if is_narrow(connection, asked):
        return told(connection, asked, begun_in(asked, "clock_started"))
    others = told_by_log(asked, by_start=asked.by is not None or asked.is_bounded)
    number = are_few(connection, others)
    if number is None:
        return told(connection, asked)
    rows = judged(asked, each_once(others) if number else None)
    return _counted(connection, asked, rows) if is_timed else _outcomes(connection, rows)


def rates(connection: Connection, asked: Asked, parties: Collection[str]) -> Iterator[RateFigure]:
    """Of the promises that each of *parties* owed, how many were decided and how many of these kept.

    The same that :func:`promises` gives, without targets. Cost: the rows of clocks once, unsorted.
    """
    if not parties:
        return
    others = told_by_log(asked, by_start=asked.by is not None or asked.is_bounded)
    number = None if is_narrow(connection, asked) else are_few(connection, others)
    if number is None:
        yield from _rates_of(promises(connection, asked, is_timed=False))
        return
    rows = _rated(asked, each_once(others) if number else None)
    row, names = rows.c, sorted(parties)
    sums = [
        func.coalesce(total(case((row.party == name, counted), else_=0)), 0)
        for name in names
        for counted in (literal(1), row.decided, row.kept)
    ]
    query = select(*sums) if asked.by is None else select(row.grp, *sums).group_by(row.grp)
    found = connection.execute(query)
    counts = ((None, *each) for each in found) if asked.by is None else and_whole(found, names=0)
    for group, *numbers in counts:
        for place, name in enumerate(names):
            owed, decided, kept = numbers[3 * place : 3 * place + 3]
            if owed:
                yield RateFigure(group, name, decided, kept)


def _rated(asked: Asked, others: Leads | None) -> CTE:
    """Each clock with whether it was decided, and whether it was kept: 1 or 0."""
    row = clock.c
    kept = case((row.lifted, 1), (row.status == "met", 1), else_=0)
    late = or_(row.status == "met_late", row.status == "breached", _is_over(asked))
    decided = case((row.lifted, 1), (row.status == "met", 1), (late, 1), else_=0)
    by_rows = _of_clocks(
        asked, others, row.owed_by.label("party"), decided.label("decided"), kept.label("kept")
    )
    if others is None:
        return by_rows.cte("rated")
    logged = judged_by_log(asked, others).c
    by_log = select(
        logged.grp, logged.party, case((logged.outcome.in_(DECIDED), 1), else_=0),
        case((logged.outcome.in_(KEPT), 1), else_=0),
    )  # fmt: skip
    return union_all(by_rows, by_log).cte("rated")


def _rates_of(figures: Iterable[PromiseFigure]) -> Iterator[RateFigure]:
    found: dict[tuple[str | None, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in figures:
        counts = found[each.group, each.owed_by]
        counts[0] += each.clocks * (each.outcome in DECIDED)
        counts[1] += each.clocks * (each.outcome in KEPT)
    for (group, party), (decided, kept) in found.items():
        yield RateFigure(group, party, decided, kept)


def judged(asked: Asked, others: Leads | None) -> CTE:
    """Each clock as its row says, of *others* as the log does."""
    if others is None:
        return _by_rows(asked, None).cte("judged")
    logged = judged_by_log(asked, others)
    columns = [logged.c[name] for name in ("grp", "target", "party", "outcome", "broken", "seconds")]
    return union_all(_by_rows(asked, others), select(*columns)).cte("known")


def latest(connection: Connection, asked: Asked, most: int) -> Iterator[tuple[str, str, int]]:
    """Target, outcome and lead of the promises that began last, *most* of each outcome of a target.

    By the rows of clocks as they stand. Cost: those of the period once.
    """
    row = clock.c
    outcome, number = _outcome(asked), func.row_number()
    rows = _of_clocks(asked, None, row.target, outcome.label("outcome"), row.lead, row.id).cte("rows").c
    place = number.over(partition_by=(rows.target, rows.outcome), order_by=rows.id.desc()).label("place")
    placed = select(rows.target, rows.outcome, rows.lead, place).cte("placed").c
    query = select(placed.target, placed.outcome, placed.lead).where(placed.place <= most)
    yield from map(tuple, connection.execute(query.order_by(placed.target, placed.place)))


def _outcome(asked: Asked) -> Column:
    """A promise is still kept at its due instant; of an open one that is past due nobody may have said so
    yet."""
    row = clock.c
    return case(
        (row.lifted, "lifted"),
        (row.status.in_(("met_late", "met", "breached", "cancelled", "passed_on")), row.status),
        (_is_over(asked), "breached"),
        else_="running",
    )


def _by_rows(asked: Asked, others: Leads | None) -> Select[Any]:
    """Each clock with its outcome, by its row."""
    row, is_over = clock.c, _is_over(asked)
    outcome = _outcome(asked)
    broken = or_(row.breached_at.is_not(None), and_(is_over, row.ended_at.is_(None)))
    return _of_clocks(
        asked,
        others,
        row.target,
        row.owed_by.label("party"),
        outcome.label("outcome"),
        case((broken, 1), else_=0).label("broken"),
        row.open_seconds.label("seconds"),
    )


def _of_clocks(asked: Asked, others: Leads | None, *columns: Column) -> Select[Any]:
    """The group and those columns of each clock that somebody owes, without those of *others*."""
    row, groups = clock.c, asked.groups_of_leads()
    if groups is None:
        group = asked.group(owner=row.owner, at=row.started_at, digest=row.digest, of=row.lead)
        found = select(group.label("grp"), *columns)
    else:
        joined = clock.outerjoin(groups, groups.c.lead == row.lead)
        found = select(groups.c.grp, *columns).select_from(joined)
    found = found.where(row.owed_by != SYSTEM)
    if asked.is_bounded:
        found = found.where(asked.in_period(row.started_at))
    return found if others is None else found.where(row.lead.not_in(others))


def _is_over(asked: Asked) -> Column:
    row = clock.c
    return and_(row.status == "running", row.due_at < literal(_next_second(asked), Instant()))


def _next_second(asked: Asked) -> Any:
    """The first whole second not before the instant: due instants are told as whole seconds."""
    whole = asked.at.replace(microsecond=0)
    return whole if whole == asked.at else whole + _SECOND


def _counted(connection: Connection, asked: Asked, rows: CTE) -> Iterator[PromiseFigure]:
    """The figures of the whole, and of each group where groups are asked for."""
    counts: dict[tuple[str | None, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    spread = Spread()
    for group, target, party, outcome, step, number, broken in connection.execute(_steps(rows)):
        for name in {group, None}:
            both = counts[name, target, party, outcome]
            both[0] += number
            both[1] += broken
        spread.add(group, (target,), step, number)
    times = spread.percentiles(connection, rows, ("target",))
    first = _first(connection, asked, {key[:3] for key in counts})
    for (group, target, party, outcome), (number, broken) in counts.items():
        median, p90 = times.get(Key(group, (target,)), (None, None))
        place = first.get((group, target, party), 0)
        yield PromiseFigure(group, target, party, outcome, number, broken, median, p90, place)


def _outcomes(connection: Connection, rows: CTE) -> Iterator[PromiseFigure]:
    """The figures without times, of each group and of the whole."""
    row = rows.c
    keys = (row.grp, row.target, row.party, row.outcome)
    counted = connection.execute(select(*keys, func.count(), total(row.broken)).group_by(*keys))
    for group, target, party, outcome, number, broken in and_whole(counted, names=3):
        yield PromiseFigure(group, target, party, outcome, number, broken, None, None, 0)


def _steps(rows: CTE) -> Select[Any]:
    row = rows.c
    keys = (row.grp, row.target, row.party, row.outcome)
    counted = select(*keys, step_of(row.seconds).label("step"), func.count(), total(row.broken))
    return counted.group_by(*keys, literal_column("step"))


def _first(
    connection: Connection, asked: Asked, known: set[tuple[str | None, str, str]]
) -> Mapping[tuple[str | None, str, str], int]:
    """The id of the first entry of each, where two parties have owed one target."""
    parties: dict[Place, int] = defaultdict(int)
    for group, target, _ in known:
        parties[group, target] += 1
    targets = sorted({target for (_, target), number in parties.items() if number > 1})
    if not targets:
        return {}
    row = entry.alias("started")
    name = asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)
    first = Name(row.c.target, row.c.clock)
    called = name_at(row.c.lead, first, asked.at, renamed=asked.renamed).target
    begun = select(name.label("grp"), called.label("target"), row.c.party, row.c.id).where(
        asked.of_kind(row, "clock_started"), called.in_(targets), row.c.party != SYSTEM
    )
    each = asked.whole_and_groups(begun.cte("begun")).c
    keys = (each.grp, each.target, each.party)
    rows = connection.execute(select(*keys, func.min(each.id)).group_by(*keys))
    return {(group, target, party): first for group, target, party, first in rows}


class GracedFigure(NamedTuple):
    """How many promises of one group and target were given grace."""

    group: str | None
    target: str
    graced: int


def graced(connection: Connection, asked: Asked) -> list[GracedFigure]:
    """Of the promises that started in the period, those that were given grace by the instant.

    Cost: the log's moves of due instants, each with the start of its clock.
    """
    row, begun = entry.alias("moved"), entry.alias("begun")
    first = first_name(row, renamed=asked.renamed)
    target = name_at(row.c.lead, first, asked.at, renamed=asked.renamed).target
    start = and_(
        begun.c.stream == row.c.stream,
        in_stream(begun.c.kind) == "clock_started",
        begun.c.target == first.target,
        begun.c.clock == first.number,
        asked.in_period(in_stream(begun.c.at)),
    )
    group = asked.group(owner=begun.c.owner, at=begun.c.at, digest=begun.c.digest, of=begun.c.lead)
    found = (
        select(group.label("grp"), row.c.lead, target.label("target"), begun.c.clock, begun.c.id)
        .select_from(row.join(begun, start))
        .where(row.c.kind == "clock_moved", text_at(data_of(row), "graced") == "true", row.c.at <= asked.at)
        .distinct()
        .cte("graced")
    )
    each = asked.whole_and_groups(found).c
    query = select(each.grp, each.target, func.count()).group_by(each.grp, each.target)
    return [GracedFigure(*row) for row in connection.execute(query)]
