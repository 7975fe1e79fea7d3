"""What has been: whole streams of leads, and which leads' logs go on past an instant."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, bindparam, func, select, union

from slaflow.log.entry import Entry
from slaflow.store.tables.leads import lead
from slaflow.store.tables.log import entry, identity
from slaflow.store.types import Instant, one_of

_BATCH = 1000
_AT = bindparam("at", type_=Instant())
_STREAMS = select(*entry.c).where(one_of(entry.c.stream, "names")).order_by(entry.c.stream, entry.c.seq)
_PEOPLE = select(*entry.c).where(entry.c.stream == "people").order_by(entry.c.seq)
_ACTIVATED = select(*entry.c).where(entry.c.kind == "activated").order_by(entry.c.id)
_OF_KINDS = select(*entry.c).where(one_of(entry.c.kind, "kinds")).order_by(entry.c.id)
_ASSIGNED = (
    select(*entry.c)
    .where(one_of(entry.c.stream, "names"), entry.c.kind == "assigned")
    .order_by(entry.c.stream, entry.c.seq)
)
_OF_STREAM = (
    select(*entry.c)
    .where(entry.c.stream == bindparam("name"), one_of(entry.c.kind, "kinds"))
    .order_by(entry.c.seq)
)
# Few inputs are told later than the instant at which they count; an index holds just those.
_TOLD_LATER = (entry.c.arrived_at > entry.c.at, entry.c.arrived_at > _AT)
_GOES_PAST = union(
    select(entry.c.lead).where(entry.c.at > _AT, entry.c.lead.is_not(None)),
    select(entry.c.lead).where(*_TOLD_LATER, entry.c.lead.is_not(None)),
).subquery()
_ONE_TOLD_LATER = select(entry.c.id).where(entry.c.stream == bindparam("name"), *_TOLD_LATER).limit(1)
_IDS = select(lead.c.id).where(lead.c.id > bindparam("after")).order_by(lead.c.id).limit(bindparam("most"))
_ID_AT = _IDS.limit(1).offset(bindparam("place"))


def streams(connection: Connection, lead_ids: Collection[int]) -> Iterator[tuple[int, list[Entry]]]:
    """The id of each lead and its whole log, lead by lead; leads without entries are left out."""
    names = [f"lead:{lead_id}" for lead_id in lead_ids]
    query = _STREAMS.execution_options(yield_per=_BATCH)
    with connection.execute(query, {"names": names}) as rows:
        for name, group in groupby(rows, key=lambda row: row[1]):
            yield int(name.removeprefix("lead:")), [Entry._make(row) for row in group]


def assigned(connection: Connection, lead_ids: Collection[int]) -> dict[int, Entry]:
    """By lead the last entry by which somebody has it, or it waits for a team."""
    names = [f"lead:{lead_id}" for lead_id in lead_ids]
    found = (Entry._make(row) for row in connection.execute(_ASSIGNED, {"names": names}))
    # What was told too late changed nothing any more.
    return {each.lead: each for each in found if each.lead is not None and "late" not in (each.data or {})}


def newest(connection: Connection, lead_id: int, before: int | None, most: int) -> list[Entry]:
    """The last *most* entries of a lead before its entry *before* (None: at all), oldest first; and what
    was caused by one of them later on."""
    of_lead = entry.c.stream == f"lead:{lead_id}"
    query = select(*entry.c).where(of_lead).order_by(entry.c.seq.desc()).limit(most)
    if before is None:
        return [Entry._make(row) for row in connection.execute(query)][::-1]
    found = [Entry._make(row) for row in connection.execute(query.where(entry.c.seq < before))][::-1]
    if not found:
        return []
    caused = entry.c.caused_by.between(found[0].seq, before - 1)
    later = select(*entry.c).where(of_lead, entry.c.seq >= before, caused).order_by(entry.c.seq).limit(most)
    return [*found, *(Entry._make(row) for row in connection.execute(later))]


def people(connection: Connection) -> list[Entry]:
    """The stream ``people``, from its first entry on."""
    return [Entry._make(row) for row in connection.execute(_PEOPLE)]


def of_stream(connection: Connection, name: str, kinds: Collection[str]) -> list[Entry]:
    """The entries of those kinds in one stream, in its order."""
    rows = connection.execute(_OF_STREAM, {"name": name, "kinds": list(kinds)})
    return [Entry._make(row) for row in rows]


def of_kinds(connection: Connection, kinds: Collection[str]) -> list[Entry]:
    """The entries of those kinds, oldest first."""
    return [Entry._make(row) for row in connection.execute(_OF_KINDS, {"kinds": list(kinds)})]


def told_apart_until(connection: Connection) -> int:
    """The id of the last entry written while each spelling of an address was a person of its own."""
    return int(connection.execute(select(identity.c.told_apart_until)).scalar_one())


def activations(connection: Connection) -> list[Entry]:
    """Every entry that put an agreement in force, oldest first, with its text."""
    return [Entry._make(row) for row in connection.execute(_ACTIVATED)]


def leads_past(connection: Connection, at: datetime, after: int | None = None) -> Iterator[int]:
    """The leads of whose log something lies or was told after *at*, by id from the one after *after* on.

    Cost depends on how much the log holds past *at*.
    """
    query = select(_GOES_PAST.c.lead).order_by(_GOES_PAST.c.lead)
    if after is not None:
        query = query.where(_GOES_PAST.c.lead > after)
    with connection.execute(query.execution_options(yield_per=_BATCH), {"at": at}) as rows:
        yield from rows.scalars()


def is_told_later(connection: Connection, lead_id: int, at: datetime) -> bool:
    """Whether something was told of the lead after *at* that counts from an earlier instant on."""
    found = connection.execute(_ONE_TOLD_LATER, {"name": f"lead:{lead_id}", "at": at})
    return found.first() is not None


def lead_ids(connection: Connection, after: int, limit: int, up_to: int | None = None) -> list[int]:
    """Up to *limit* ids of leads, the least after *after*, none greater than *up_to*."""
    query = _IDS if up_to is None else _IDS.where(lead.c.id <= up_to)
    return list(connection.execute(query, {"after": after, "most": limit}).scalars())


def lead_ids_of(
    connection: Connection, workflow: str, after: int, limit: int, up_to: int | None = None
) -> list[int]:
    """As :func:`lead_ids`, of the leads of one agreement."""
    query = _IDS.where(lead.c.workflow == workflow)
    query = query if up_to is None else query.where(lead.c.id <= up_to)
    return list(connection.execute(query, {"after": after, "most": limit}).scalars())


def first_of(connection: Connection, workflow: str) -> datetime | None:
    """When the first lead of an agreement was created; None: it has none."""
    query = select(func.min(lead.c.created_at)).where(lead.c.workflow == workflow)
    found: datetime | None = connection.execute(query).scalar()
    return found


def lead_ranges(connection: Connection, leads: int) -> Iterator[tuple[int, int | None]]:
    """(after, up to) of ids that hold so many leads each, together all of them; no end for the last."""
    after = -(2**62)
    while (up_to := connection.execute(_ID_AT, {"after": after, "place": leads - 1}).scalar()) is not None:
        yield after, up_to
        after = up_to
    yield after, None
