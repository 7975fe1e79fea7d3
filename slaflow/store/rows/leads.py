"""Leads: one row each, everything a decision needs beside the clocks."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, CursorResult, bindparam, func, or_

from slaflow.lifecycle.lead import Answer, Attempt, Lead, Tally
from slaflow.store.bulk.rows import insert_rows, update_rows
from slaflow.store.tables.leads import clock, counter, lead, lead_numbers
from slaflow.store.types import Instant, instant_writer, one_of, unread

_FIELDS = tuple(
    column for column in lead.c if column.name not in ("failures", "retry_at", "failure")
)  # in the order of Lead's own fields
_READ = tuple(map(unread, _FIELDS))
_WRITTEN = (*(column.name for column in _FIELDS if column.name != "id"), "id")
_ADVANCED = ("digest", "as_of", "step_at", "seq", "head", "id")
_SAVED = "failures = 0, retry_at = NULL, failure = NULL"
_KEYS_COMPARED = 200
_at = datetime.fromisoformat
_loads = orjson.loads
_NONE, _EMPTY = "{}", "[]"

_BY_ID = sa.select(*_READ).where(one_of(lead.c.id, "ids"))
_LOCK = _BY_ID.order_by(lead.c.id).with_for_update(of=lead)
_IDS_BY_KEY = sa.select(lead.c.key, lead.c.id).where(one_of(lead.c.key, "keys"))
_KEYS = sa.select(lead.c.id, lead.c.key).where(one_of(lead.c.id, "ids"))
_HEADS = sa.select(lead.c.id, lead.c.head).where(one_of(lead.c.id, "ids"))
_FELL = clock.c.wake_at < bindparam("before", type_=Instant())
_MAY_TRY = or_(lead.c.retry_at.is_(None), lead.c.retry_at <= bindparam("before", type_=Instant()))
_WAITING = lead.join(clock, clock.c.lead == lead.c.id)
# Locking comes after sorting and before the limit: leads that another worker holds do not use it up.
_CLAIM = (
    sa.select(*_READ)
    .select_from(_WAITING)
    .where(_FELL, _MAY_TRY)
    .order_by(clock.c.wake_at)
    .limit(bindparam("most"))
    .with_for_update(of=lead, skip_locked=True)
)
_DUE = sa.select(*_READ).where(
    lead.c.id.in_(sa.select(clock.c.lead).where(_FELL)), _MAY_TRY
)  # the same leads, unlocked
_COUNT_DUE = sa.select(func.count(lead.c.id.distinct())).select_from(_WAITING).where(_FELL, _MAY_TRY)


@dataclass(frozen=True, slots=True)
class Failing:
    """A lead whose decision raised, how often in a row, and when it is tried again."""

    lead_id: int
    key: str
    failures: int
    retry_at: datetime | None
    failure: str | None


def next_ids(connection: Connection, number: int) -> list[int]:
    """*number* lead ids nobody had before, growing."""
    if number < 1:
        return []
    if connection.dialect.name == "postgresql":
        series = func.generate_series(1, bindparam("number"))
        drawn = connection.execute(
            sa.select(lead_numbers.next_value()).select_from(series.table_valued("n")), {"number": number}
        )
        return sorted(drawn.scalars())
    raised = sa.update(counter).where(counter.c.name == "lead").values(value=counter.c.value + number)
    last = connection.execute(raised.returning(counter.c.value)).scalar_one()
    return list(range(last - number + 1, last + 1))


def insert(connection: Connection, leads: Sequence[Lead]) -> None:
    """Stores new leads.

    Raises:
        ConflictingChange: a lead with one of these keys was added meanwhile.
    """
    insert_rows(connection, lead, _WRITTEN, _rows(connection, leads))


def update(connection: Connection, leads: Sequence[Lead]) -> None:
    """Writes known leads as they are now, and forgets that deciding one failed before."""
    update_rows(connection, lead, _WRITTEN, _rows(connection, leads), also=_SAVED)


def advance(connection: Connection, leads: Sequence[Lead]) -> None:
    """As :func:`update` for leads of which only the end of the log moved on, and maybe the version."""
    write = instant_writer(connection.dialect.name)
    rows = [
        (each.digest, write(each.as_of), each.step_at and write(each.step_at), each.seq, each.head, each.id)
        for each in leads
    ]
    update_rows(connection, lead, _ADVANCED, rows, also=_SAVED)


def lock(connection: Connection, ids: Collection[int]) -> dict[int, Lead]:
    """The leads, locked until the transaction ends; always in the order of ids, so that nobody deadlocks.

    Read the clocks after this, in a statement of their own: only then are they as the last writer left them.
    """
    return _leads(connection.execute(_LOCK, {"ids": ids}))


def read(connection: Connection, ids: Collection[int]) -> dict[int, Lead]:
    """The leads by id, as they are saved; unknown ids are left out."""
    return _leads(connection.execute(_BY_ID, {"ids": ids}))


def heads(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The hash with which the log of each of those leads ends."""
    return {row[0]: row[1] for row in connection.execute(_HEADS, {"ids": ids})} if ids else {}


