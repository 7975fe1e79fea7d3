"""Which leads weigh on whom, are a company's, or wait for a team: each by an index, of however many."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, not_, select

from slaflow.store.tables.leads import IS_OPEN, clock, lead
from slaflow.store.types import one_of

MOST_OWNERS = 200
"""Leads of one company that are looked at, latest assigned first."""


class OfAccount(NamedTuple):
    """An open lead of a company: its owner, and since when."""

    id: int
    owner: str
    assigned_at: datetime | None


class Waiting(NamedTuple):
    """How many leads wait for a team, and since when the first."""

    team: str
    leads: int
    since: datetime


def open_leads(
    connection: Connection, party: str, owners: Collection[str], but: Collection[int] = ()
) -> dict[str, int]:
    """How many open leads each of *owners*, as they are spelt on leads, has that *party* holds.

    The leads *but* are not counted.
    """
    found = select(lead.c.owner, func.count()).where(
        one_of(lead.c.owner, "owners"), lead.c.owner.is_not(None), IS_OPEN, lead.c.held_by == party
    )
    if but:
        found = found.where(not_(one_of(lead.c.id, "but")))
    given = {"owners": list(owners), **({"but": list(but)} if but else {})}
    rows = connection.execute(found.group_by(lead.c.owner), given)
    return {owner: number for owner, number in rows}


def owned(connection: Connection, owners: Collection[str], after: int, most: int) -> list[int]:
    """The next open leads of *owners*, as they are spelt on leads, by id."""
    of_owners = one_of(lead.c.owner, "owners"), lead.c.owner.is_not(None), IS_OPEN
    found = select(lead.c.id).where(*of_owners, lead.c.id > after)
    rows = connection.execute(found.order_by(lead.c.id).limit(most), {"owners": list(owners)})
    return list(rows.scalars())


def fallen(connection: Connection, before: datetime, after: int, most: int) -> list[int]:
    """The next leads in which something fell before *before*, by id: whose they are it may have changed."""
    fell = select(clock.c.lead).distinct().where(clock.c.wake_at < before, clock.c.lead > after)
    return list(connection.execute(fell.order_by(clock.c.lead).limit(most)).scalars())


def of_account(connection: Connection, account: str, party: str) -> list[OfAccount]:
    """Open leads of *account* that *party* holds and somebody owns, latest assigned first; bounded."""
    found = select(lead.c.id, lead.c.owner, lead.c.assigned_at).where(
        lead.c.account == account, IS_OPEN, lead.c.held_by == party, lead.c.owner.is_not(None)
    )
    latest = found.order_by(lead.c.assigned_at.is_(None), lead.c.assigned_at.desc(), lead.c.id.desc())
    return [OfAccount(*row) for row in connection.execute(latest.limit(MOST_OWNERS))]


def waiting(connection: Connection) -> list[Waiting]:
    """Every team that leads wait for, by name."""
    of_teams = select(lead.c.waits_for, func.count(), func.min(lead.c.waits_since))
    rows = connection.execute(
        of_teams.where(lead.c.waits_for.is_not(None)).group_by(lead.c.waits_for).order_by(lead.c.waits_for)
    )
    return [Waiting(*row) for row in rows]


class Place(NamedTuple):
    """That a lead waits for *team* since then, as number ``place`` of ``of``, longest waiting first."""

    team: str
    since: datetime
    place: int
    of: int


def places(connection: Connection, leads: Collection[int]) -> dict[int, Place]:
    """Which of *leads* wait for a team, and where in its queue; only what waits is read, by its index."""
    if not leads:
        return {}
    theirs = select(lead.c.waits_for).where(one_of(lead.c.id, "leads"), lead.c.waits_for.is_not(None))
    order = (lead.c.waits_since, lead.c.id)
    ranked = (
        select(
            lead.c.id, lead.c.waits_for, lead.c.waits_since,
            func.row_number().over(partition_by=lead.c.waits_for, order_by=order).label("place"),
            func.count().over(partition_by=lead.c.waits_for).label("of"),
        )
        .where(lead.c.waits_for.is_not(None), lead.c.waits_for.in_(theirs))
        .subquery()
    )  # fmt: skip
    rows = connection.execute(select(ranked).where(one_of(ranked.c.id, "leads")), {"leads": list(leads)})
    return {row[0]: Place(*row[1:]) for row in rows}


def claim_waiting(
    connection: Connection, team: str, limit: int, but: Collection[int] = (), under: Collection[str] = ()
) -> list[int]:
    """Up to *limit* leads that wait for *team*, longest first, locked; none that others hold.

    Left aside are the leads *but* and those of the versions *under*, by digest.
    """
    found = select(lead.c.id).where(lead.c.waits_for == team)
    if but:
        found = found.where(not_(one_of(lead.c.id, "but")))
    if under:
        found = found.where(not_(one_of(lead.c.digest, "under")))
    longest = found.order_by(lead.c.waits_since, lead.c.id).limit(limit)
    given = {**({"but": list(but)} if but else {}), **({"under": list(under)} if under else {})}
    rows = connection.execute(longest.with_for_update(of=lead, skip_locked=True), given)
    return list(rows.scalars())
