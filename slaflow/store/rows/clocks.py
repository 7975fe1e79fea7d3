"""Clocks: the promises and timers of leads, open and ended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult, bindparam, func, literal_column, select

from slaflow.clock.state import Clock
from slaflow.store.bulk.rows import insert_rows, update_rows
from slaflow.store.tables.leads import clock
from slaflow.store.types import MICROSECOND, Instant, instant_writer, one_of, span_as_number, unread

_FIELDS = tuple(column for column in clock.c if column.name not in ("id", "lead"))
COLUMNS = (clock.c.lead, *map(unread, _FIELDS), clock.c.id)  # the lead, then the order of Clock's own fields
_ADVANCED = ("status", "breached_at", "ended_at", "carried_out", "wake_at", "id")
_WRITTEN = ("lead", *(column.name for column in _FIELDS), "id")

_ALL = select(*COLUMNS).where(one_of(clock.c.lead, "leads")).order_by(clock.c.id)
_OPEN = _ALL.where(clock.c.ended_at.is_(None))
_ENDED = _ALL.where(clock.c.ended_at > bindparam("since", type_=Instant()))

_at = datetime.fromisoformat


def open_of(connection: Connection, lead_ids: Collection[int]) -> dict[int, list[Clock]]:
    """The open clocks of each lead, oldest first; every lead asked for is a key."""
    return _by_lead(lead_ids, connection.execute(_OPEN, {"leads": lead_ids}))


def ended_of(connection: Connection, lead_ids: Collection[int], after: datetime) -> dict[int, list[Clock]]:
    """The clocks of each lead that ended after that instant, which late evidence may concern."""
    return _by_lead(lead_ids, connection.execute(_ENDED, {"leads": lead_ids, "since": after}))


def all_of(connection: Connection, lead_ids: Collection[int]) -> dict[int, list[Clock]]:
    """Every clock each lead ever had, oldest first; every lead asked for is a key."""
    return _by_lead(lead_ids, connection.execute(_ALL, {"leads": lead_ids}))


def save(connection: Connection, clocks: Sequence[tuple[int, Clock]]) -> None:
    """Stores (lead id, clock) pairs: those without ``id`` are inserted and given one, the others updated.

    Ended clocks are written before new ones, so that a target's next may start where the last ended.

    Raises:
        AlreadyRecorded: the target already has an open clock for that lead.
    """
    new = [(lead_id, each) for lead_id, each in clocks if each.id is None]
    known = [(lead_id, each) for lead_id, each in clocks if each.id is not None]
    update_rows(connection, clock, _WRITTEN, _rows(connection, known))
    if new:
        for (_, each), clock_id in zip(new, _next_ids(connection, len(new)), strict=True):
            each.id = clock_id
        insert_rows(connection, clock, _WRITTEN, _rows(connection, new))


def advance(connection: Connection, clocks: Sequence[Clock]) -> None:
    """Writes stored clocks of which only the steps carried out, and what follows from them, are new."""
    write = instant_writer(connection.dialect.name)
    rows = [
        (
            each.status,
            each.breached_at and write(each.breached_at),
            each.ended_at and write(each.ended_at),
            _json(each.carried_out),
            each.wake_at and write(each.wake_at),
            each.id,
        )
        for each in clocks
    ]
    update_rows(connection, clock, _ADVANCED, rows)


def _next_ids(connection: Connection, number: int) -> list[int]:
    if connection.dialect.name == "postgresql":
        series = func.generate_series(1, bindparam("number")).table_valued("n")
        drawn = func.nextval(literal_column("'clock_id_seq'"))
        return sorted(connection.execute(select(drawn).select_from(series), {"number": number}).scalars())
    # SQLite has one writer at a time, and this is it.
    last = connection.execute(select(func.coalesce(func.max(clock.c.id), 0))).scalar_one()
    return list(range(last + 1, last + 1 + number))


def _rows(connection: Connection, clocks: Iterable[tuple[int, Clock]]) -> list[tuple[Any, ...]]:
    write = instant_writer(connection.dialect.name)
    return [_row(lead_id, each, write) for lead_id, each in clocks]


def _row(lead_id: int, clock: Clock, write: Callable[[datetime], Any]) -> tuple[Any, ...]:
    def moment(at: datetime | None) -> Any:
        return None if at is None else write(at)

    return (
        lead_id, clock.target, clock.number, clock.digest, clock.status, clock.owed_by, clock.owner,
        clock.calendar, _names_as_text(clock.lives_in), write(clock.started_at), write(clock.base_at),
        moment(clock.due_at), span_as_number(clock.allowance), span_as_number(clock.left), clock.case,
        moment(clock.paused_at), span_as_number(clock.budget), moment(clock.breached_at),
        moment(clock.ended_at), clock.lifted, _json(clock.carried_out), _json(clock.seen),
        moment(clock.wake_at), clock.open_seconds, clock.let_go, clock.graced, clock.id,
    )  # fmt: skip


_JSON = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z


def _json(value: Any) -> str:
    return orjson.dumps(value, option=_JSON).decode()


@lru_cache(4096)
def _names_as_text(names: frozenset[str]) -> str:
    return orjson.dumps(sorted(names)).decode()


def _by_lead(lead_ids: Iterable[int], rows: CursorResult[Any]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = {lead_id: [] for lead_id in lead_ids}
    for row in rows.all():
        found[row[0]].append(from_row(row))
    return found


def from_row(row: Sequence[Any]) -> Clock:
    """The clock of a row of :data:`COLUMNS`, the lead first."""
    # All at once, as leads are read.
    (
        _, target, number, digest, status, owed_by, owner, calendar, lives_in, started_at, base_at, due_at,
        allowance, left, case, paused_at, budget, breached_at, ended_at, lifted, carried_out, seen, wake_at,
        open_seconds, let_go, graced, id,
    ) = row  # fmt: skip
    if type(started_at) is str:
        started_at, base_at = _at(started_at), _at(base_at)
        due_at = None if due_at is None else _at(due_at)
        paused_at = None if paused_at is None else _at(paused_at)
        breached_at = None if breached_at is None else _at(breached_at)
        ended_at = None if ended_at is None else _at(ended_at)
        wake_at = None if wake_at is None else _at(wake_at)
    return Clock(
        target, number, digest, status, owed_by, owner, calendar, _names(lives_in), started_at, base_at,
        due_at, allowance * MICROSECOND, left * MICROSECOND, case, paused_at,
        None if budget is None else budget * MICROSECOND, breached_at, ended_at, lifted,
        [] if carried_out == "[]" else orjson.loads(carried_out),
        {} if seen == "{}" else {int(place): _times(stored) for place, stored in orjson.loads(seen).items()},
        wake_at, open_seconds, let_go, graced, id,
    )  # fmt: skip


@lru_cache(4096)
def _names(text: str) -> frozenset[str]:
    return frozenset(orjson.loads(text))


def _times(stored: Any) -> tuple[datetime | None, ...]:
    """When a pattern was seen; a clock stored by an earlier version has only how often."""
    if isinstance(stored, int):
        return (None,) * stored
    return tuple(None if text is None else datetime.fromisoformat(text) for text in stored)