def ids_by_key(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """The ids of the known ones among *keys*."""
    return {key: lead_id for key, lead_id in connection.execute(_IDS_BY_KEY, {"keys": keys})}


def keys_of(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """What each of those leads is known by now."""
    rows = connection.execute(_KEYS, {"ids": list(ids)}) if ids else ()
    return {row[0]: row[1] for row in rows}


def claim_due(connection: Connection, before: datetime, limit: int) -> dict[int, Lead]:
    """Up to *limit* leads with a step or pause end before *before*, least first, locked for this transaction.

    Leads that another worker holds, and failed ones whose next try is later than *before*, are passed
    over. Empty when nothing more is to be had. Cost depends on what is due, not on what runs. A lead
    that another worker has just finished may be among them with nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        # It knows little of what was just written, and would sort all that is due for each batch.
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
    return _leads(connection.execute(_CLAIM, {"before": before, "most": limit}))


def due(connection: Connection, before: datetime, limit: int | None = None) -> dict[int, Lead]:
    """Every lead :func:`claim_due` would find, by id, without locking any; with a *limit* the first."""
    return _leads(connection.execute(_DUE.order_by(lead.c.id).limit(limit), {"before": before}))


def count_due(connection: Connection, before: datetime) -> int:
    """How many leads :func:`claim_due` would find, locked ones too."""
    return int(connection.execute(_COUNT_DUE, {"before": before}).scalar_one())


def select(
    connection: Connection,
    *,
    state: str | None = None,
    owner: str | Collection[str] | None = None,
    workflow: str | None = None,
    waits_for: str | Literal[True] | None = None,
    limit: int | None = None,
    after: int | None = None,
    or_due: datetime | None = None,
) -> Iterator[Lead]:
    """Leads that meet every filter given, by id, from the one after *after* on; streamed.

    Of several spellings of an *owner* any will do; True is whatever team a lead waits for.
    With *or_due* also those in which something fell before it, for settling may make them meet the filters.
    """
    given = ((lead.c.state, state), (lead.c.workflow, workflow))
    meets = [column == value for column, value in given if value is not None]
    if owner is not None:
        meets.append(lead.c.owner.in_([owner] if isinstance(owner, str) else owner))
    if waits_for is not None:
        meets.append(lead.c.waits_for.is_not(None) if waits_for is True else lead.c.waits_for == waits_for)
    query = sa.select(*_READ).order_by(lead.c.id).limit(limit)
    query = query if after is None else query.where(lead.c.id > after)
    wanted = [query.where(*meets)]
    if or_due is not None and meets:
        # Asked for in one, neither index would give the leads by id, and all of them had to be sorted.
        fell = lead.c.id.in_(sa.select(clock.c.lead).where(clock.c.wake_at < or_due))
        wanted.append(query.where(fell))
    by_id = attrgetter("id")
    both = heapq.merge(*(_streamed(connection, each) for each in wanted), key=by_id)
    yield from islice((next(same) for _, same in groupby(both, by_id)), limit)


def _streamed(connection: Connection, query: sa.Select[Any]) -> Iterator[Lead]:
    with connection.execute(query.execution_options(yield_per=500)) as rows:
        for row in rows:
            yield _lead(row)


def keys_like(connection: Connection, key: str) -> list[str]:
    """Some known keys that begin like *key*, most alike first, to find the one that was meant. Bounded."""
    found: dict[str, None] = {}
    for length in (6, 3, 1, 0):
        start = key[:length]
        query = sa.select(lead.c.key).where(lead.c.key >= start, lead.c.key < start + "\U0010ffff")
        found.update(dict.fromkeys(connection.execute(query.limit(_KEYS_COMPARED)).scalars()))
    return list(found)


def keys_from(connection: Connection, start: str, limit: int) -> list[tuple[str, str]]:
    """Up to *limit* keys that begin with *start*, in order, each with its lead's state; by index."""
    query = sa.select(lead.c.key, lead.c.state).order_by(lead.c.key).limit(limit)
    query = query.where(lead.c.key >= start, lead.c.key < start + "\U0010ffff")
    return [(key, state) for key, state in connection.execute(query)]


def note_failure(connection: Connection, lead_id: int, retry_at: datetime, failure: str) -> None:
    """Remembers that deciding this lead raised, and not to try before *retry_at*."""
    values = {"failures": lead.c.failures + 1, "retry_at": retry_at, "failure": failure}
    connection.execute(sa.update(lead).where(lead.c.id == lead_id).values(values))


def failing(connection: Connection, ids: Collection[int] | None = None) -> list[Failing]:
    """Every lead whose last decision raised, by id; only those of *ids* where given."""
    query = sa.select(lead.c.id, lead.c.key, lead.c.failures, lead.c.retry_at, lead.c.failure)
    query = query.where(lead.c.failures > 0).order_by(lead.c.id)
    if ids is not None:
        query = query.where(one_of(lead.c.id, "ids"))
    return [Failing(*row) for row in connection.execute(query, {} if ids is None else {"ids": ids})]


def _rows(connection: Connection, leads: Iterable[Lead]) -> list[tuple[Any, ...]]:
    write = instant_writer(connection.dialect.name)
    return [_row(each, write) for each in leads]


def _row(lead: Lead, write: Callable[[datetime], Any]) -> tuple[Any, ...]:
    def moment(at: datetime | None) -> Any:
        return None if at is None else write(at)

    return (
        lead.key, lead.workflow, lead.digest, lead.state, lead.held_by,
        write(lead.created_at), write(lead.entered_at), write(lead.as_of), lead.owner,
        _json(lead.fields), _json(lead.field_at), lead.engagement, moment(lead.engagement_at), lead.stage,
        _json(lead.checks), _json(lead.tallies), _json(lead.attempts), lead.attempts_before_handoff,
        _json(lead.approaches), lead.contacted, moment(lead.touched_at), moment(lead.worked_at),
        lead.assignments, lead.cycles,
        moment(lead.step_at), moment(lead.reset_at), moment(lead.handoff_at),
        _json(lead.holders), _json(lead.passed_to), _json(lead.clock_numbers),
        lead.closed, lead.account, moment(lead.assigned_at), lead.waits_for, moment(lead.waits_since),
        _NONE if not lead.broken else _json(lead.broken), lead.seq, lead.head, lead.salt, lead.id,
    )  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z, default=dict).decode()


def _leads(rows: CursorResult[Any]) -> dict[int, Lead]:
    return {row[0]: _lead(row) for row in rows.all()}


def _lead(row: Sequence[Any]) -> Lead:
    # All at once, and nothing read of what is empty: a tick spends its time on what it touches per lead.
    (
        id, key, workflow, digest, state, held_by, created_at, entered_at, as_of, owner, fields, field_at,
        engagement, engagement_at, stage, checks, tallies, attempts, attempts_before_handoff, approaches,
        contacted, touched_at, worked_at, assignments, cycles, step_at, reset_at, handoff_at, holders,
        passed_to, clock_numbers, closed, account, assigned_at, waits_for, waits_since, broken,
        seq, head, salt,
    ) = row  # fmt: skip
    if type(created_at) is str:
        created_at, entered_at, as_of = _at(created_at), _at(entered_at), _at(as_of)
        engagement_at = None if engagement_at is None else _at(engagement_at)
        touched_at = None if touched_at is None else _at(touched_at)
        worked_at = None if worked_at is None else _at(worked_at)
        step_at = None if step_at is None else _at(step_at)
        reset_at = None if reset_at is None else _at(reset_at)
        handoff_at = None if handoff_at is None else _at(handoff_at)
        assigned_at = None if assigned_at is None else _at(assigned_at)
        waits_since = None if waits_since is None else _at(waits_since)
    return Lead(
        id, key, workflow, digest, state, held_by, created_at, entered_at, as_of, owner,
        {} if fields == _NONE else _loads(fields),
        {} if field_at == _NONE else {name: _utc(text) for name, text in _loads(field_at).items()},
        engagement, engagement_at, stage,
        {} if checks == _NONE else {name: _answer(stored) for name, stored in _loads(checks).items()},
        {} if tallies == _NONE else {kind: _tally(stored) for kind, stored in _loads(tallies).items()},
        [] if attempts == _EMPTY else [_attempt(stored) for stored in _loads(attempts)],
        attempts_before_handoff,
        [] if approaches == _EMPTY else [_utc(text) for text in _loads(approaches)],
        contacted, touched_at, worked_at, assignments, cycles, step_at, reset_at, handoff_at,
        {} if holders == _NONE else _loads(holders),
        [] if passed_to == _EMPTY else _loads(passed_to),
        {} if clock_numbers == _NONE else _loads(clock_numbers),
        bool(closed), account, assigned_at, waits_for, waits_since,
        {} if broken == _NONE else _loads(broken),
        seq, head, salt,
    )  # fmt: skip


def _answer(stored: Mapping[str, Any]) -> Answer:
    return Answer(stored["passed"], stored["values"], _utc(stored["at"]))


def _tally(stored: Mapping[str, Any]) -> Tally:
    last = stored["last"]
    return Tally(stored["count"], stored["points"], None if last is None else _utc(last))


def _attempt(stored: Mapping[str, Any]) -> Attempt:
    return Attempt(_utc(stored["at"]), stored["channel"])


def _utc(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is UTC else at.astimezone(UTC)
