"""Where the open leads are, and for how long they have been there."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, FromClause, Select, and_, case, exists, literal, select, union_all

from slaflow.store.dialect import Column, epoch, in_stream
from slaflow.store.figures.asked import Asked
from slaflow.store.figures.expressions import stream_of
from slaflow.store.figures.funnel import last_move, places
from slaflow.store.figures.terms import is_final
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry
from slaflow.store.types import one_of

_AT_ONCE = 10_000


class Resting(NamedTuple):
    lead: int
    entered_at: datetime
    seconds: int


@dataclass(slots=True)
class Ages:
    """The open leads of one group and state: elapsed seconds since they entered, greatest first, and the
    leads that have been there longest."""

    seconds: array[int] = field(default_factory=lambda: array("q"))
    oldest: list[Resting] = field(default_factory=list)


def ages(connection: Connection, asked: Asked, most: int) -> dict[tuple[str | None, str], Ages]:
    """The open leads by group and state, of each the *most* that have been there longest.

    Cost: the rows of open leads once, which an index has in this order; those of the log where something
    was logged after the instant.
    """
    found: dict[tuple[str | None, str], Ages] = defaultdict(Ages)
    names: tuple[None, ...] = () if asked.by is None else (None,)
    query = _open_leads(asked, past=is_past(connection, asked))
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        for group, state, lead_id, entered_at, seconds in rows:
            for name in (group, *names):
                each = found[name, state]
                each.seconds.append(seconds)
                if len(each.oldest) < most:
                    each.oldest.append(Resting(lead_id, entered_at, seconds))
    return found


def owners(connection: Connection, asked: Asked, leads: Collection[int]) -> Mapping[int, str | None]:
    """Who owned each of these leads."""
    owned = lead.alias("asked_for")
    query = select(owned.c.id, _owner(asked, owned.c.id)).where(one_of(owned.c.id, "leads"))
    return {row[0]: row[1] for row in connection.execute(query, {"leads": leads})}


def is_past(connection: Connection, asked: Asked) -> bool:
    """Whether something was logged after the instant."""
    return bool(connection.execute(select(exists().where(entry.c.at > asked.at))).scalar())


def stood(asked: Asked, *, past: bool) -> tuple[FromClause, Column, Column]:
    """Every lead with the state it was in, its id there, and its group.

    Whoever has not moved since stands in the lead's row; for the others the log tells.
    """
    then: FromClause = _then(asked) if past else lead.alias("resting")
    lead_id = then.c.lead if past else then.c.id
    owner = _owner(asked, lead_id) if past else then.c.owner
    group = asked.group(
        owner=owner, at=_instant(asked.at), digest=then.c.digest, of=lead_id, month_of=then.c.entered_at
    )
    return then, lead_id, group


def _open_leads(asked: Asked, *, past: bool) -> Select[Any]:
    """The leads that were open, those longest in a state first, each with its group."""
    then, lead_id, group = stood(asked, past=past)
    seconds = literal(int(asked.at.timestamp() // 1)) - epoch(then.c.entered_at)
    return (
        select(group, then.c.state, lead_id, then.c.entered_at, seconds)
        .where(~is_final(then.c.state, then.c.digest, asked.versions), then.c.entered_at <= asked.at)
        .order_by(then.c.state, then.c.entered_at, lead_id)
    )


def _then(asked: Asked) -> FromClause:
    """Every lead with the state that it was in."""
    resting = select(lead.c.id.label("lead"), lead.c.state, lead.c.digest, lead.c.entered_at)
    row, placed = entry.alias("entered"), entry.alias("placed")
    stream, later = stream_of(lead.c.id), entry.alias("renamed_since")
    came = and_(row.c.stream == stream, row.c.seq == last_move(stream, asked.at))
    said = and_(placed.c.stream == stream, placed.c.seq == last_move(stream, asked.at, places))
    moved = select(placed.c.lead, placed.c.to, placed.c.digest, row.c.at).select_from(
        lead.join(row, came).join(placed, said)
    )
    # Who moved to another version since may have had another name for the state, or be in no final one.
    since = select(later.c.lead).where(later.c.kind == "migrated", later.c.at > asked.at)
    stays = and_(lead.c.entered_at <= asked.at, lead.c.id.not_in(since))
    moved = moved.where(~stays, lead.c.created_at <= asked.at)
    return union_all(resting.where(stays), moved).cte("then")


def _owner(asked: Asked, of: Column) -> Column:
    """Who owned the lead: as its row says, unless something was logged since."""
    row, then = entry.alias("last"), lead.alias("owned")
    last = select(row.c.owner).where(row.c.stream == stream_of(then.c.id), in_stream(row.c.at) <= asked.at)
    last = last.order_by(row.c.seq.desc()).limit(1)
    found = case((then.c.as_of <= asked.at, then.c.owner), else_=last.correlate_except(row).scalar_subquery())
    return select(found).where(then.c.id == of).correlate_except(then).scalar_subquery()


def _instant(at: datetime) -> Any:
    return literal(at, entry.c.at.type)
