"""Touches and ends of leads: read and written by lead."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import Connection, Table, delete, select, update

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.leads import lead
from slaflow.store.tables.touches import ending, touch
from slaflow.store.types import instant_writer, one_of


class Touch(NamedTuple):
    """One activity, in the order of its columns; ``what`` and ``how`` as those functions write them."""

    lead: int
    seq: int
    at: datetime
    owner: str | None
    what: str
    how: str


class Ending(NamedTuple):
    """One end, in the order of its columns: since when the lead had been worked, and what that had cost."""

    lead: int
    seq: int
    at: datetime
    digest: str | None
    owner: str | None
    what: str
    state: str
    trigger: str | None
    gave: str | None
    reason: str | None
    by_system: bool
    since_at: datetime
    elapsed: int
    effort: str
    open: int | None = None
    reckoned: int | None = None


class How(NamedTuple):
    """How an activity was: at which stage, meant for another, one too many, done by nobody's hand."""

    stage: str | None
    is_misfit: bool
    is_over_pace: bool
    is_automated: bool


Row = TypeVar("Row", Touch, Ending)
_TABLES: dict[type[Touch] | type[Ending], Table] = {Touch: touch, Ending: ending}
_OF_LEADS = {
    table: select(*table.c).where(one_of(table.c.lead, "leads")).order_by(table.c.lead, table.c.seq)
    for table in (touch, ending)
}
_DELETES = [delete(table).where(one_of(table.c.lead, "leads")) for table in (touch, ending)]
_BORN = select(lead.c.id, lead.c.created_at).where(one_of(lead.c.id, "leads"))


@lru_cache(maxsize=1024)
def what(activity: str | None, party: str | None) -> str:
    """Which activity, and whose."""
    return orjson.dumps([activity, party]).decode()


@lru_cache(maxsize=1024)
def told_what(text: str) -> tuple[str | None, str | None]:
    """Activity and party of :func:`what`."""
    activity, party = orjson.loads(text)
    return activity, party


@lru_cache(maxsize=1024)
def how(of: How) -> str:
    return orjson.dumps([of.stage, *(int(each) for each in of[1:])]).decode()


@lru_cache(maxsize=1024)
def told_how(text: str) -> How:
    """What :func:`how` wrote."""
    stage, *flags = orjson.loads(text)
    return How(stage, *(bool(each) for each in flags))


def touches_of(connection: Connection, lead_ids: Collection[int]) -> dict[int, list[Touch]]:
    """The touches of those leads that have any, each lead's in the order of its log."""
    return {lead_id: [Touch(*row) for row in rows] for lead_id, rows in _read(connection, touch, lead_ids)}


def endings_of(connection: Connection, lead_ids: Collection[int]) -> dict[int, list[Ending]]:
    """The ends of those leads that have any, each lead's in the order of its log."""
    return {lead_id: [Ending(*row) for row in rows] for lead_id, rows in _read(connection, ending, lead_ids)}


def _read(
    connection: Connection, table: Table, lead_ids: Collection[int]
) -> Iterator[tuple[int, Iterable[Any]]]:
    return groupby(connection.execute(_OF_LEADS[table], {"leads": lead_ids}).all(), key=itemgetter(0))


def born(connection: Connection, lead_ids: Collection[int]) -> dict[int, datetime]:
    """When those leads were created."""
    return {lead_id: at for lead_id, at in connection.execute(_BORN, {"leads": lead_ids})}


def add(connection: Connection, kind: type[Row], rows: Sequence[Row]) -> None:
    """Stores rows that are not there yet, all of one kind."""
    values: Sequence[tuple[Any, ...]] = rows
    if connection.dialect.name == "sqlite":
        text = instant_writer("sqlite")
        values = [tuple([text(v) if type(v) is datetime else v for v in row]) for row in rows]
    insert_rows(connection, _TABLES[kind], kind._fields, values)


def remove(connection: Connection, lead_ids: Collection[int]) -> None:
    """Deletes the rows of those leads."""
    for each in _DELETES:
        connection.execute(each, {"leads": lead_ids})


def forget_open_times(connection: Connection, since: datetime) -> None:
    """Has the open times of ends that began at that instant or later reckoned again by whoever asks."""
    known = update(ending).where(ending.c.since_at >= since, ending.c.reckoned.is_not(None))
    connection.execute(known.values(reckoned=None))
