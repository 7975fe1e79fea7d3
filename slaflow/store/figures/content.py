"""What was said: touches by kind, at which stage, and before which handoffs, acceptances and wins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    CompoundSelect,
    Connection,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from slaflow.store.dialect import Column, text_at
from slaflow.store.figures import kept_content
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import data_of, total
from slaflow.store.figures.kept_content import OUTCOMES
from slaflow.store.figures.kept_touches import rows_tell
from slaflow.store.figures.losses import is_won
from slaflow.store.figures.passages import passages
from slaflow.store.figures.terms import FORWARD, NONE
from slaflow.store.kept.touches import told_how, told_what
from slaflow.store.tables.log import entry

__all__ = ["OUTCOMES", "TOUCH", "Before", "Reached", "Said", "Spoken", "spoken"]
TOUCH = "touch."
_BATCH = 5000


class Said(NamedTuple):
    """So many touches of one kind at one stage, how many not meant for it, how many over the pace."""

    group: str | None
    activity: str
    party: str
    stage: str
    touches: int
    misfit: int
    over_pace: int


class Reached(NamedTuple):
    group: str | None
    activity: str
    party: str
    leads: int


class Before(NamedTuple):
    """Before so many outcomes a touch of that kind was the ``first``, the ``last`` or ``any``."""

    group: str | None
    activity: str
    party: str
    what: str
    place: str
    number: int


class Spoken(NamedTuple):
    """All of it, of the whole and of each group that was asked for."""

    said: Sequence[Said]
    reached: Sequence[Reached]
    before: Sequence[Before]


def spoken(connection: Connection, asked: Asked) -> Spoken:
    """The touches of the period by kind and stage, how many leads they went to, what they stood before."""
    if rows_tell(asked):
        return _by_rows(connection, asked)
    # What stands before one outcome may be of several groups: the whole is no sum of them.
    questions = [asked] if asked.by is None else [asked, asked.as_one()]
    return Spoken(
        [each for question in questions for each in _said(connection, question)],
        [each for question in questions for each in _reached(connection, question)],
        [each for question in questions for each in _before(connection, question)],
    )


def _by_rows(connection: Connection, asked: Asked) -> Spoken:
    found = kept_content.counted(connection, asked)
    said = (
        Said(
            group, *_named(what), how.stage or NONE, number, number * how.is_misfit, number * how.is_over_pace
        )
        for ((group, what), told), number in found.said.items()
        for how in [told_how(told)]
    )
    return Spoken(
        list(said),
        [Reached(group, *_named(what), leads) for (group, what), leads in found.reached.items()],
        [
            Before(group, *_named(what), outcome, place, number)
            for ((group, what), outcome, place), number in found.before.items()
        ],
    )


def _named(what: str) -> tuple[str, str]:
    activity, party = told_what(what)
    return activity or NONE, party or NONE


def _said(connection: Connection, asked: Asked) -> Iterator[Said]:
    row = _touches(asked, in_period=True).c
    keys = (row.grp, row.activity, row.party, row.stage)
    query = select(*keys, func.count(), total(row.misfit), total(row.over_pace))
    for each in connection.execute(query.group_by(*keys).order_by(*keys)):
        yield Said._make(each)


def _reached(connection: Connection, asked: Asked) -> Iterator[Reached]:
    row = _touches(asked, in_period=True).c
    keys = (row.grp, row.activity, row.party)
    for each in connection.execute(select(*keys, func.count(row.lead.distinct())).group_by(*keys)):
        yield Reached._make(each)


def _before(connection: Connection, asked: Asked) -> Iterator[Before]:
    """What stood before the outcomes of the period.

    Both are read once, in order: joined, either planner goes through all of one for each of the other.
    """
    outcomes: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for lead, seq, what in connection.execute(_outcomes(asked)):
        outcomes[lead].append((seq, what))
    row = _touches(asked, in_period=False).c
    query = select(row.lead, row.seq, row.grp, row.activity, row.party).order_by(row.lead, row.seq)
    found: Counter[tuple[Any, ...]] = Counter()
    with connection.execute(query.execution_options(yield_per=_BATCH)) as rows:
        for lead, done in groupby(rows, key=itemgetter(0)):
            if lead in outcomes:
                _count(found, [(each[1], tuple(each[2:])) for each in done], outcomes[lead])
    for ((group, activity, party), what, place), number in found.items():
        yield Before(group, activity, party, what, place, number)


def _count(
    found: Counter[tuple[Any, ...]], touches: list[tuple[int, Any]], outcomes: list[tuple[int, str]]
) -> None:
    """Counts what stood before each outcome of one lead."""
    for seq, what in outcomes:
        before = [kind for then, kind in touches if then < seq]
        if before:
            found[before[0], what, "first"] += 1
            found[before[-1], what, "last"] += 1
            found.update((kind, what, "any") for kind in set(before))


def _touches(asked: Asked, *, in_period: bool) -> CTE:
    """A row per touchpoint, those of the period or all that was known."""
    row = entry.alias("touch")
    data = data_of(row)
    known = (
        asked.of_kind(row, "activity") if in_period else and_(row.c.kind == "activity", row.c.at <= asked.at)
    )
    return (
        select(
            row.c.lead, row.c.seq, row.c.party, _group(asked, row, data).label("grp"),
            func.coalesce(text_at(data, "activity"), literal(NONE)).label("activity"),
            func.coalesce(text_at(data, "stage"), literal(NONE)).label("stage"),
            case((text_at(data, "misfit", "stage").is_not(None), 1), else_=0).label("misfit"),
            case((text_at(data, "over_pace") == "true", 1), else_=0).label("over_pace"),
        ).where(known).cte("touches")
    )  # fmt: skip


def _group(asked: Asked, row: Any, data: Column) -> Column:
    """What was sent where a field of the touch is asked for; else as in every report."""
    if asked.by is not None and asked.by.startswith(TOUCH):
        return func.coalesce(text_at(data, "fields", asked.by.removeprefix(TOUCH)), literal(NONE))
    return asked.group(owner=row.c.owner, at=row.c.at, digest=row.c.digest, of=row.c.lead)


def _outcomes(asked: Asked) -> CompoundSelect[Any]:
    """Lead and ``seq`` of handoffs forward, of those of them that were accepted, and of wins."""
    forward = passages(asked.as_one())
    row = entry.alias("closed")
    handed = select(forward.c.lead, forward.c.seq, literal("handoffs").label("what")).where(
        forward.c.direction == FORWARD
    )
    accepted = select(forward.c.lead, forward.c.seq, literal("acceptances")).where(
        forward.c.direction == FORWARD, forward.c.outcome == "accepted"
    )
    won = select(row.c.lead, row.c.seq, literal("wins")).where(
        asked.of_kind(row, "transition"), row.c["from"] != row.c.to, is_won(row, asked)
    )
    return union_all(handed, accepted, won)
