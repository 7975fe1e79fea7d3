"""Which leads stand in their rows as of an instant, and which only their entries can tell of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, cast, func, literal_column, select, union

from slaflow.store.figures.asked import Asked
from slaflow.store.figures.clocks import Leads
from slaflow.store.rows.renamings import is_of
from slaflow.store.tables.leads import clock, lead
from slaflow.store.tables.log import archived_stream, entry

_FEW = 8
"""Looking up what was logged of one lead costs as much as going past that of so many."""
_NAME = len("lead:") + 1


def told_by_log(asked: Asked, *, by_start: bool) -> Sequence[Leads]:
    """The leads whose clocks are not as their rows say, by why they are not.

    Something was logged of them after the instant, or, as a breach is known only after it, at the instant;
    what was logged went into an archive, and is not counted; or a breach was lifted and the row does not know
    it. With *by_start* also those of which a clock began anew: its row says no more when and whose it was at
    first.
    """
    row = entry.alias("since")
    stream = archived_stream.c.stream
    same = and_(clock.c.lead == row.c.lead, is_of(row, clock, renamed=asked.renamed))
    found = [
        select(row.c.lead).where(row.c.at > asked.at, row.c.lead.is_not(None)),
        select(row.c.lead).where(row.c.kind == literal_column("'breached'"), row.c.at == asked.at),
        select(row.c.lead).join_from(row, clock, same).where(row.c.kind == "breach_lifted", ~clock.c.lifted),
        select(cast(func.substr(stream, _NAME), BigInteger).label("lead")).where(stream.like("lead:%")),
    ]
    if by_start:
        found.append(select(row.c.lead).where(row.c.kind == "clock_restarted"))
    return found


def each_once(leads: Sequence[Leads]) -> Leads:
    every = union(*leads).subquery("every")
    return select(every.c.lead)


def begun_in(asked: Asked, kind: str) -> Leads:
    """The leads of which an entry of *kind* lies in the period."""
    row = entry.alias("begun")
    return select(row.c.lead).where(asked.of_kind(row, kind)).distinct()


def is_narrow(connection: Connection, asked: Asked) -> bool:
    """Whether so little lies in the period that what became of its leads is better looked up."""
    if asked.start is None:
        return False
    most = _number(connection, select(func.max(entry.c.id))) // (4 * _FEW)
    return _up_to(connection, most + 1, [select(entry.c.id).where(asked.in_period(entry.c.at))]) <= most


def are_few(connection: Connection, leads: Sequence[Leads]) -> int | None:
    """How many entries tell of these, None where going through the whole log costs less than finding them."""
    most = _number(connection, select(func.max(lead.c.id))) // _FEW
    number = _up_to(connection, most + 1, leads)
    return number if number <= most else None


def _up_to(connection: Connection, most: int, queries: Sequence[Select[Any]]) -> int:
    """How many rows the queries have, of each counted no further than to *most*."""
    found = (query.limit(most).subquery() for query in queries)
    return sum(_number(connection, select(func.count()).select_from(rows)) for rows in found)


def _number(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(query).scalar() or 0)
