"""The queue: what is owed next, least time left first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.leads.filters import check_declared, owner_as_known
from slaflow.engine.leads.lead_json import left_seconds
from slaflow.engine.log.past import Lookback, Standing
from slaflow.engine.settle import settled as settled_in_memory
from slaflow.lifecycle.decision import Decision, instant_text
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows.spellings import spellings
from slaflow.workflow.identity import folded


def queue(
    app: Context,
    owner: str | None,
    team: str | None,
    party: str | None,
    limit: int | None,
    at: datetime | None,
) -> list[dict[str, Any]]:
    """Every promise owed as of *at* (None: now), settled in memory; paused ones come last.

    ``seconds_left`` is open time of the target's calendar, negative once it is past due.

    Raises:
        UnknownFilter: no such person, team or party.
    """
    now = app.present(at)
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        check_declared(app, conn, "party", party)
        owners = _owners(app, conn, directory, owner, team, now)
        rows = []
        spelt = None if owners is None else spellings(conn, "lead.owner", owners)
        keys = None if owners is None else {folded(each) for each in owners}
        for stood in _standing(app, conn, spelt, party, at, now):
            workflow = app.workflow(stood.lead.digest)
            settled = settled_in_memory(workflow, directory, stood.lead, stood.clocks, stood.at)
            if keys is None or folded(settled.lead.owner or "") in keys:
                rows += _owed(app, settled, party, stood.at)
    rows.sort(key=lambda row: (row["paused"], row["seconds_left"], row["due_at"] or "", row["lead"]))
    return rows[:limit] if limit is not None else rows


def _owners(
    app: Context, conn: Connection, directory: Directory, owner: str | None, team: str | None, at: datetime
) -> list[str] | None:
    """Whose leads are asked for; None: anybody's."""
    wanted = None if owner is None else owner_as_known(conn, directory, owner)
    if team is None:
        return None if wanted is None else [wanted]
    check_declared(app, conn, "team", team, (each.team for each in directory.people if each.team))
    members = directory.members(team, at)
    return [member for member in members if wanted in (None, member)]


def _standing(
    app: Context, conn: Connection, owners: list[str] | None, party: str | None,
    at: datetime | None, now: datetime,
) -> Iterator[Standing]:  # fmt: skip
    """The leads that may owe something, as of *now*; of an instant that was asked for, as they stood then."""
    leads = _leads(conn, owners, party, now)
    clocks = clock_store.open_of(conn, list(leads))
    if at is None:
        yield from (Standing(lead, clocks[lead.id], max(now, lead.as_of)) for lead in leads.values())
    else:
        stored = ((leads[lead_id], clocks[lead_id]) for lead_id in sorted(leads))
        yield from Lookback(app, conn, now).among(stored)


def _leads(conn: Connection, owners: list[str] | None, party: str | None, now: datetime) -> dict[int, Lead]:
    """The leads in which such a promise is open, and those that settling may yet make such ones."""
    owed = clock_store.due_soon(conn, owners=owners, party=party)
    leads = lead_store.read(conn, list(dict.fromkeys(row.lead_id for row in owed)))
    return {**leads, **lead_store.due(conn, now)}


def _owed(app: Context, settled: Decision, party: str | None, at: datetime) -> list[dict[str, Any]]:
    lead, workflow = settled.lead, app.workflow(settled.lead.digest)
    return [
        {
            "lead": lead.id,
            "key": lead.key,
            "target": clock.target,
            "title": workflow.target(clock.target).title,
            "owed_by": clock.owed_by,
            "owner": lead.owner,
            "due_at": None if clock.due_at is None else instant_text(clock.due_at),
            "seconds_left": left_seconds(workflow, clock, at),
            "calendar": clock.calendar,
            "state": lead.state,
            "status": clock.status,
            "paused": clock.status == "paused",
            "lifted": clock.lifted,
        }
        for clock in settled.clocks
        if clock.is_open and clock.owed_by is not None and party in (None, clock.owed_by)
    ]
