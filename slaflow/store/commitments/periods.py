"""Closed periods of commitments, when the next one closes, and what arrived after its period had closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    union,
    update,
)

from slaflow.store.database import is_rehearsal
from slaflow.store.dialect import in_stream, unindexed
from slaflow.store.rows import renamings
from slaflow.store.tables.commitments import closing, late_arrival, period
from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.log import entry
from slaflow.store.types import Instant, one_of

_AWAKE = union(
    select(closing.c.workflow).where(closing.c.wake_at < bindparam("now", type_=Instant())),
    select(late_arrival.c.workflow).where(late_arrival.c.known_at < bindparam("now", type_=Instant())),
)
_CLOSED = select(period.c.commitment, period.c.period, period.c.closed_at, period.c.verdict, period.c.data)


@dataclass(frozen=True, slots=True)
class Closed:
    """What was stated of one commitment's period: at its closing, and each time it was restated since."""

    commitment: str
    period: str
    closed_at: datetime
    verdict: str | None
    statements: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Late:
    """Something of that instant arrived, or was undone, when it was known that late."""

    id: int
    happened_at: datetime
    known_at: datetime


def awake(connection: Connection, now: datetime) -> list[str]:
    """Agreements of which something fell strictly before *now*: a closing, a pace, a late arrival.

    Cost: two index look-ups in one statement, however much there is.
    """
    return sorted(connection.execute(_AWAKE, {"now": now}).scalars())


def next_wake(connection: Connection, workflow: str | None = None) -> datetime | None:
    """When :func:`awake` is next to be asked; None: never."""
    query = select(func.min(closing.c.wake_at))
    query = query if workflow is None else query.where(closing.c.workflow == workflow)
    return connection.execute(query).scalar()


def begin(connection: Connection, workflow: str, at: datetime, *, owes: bool) -> None:
    """Has the next tick look at the agreement anew; before the first version that *owes*, nothing is owed."""
    changed = connection.execute(update(closing).where(closing.c.workflow == workflow).values(wake_at=at))
    if changed.rowcount == 0 and owes:
        connection.execute(insert(closing).values(workflow=workflow, done_until=at, wake_at=at))


def hold(connection: Connection, workflow: str) -> datetime | None:
    """Up to which instant everything is done; nobody else closes a period until this transaction ends."""
    query = select(closing.c.done_until).where(closing.c.workflow == workflow).with_for_update()
    return connection.execute(query).scalar()


def done_until(connection: Connection) -> dict[str, datetime]:
    """Up to which instant everything is done, by agreement."""
    query = select(closing.c.workflow, closing.c.done_until).order_by(closing.c.workflow)
    return {workflow: until for workflow, until in connection.execute(query)}


_LAST = select(func.max(period.c.closed_at)).where(period.c.workflow == closing.c.workflow)
_LAST_CLOSED = select(closing.c.workflow, _LAST.scalar_subquery()).order_by(closing.c.workflow)
_LAST_CLOSED_HELD = _LAST_CLOSED.with_for_update(read=True, of=closing)
"""Made once: every command asks it."""


def closed_until(connection: Connection) -> dict[str, datetime]:
    """When a period of each agreement closed last; of one with commitments that none did of is left out.

    No period closes before this transaction ends, so that none misses what it writes.
    """
    rows = connection.execute(_LAST_CLOSED if is_rehearsal(connection) else _LAST_CLOSED_HELD)
    return {workflow: at for workflow, at in rows if at is not None}


def advance(connection: Connection, workflow: str, until: datetime, wake_at: datetime | None) -> None:
    """Everything before *until* is done; the next falls at *wake_at*."""
    moved = update(closing).where(closing.c.workflow == workflow)
    connection.execute(moved.values(done_until=until, wake_at=wake_at))


def closed(
    connection: Connection, workflow: str, *, since: datetime | None = None,
    labels: Collection[str] | None = None,
) -> list[Closed]:  # fmt: skip
    """Closed periods of an agreement, oldest first: those closed at or after *since*, those called so."""
    query = _CLOSED.where(period.c.workflow == workflow)
    if since is not None:
        query = query.where(period.c.closed_at >= since)
    given: dict[str, Any] = {}
    if labels is not None:
        query, given = query.where(one_of(period.c.period, "labels")), {"labels": list(labels)}
    rows = connection.execute(query.order_by(period.c.closed_at, period.c.id), given)
    return [Closed(*row) for row in rows]


def last_closed(connection: Connection, workflow: str, commitment: str, most: int) -> list[Closed]:
    """The periods of a commitment that closed last, latest first."""
    query = _CLOSED.where(period.c.workflow == workflow, period.c.commitment == commitment)
    latest_first = query.order_by(period.c.closed_at.desc(), period.c.id.desc())
    return [Closed(*row) for row in connection.execute(latest_first.limit(most))]


def close(connection: Connection, workflow: str, row: Closed) -> None:
    """Stores what was stated at a closing.

    Raises:
        AlreadyRecorded: the period is closed already.
    """
    values = {
        "workflow": workflow, "commitment": row.commitment, "period": row.period,
        "closed_at": row.closed_at, "verdict": row.verdict, "data": row.statements,
    }  # fmt: skip
    connection.execute(insert(period).values(values))


