"""How far the leads of a period came: states reached, moves between them, the time each took."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, FromClause, and_, case, func, null, or_, select

from slaflow.store.dialect import Column, epoch, in_stream, text_at, unindexed
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import nearest_rank
from slaflow.store.figures.settled import begun_in, is_narrow
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry

_AT_ONCE = 10_000


class StateFigure(NamedTuple):
    """So many leads reached the state, after that long: elapsed seconds from creation."""

    group: str | None
    state: str
    leads: int
    median: int
    p90: int


class MoveFigure(NamedTuple):
    """So many leads went from one state to another, so often; elapsed seconds they had been there."""

    group: str | None
    from_state: str
    to_state: str
    leads: int
    moves: int
    median: int
    p90: int


class Course(NamedTuple):
    """How many leads were created in the period, by group, and how far these came."""

    sizes: dict[str | None, int]
    states: list[StateFigure]
    moves: list[MoveFigure]


def enters(row: Any) -> Column:
    """Whether an entry puts its lead into another state; a move to another version only renames the state."""
    kind = in_stream(row.c.kind)
    return or_(kind == "created", and_(kind == "transition", row.c["from"] != row.c.to))


def places(row: Any) -> Column:
    """Whether an entry says in which state of which version its lead is."""
    return or_(enters(row), in_stream(row.c.kind) == "migrated")


def names(row: Any) -> Column:
    """Whether an entry puts its lead into another state, or gives the state that it is in another name."""
    renamed = and_(in_stream(row.c.kind) == "migrated", row.c["from"] != row.c.to)
    return or_(enters(row), renamed)


def last_move(stream: Column, at: datetime, which: Callable[[Any], Column] = enters) -> Column:
    """The ``seq`` of the entry that put the lead of *stream* where it was at that instant.

    With :func:`places` or :func:`names` for *which* that of the entry which last said where that is.
    """
    row = entry.alias("moving")
    found = select(func.max(row.c.seq)).where(row.c.stream == stream, which(row), in_stream(row.c.at) <= at)
    return found.correlate_except(row).scalar_subquery()


class Group:
    """The leads of one group as they are gone through."""

    def __init__(self) -> None:
        self.leads = 0
        self.reached: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self.moved: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("q"))
        self.movers: Counter[tuple[str, str]] = Counter()

    def add(self, other: Group) -> None:
        self.leads += other.leads
        self.movers.update(other.movers)
        for state, seconds in other.reached.items():
            self.reached[state].extend(seconds)
        for way, seconds in other.moved.items():
            self.moved[way].extend(seconds)


def travelled(connection: Connection, asked: Asked) -> Course:
    """How many leads of the period's cohort ever entered each state, and how long after creation; and their
    moves between two states, and how long they had been in the first.

    Cost: every move of the log once; of a period that holds little, those of its leads.
    """
    groups = _gone_through(_renamed(_visits(connection, asked), _renamings(connection, asked)))
    if asked.by is not None and groups:
        whole = Group()
        for group in groups.values():
            whole.add(group)
        groups[None] = whole
    course = Course({name: group.leads for name, group in groups.items()}, [], [])
    for name, group in groups.items():
        for state, seconds in group.reached.items():
            course.states.append(StateFigure(name, state, len(seconds), *_times(seconds)))
        for way, seconds in group.moved.items():
            course.moves.append(MoveFigure(name, *way, group.movers[way], len(seconds), *_times(seconds)))
    return course


def _gone_through(visits: Iterator[Any]) -> dict[str | None, Group]:
    groups: dict[str | None, Group] = defaultdict(Group)
    known, group = None, Group()
    born = since = 0
    before = ""
    states: set[str] = set()
    ways: set[tuple[str, str]] = set()
    for lead_id, is_born, name, at, state, _ in visits:
        if is_born:
            known, group, born, states, ways = lead_id, groups[name], at, set(), set()
            group.leads += 1
        elif lead_id != known:
            continue
        else:
            way = before, state
            group.moved[way].append(at - since)
            if way not in ways:
                ways.add(way)
                group.movers[way] += 1
        if state not in states:
            states.add(state)
            group.reached[state].append(at - born)
        before, since = state, at
    return groups


def _renamings(connection: Connection, asked: Asked) -> Mapping[int, list[tuple[int, str]]]:
    """By lead the moves to other versions that renamed states: ``seq``, and the names as JSON.

    Cost: one look where no lead ever moved, else the log's moves of leads.
    """
    row = entry.alias("renaming")
    names = text_at(row.c.data, "state_map")
    told = select(row.c.lead, row.c.seq, names).where(
        row.c.kind == "migrated", row.c.at <= asked.at, names != "{}"
    )  # fmt: skip
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    with connection.execute(told.execution_options(yield_per=_AT_ONCE)) as rows:
        for lead_id, seq, said in rows:
            found[lead_id].append((seq, intern(said)))
    return found


def _renamed(visits: Iterator[Any], renamings: Mapping[int, list[tuple[int, str]]]) -> Iterator[Any]:
    """*visits* with the states of each lead by the names that these have for it now."""
    if not renamings:
        yield from visits
        return
    for visit in visits:
        lead_id, *rest, state, seq = visit
        for since, names in sorted(renamings.get(lead_id, ())):
            if seq < since:
                state = _names(names).get(state, state)
        yield lead_id, *rest, state, seq


@lru_cache(256)
def _names(text: str) -> Mapping[str, str]:
    found: Mapping[str, str] = orjson.loads(text)
    return found


def _times(seconds: array[int]) -> tuple[int, int]:
    ordered = sorted(seconds)
    return nearest_rank(ordered, 50), nearest_rank(ordered, 90)


def _visits(connection: Connection, asked: Asked) -> Iterator[Any]:
    """Each time a lead entered a state, lead by lead: (lead, whether it was created in the period, its group
    if so, whole seconds since 1970, the state, ``seq``). A lead's group is by the owner it has now."""
    row = entry.alias("entered")
    is_born = and_(row.c.kind == "created", asked.in_bounds(row.c.at))
    source: FromClause = row
    if is_narrow(connection, asked):
        of = begun_in(asked, "created").cte("of_leads")
        source = of.join(row, row.c.lead == of.c.lead)
    owner = select(lead.c.owner).where(lead.c.id == row.c.lead).correlate_except(lead).scalar_subquery()
    group = asked.group(owner=owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)
    name = null() if asked.by is None else case((is_born, group))
    query = (
        select(row.c.lead, is_born, name, epoch(row.c.at), row.c.to, row.c.seq)
        .select_from(source)
        .where(enters(row), row.c.to.is_not(None), in_stream(row.c.at) <= asked.at)
        .where(asked.since_period(unindexed(row.c.at)))
        .order_by(row.c.lead, row.c.seq)
    )
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        yield from rows
