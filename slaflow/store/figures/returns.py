"""Handbacks: why, after how many rounds and how long, what had let the lead through, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import CTE, Connection, FromClause, Text, and_, case, cast, func, literal, null, select

from slaflow.store.dialect import Column, elapsed, members_at, text_at
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import and_whole, data_of, percentile, rank_of, total
from slaflow.store.figures.kept import kept
from slaflow.store.figures.passages import handoffs
from slaflow.store.figures.terms import BACK, FORWARD, NONE, Terms, by_version, direction
from slaflow.store.tables.log import entry
from slaflow.workflow.model.parties import SYSTEM


class ReasonFigure(NamedTuple):
    """So many handbacks with one trigger and reason, ``by_system`` of them fired by a step."""

    group: str | None
    gave: str
    trigger: str
    reason: str
    returns: int
    by_system: int


class HeldFigure(NamedTuple):
    """So many handbacks of leads in their n-th round; elapsed seconds since they were handed over."""

    group: str | None
    cycle: int
    returns: int
    median: int | None
    p90: int | None


class ThroughFigure(NamedTuple):
    """So many handoffs of one kind, and how many of them the next handoff gave back."""

    group: str | None
    digest: str
    trigger: str
    from_state: str
    to_state: str
    fit: str | None
    handoffs: int
    came_back: int


class SignFigure(NamedTuple):
    """So many handoffs of leads that had shown one kind of activity, and how many came back."""

    group: str | None
    activity: str
    handoffs: int
    came_back: int


class Quote(NamedTuple):
    at: datetime
    lead: int
    actor: str
    trigger: str
    reason: str
    feedback: str


def _returned(asked: Asked) -> FromClause:
    """The handbacks of the period, each with its reason; who gave the lead back is who is grouped by."""
    if asked.reckonings is None:
        return _returned_by_log(asked)
    row = kept(asked, to_taker=False).c
    return (
        select(
            row.lead, row.seq, row.at, row.digest, row.grp, row.gave, row.trigger, row.cycle,
            elapsed(row.handed_at, row.at).label("seconds"),
            func.coalesce(row.reason, literal(NONE)).label("reason"),
            row.by_system,
        ).where(row.direction == BACK).subquery("returned")
    )  # fmt: skip


def _returned_by_log(asked: Asked) -> CTE:
    given = handoffs(asked, to_taker=False)
    said = why(given.c.data, given.c.digest, asked, _reasons)
    columns = (
        given.c.id, given.c.stream, given.c.seq, given.c.lead, given.c.at, given.c.data, given.c.digest,
        given.c.grp, given.c.gave, given.c.actor, given.c.trigger,
        case((given.c.party == SYSTEM, 1), else_=0).label("by_system"),
    )  # fmt: skip
    reason = func.coalesce(said, literal(NONE)).label("reason")
    return select(*columns, reason).where(given.c.direction == BACK).cte("returned")


def why(data: Column, digest: Column, asked: Asked, names: Callable[[Terms], tuple[str, ...]]) -> Column:
    """What was given in the first of the inputs *names*, which may be others in each version."""

    def said(those: tuple[str, ...]) -> Column:
        return _said(data, those)

    return by_version(digest, asked.versions, names, said, _nothing())


def _reasons(terms: Terms) -> tuple[str, ...]:
    return terms.reasons


def _said(data: Column, names: tuple[str, ...]) -> Column:
    """The first of the inputs *names* that was given, or was set by the transition."""
    found = [text_at(data, part, name) for name in names for part in ("inputs", "set")]
    return func.coalesce(*found, None) if found else _nothing()


def _nothing() -> Column:
    return cast(null(), Text())


def reasons(connection: Connection, asked: Asked) -> Iterator[ReasonFigure]:
    """The handbacks of the period by trigger and reason."""
    row = _returned(asked).c
    keys = (row.grp, row.gave, row.trigger, row.reason)
    query = select(*keys, func.count(), total(row.by_system)).group_by(*keys).order_by(*keys)
    for each in and_whole(connection.execute(query), names=3):
        yield ReasonFigure(*each)


def held(connection: Connection, asked: Asked) -> Iterator[HeldFigure]:
    """The handbacks by the lead's round, and how long the party that gives back had held it."""
    found = asked.whole_and_groups(_rounds(asked))
    place, number = rank_of(found.c.seconds, found.c.grp)
    ranked = select(*found.c, place.label("place"), number.label("number")).cte("ranked").c
    query = select(
        ranked.grp, ranked.cycle, func.count(),
        percentile(ranked.seconds, ranked.place, ranked.number, 50),
        percentile(ranked.seconds, ranked.place, ranked.number, 90),
    )  # fmt: skip
    for each in connection.execute(
        query.group_by(ranked.grp, ranked.cycle).order_by(ranked.grp, ranked.cycle)
    ):
        yield HeldFigure(*each)