def restate(connection: Connection, workflow: str, row: Closed) -> None:
    """Keeps a restatement beside what was stated before; the verdict of the closing stands."""
    named = (period.c.workflow == workflow, period.c.commitment == row.commitment)
    changed = update(period).where(*named, period.c.period == row.period)
    connection.execute(changed.values(data=row.statements))


def note_late(connection: Connection, workflow: str, arrivals: Iterable[tuple[datetime, datetime]]) -> None:
    """Remembers (when it happened, when it was known) of what may alter a closed period."""
    rows = [
        {"workflow": workflow, "happened_at": happened, "known_at": known}
        for happened, known in sorted(set(arrivals))
    ]
    if rows:
        connection.execute(insert(late_arrival), rows)


def late(connection: Connection, workflow: str, before: datetime | None = None) -> list[Late]:
    """What was noted and was known before that instant, in the order of its being known."""
    query = select(late_arrival.c.id, late_arrival.c.happened_at, late_arrival.c.known_at)
    query = query.where(late_arrival.c.workflow == workflow)
    if before is not None:
        query = query.where(late_arrival.c.known_at < before)
    return [
        Late(*row) for row in connection.execute(query.order_by(late_arrival.c.known_at, late_arrival.c.id))
    ]


def forget_late(connection: Connection, ids: Collection[int]) -> None:
    """Removes what was looked into."""
    if ids:
        connection.execute(delete(late_arrival).where(one_of(late_arrival.c.id, "ids")), {"ids": list(ids)})


def learnt_after(
    connection: Connection, digests: Sequence[str], at: datetime
) -> list[tuple[datetime, datetime]]:
    """(when it happened, when it was known) of everything that the log learnt after *at*, and belatedly.

    Cost: what was logged after *at*, by index. For SQLite the other indexes are out of reach, as for want of
    statistics it takes them to leave next to nothing.
    """
    of_ours = entry.c.digest.in_(digests), entry.c.lead.is_not(None)
    told_later = select(entry.c.at, entry.c.arrived_at).where(
        entry.c.arrived_at > entry.c.at, entry.c.arrived_at > at, *of_ours
    )
    belated = select(entry.c.occurred_at, entry.c.at).where(
        unindexed(entry.c.occurred_at) < entry.c.at, entry.c.at > at, *of_ours
    )
    lifted = _lifted_after(at, renamed=renamings.are_any(connection)).where(*of_ours)
    late: CompoundSelect[Any] = union(told_later, belated, lifted)
    return [(happened, known) for happened, known in connection.execute(late)]


def _lifted_after(at: datetime, *, renamed: bool) -> Select[Any]:
    """(when the promise was broken, when that was lifted) of what was lifted after *at*."""
    breach, kind, target = entry.alias(), unindexed(entry.c.kind), entry.c.target
    is_one = and_(breach.c.target == unindexed(target), breach.c.clock == entry.c.clock)
    if renamed:
        is_one = and_(breach.c.stream == entry.c.stream, renamings.is_same(breach, entry, renamed=True))
    same = and_(breach.c.lead == entry.c.lead, is_one, breach.c.kind == "breached")
    query = select(breach.c.at, entry.c.at).select_from(entry).join(breach, same)
    return query.where(kind == "breach_lifted", entry.c.at > at)


def broken_at(connection: Connection, leads: Collection[int]) -> dict[tuple[int, str, int], datetime]:
    """When each broken clock of these leads broke, by (lead, target, number) as it was called at first.

    Cost: the logs of the leads.
    """
    first = renamings.first_name(entry, renamed=renamings.are_any(connection))
    query = select(entry.c.lead, *first, entry.c.at).where(
        one_of(entry.c.stream, "streams"), in_stream(entry.c.kind) == "breached"
    )
    rows = connection.execute(query, {"streams": [f"lead:{lead_id}" for lead_id in leads]})
    return {(lead_id, target, number): at for lead_id, target, number, at in rows}


def unsettled(connection: Connection, workflow: str, before: datetime) -> tuple[list[int], list[int]]:
    """Leads with a step before that instant: those that wait, and those whose decision raises."""
    due = select(clock.c.lead).where(clock.c.wake_at < before)
    query = select(lead.c.id, lead.c.failures).where(lead.c.id.in_(due), lead.c.workflow == workflow)
    rows = connection.execute(query.order_by(lead.c.id)).all()
    return [row[0] for row in rows if not row[1]], [row[0] for row in rows if row[1]]


def closed_one(connection: Connection, workflow: str, commitment: str, label: str) -> Closed | None:
    """What was stated of one period, or None while it is not closed."""
    named = period.c.workflow == workflow, period.c.commitment == commitment, period.c.period == label
    row = connection.execute(_CLOSED.where(*named)).one_or_none()
    return None if row is None else Closed(*row)


def has_gaps(connection: Connection, digests: Sequence[str], start: datetime, end: datetime) -> bool:
    """Whether data of entries logged in ``[start, end)`` was erased, so that not all of it counts now."""
    query = select(entry.c.id).where(
        entry.c.at >= start, entry.c.at < end, entry.c.data.is_(None), entry.c.digest.in_(digests)
    )
    return connection.execute(query.limit(1)).first() is not None