def _rounds(asked: Asked) -> CTE:
    """The round of each handback, and the seconds since the handoff before it."""
    row = _returned(asked)
    if asked.reckonings is not None:
        return select(row.c.grp, row.c.cycle, row.c.seconds).cte("held")
    before, first = entry.alias("before"), entry.alias("handed")
    forward = and_(
        before.c.stream == row.c.stream, before.c.seq < row.c.seq, before.c.handoff,
        direction(before, asked.versions) == FORWARD,
    )  # fmt: skip
    cycle = select(func.count()).where(forward).correlate_except(before).scalar_subquery()
    last = (
        select(func.max(before.c.seq))
        .where(before.c.stream == row.c.stream, before.c.seq < row.c.seq, before.c.handoff)
        .correlate_except(before)
        .scalar_subquery()
    )
    handed = select(first.c.at).where(first.c.stream == row.c.stream, first.c.seq == last)
    since = handed.correlate_except(first).scalar_subquery()
    return select(row.c.grp, cycle.label("cycle"), elapsed(since, row.c.at).label("seconds")).cte("held")


def _forward(asked: Asked) -> FromClause:
    """The handoffs of the period that went forward, and whether the next one gave the lead back."""
    if asked.reckonings is None:
        return _forward_by_log(asked)
    row = kept(asked).c
    columns = (row.grp, row.digest, row.trigger, row.from_state, row.to_state, row.fit, row.touchpoints)
    return select(*columns, row.came_back).where(row.direction == FORWARD).subquery("forward")


def _forward_by_log(asked: Asked) -> CTE:
    given, after = handoffs(asked), entry.alias("after")
    back = and_(after.c.id.is_not(None), direction(after, asked.versions) == BACK)
    return (
        select(
            given.c.grp, given.c.digest, given.c.trigger, given.c.from_state, given.c.to_state,
            given.c.data, case((back, 1), else_=0).label("came_back"),
        )
        .select_from(
            given.outerjoin(after, and_(after.c.stream == given.c.stream, after.c.seq == given.c.next_seq))
        )
        .where(given.c.direction == FORWARD)
        .cte("forward")
    )  # fmt: skip


def let_through(connection: Connection, asked: Asked) -> Iterator[ThroughFigure]:
    """The handoffs of the period by the transition that was taken and the fit the lead had."""
    row = _forward(asked).c
    fit = text_at(row.data, "handoff", "fit").label("fit") if asked.reckonings is None else row.fit
    found = select(
        row.grp, row.digest, row.trigger, row.from_state, row.to_state, fit, row.came_back
    ).cte("through").c  # fmt: skip
    keys = (found.grp, found.digest, found.trigger, found.from_state, found.to_state, found.fit)
    query = select(*keys, func.count(), total(found.came_back)).group_by(*keys).order_by(*keys[:-1])
    for each in and_whole(connection.execute(query), names=5):
        yield ThroughFigure(*each)


def signs(connection: Connection, asked: Asked) -> Iterator[SignFigure]:
    """The handoffs of the period by the activities that the lead had shown by then."""
    row = _forward(asked)
    if asked.reckonings is not None:
        yield from _signs_of_rows(connection, row)
        return
    member = members_at(row.c.data, "handoff", "touchpoints")
    keys = (row.c.grp, member.c.key)
    query = (
        select(*keys, func.count(), total(row.c.came_back))
        .select_from(row.join(member, row.c.data.is_not(None)))
        .group_by(*keys)
        .order_by(*keys)
    )
    for each in and_whole(connection.execute(query), names=1):
        yield SignFigure(*each)


def _signs_of_rows(connection: Connection, row: FromClause) -> Iterator[SignFigure]:
    """The same; few different sets of activities are shown, so that each is read once."""
    keys = (row.c.grp, row.c.touchpoints)
    query = select(*keys, func.count(), total(row.c.came_back)).group_by(*keys)
    found: dict[tuple[str | None, str], list[int]] = {}
    for grp, shown, number, back in connection.execute(query.where(row.c.touchpoints.is_not(None))):
        for activity in orjson.loads(shown):
            counted = found.setdefault((grp, activity), [0, 0])
            counted[0] += number
            counted[1] += back
    shown_so = ((grp, activity, *counts) for (grp, activity), counts in found.items())
    for each in and_whole(shown_so, names=1):
        yield SignFigure(*each)


def quotes(connection: Connection, asked: Asked, most: int) -> Iterator[Quote]:
    """What was written with the latest handbacks, newest first; nothing of erased people is left to quote."""
    row = _quotable(asked.as_one())
    words = why(row.c.data, row.c.digest, asked, _feedback)
    query = select(row.c.at, row.c.lead, row.c.actor, row.c.trigger, row.c.reason, words.label("feedback"))
    shown = query.where(words.is_not(None), words != "")
    for each in connection.execute(shown.order_by(row.c.at.desc(), row.c.id.desc()).limit(most)):
        yield Quote(*each)


def _quotable(asked: Asked) -> FromClause:
    """The handbacks with who gave them and what the log holds of what they said."""
    row = _returned(asked)
    if asked.reckonings is None:
        return row
    said = entry.alias("said")
    stream = literal("lead:", Text) + cast(row.c.lead, Text)
    found = select(*row.c, said.c.id, said.c.actor, data_of(said).label("data"))
    is_its = and_(said.c.stream == stream, said.c.seq == row.c.seq)
    return found.select_from(row.join(said, is_its)).cte("quotable")


def _feedback(terms: Terms) -> tuple[str, ...]:
    return terms.feedback
