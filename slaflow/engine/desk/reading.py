"""Leads read for a page, settled in memory, in one open transaction; and in which zone they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slaflow.engine import permits
from slaflow.engine.ask import LeadNotThere
from slaflow.engine.context import Context
from slaflow.engine.desk.seen import Seen
from slaflow.engine.settle import settled
from slaflow.engine.setup import people
from slaflow.lifecycle.decision import Draft
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.dealing import loads
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.sending import preferences


def zone_for(app: Context, conn: Connection, who: Actor) -> str:
    """The zone in which *who* reads instants: their own, else that of the agreements in force."""
    return preferences.zone_of(conn, who.name) or people.zone(app, conn).key


def zone_of(app: Context, who: Actor) -> str:
    """The same where nothing else is read."""
    with app.database.read() as conn:
        return zone_for(app, conn, who)


def see_all(
    app: Context, conn: Connection, directory: Directory, who: Actor, ids: Sequence[int], now: datetime
) -> list[Seen]:
    """Those of *ids* that are there, in their order, as *who* sees them; of each only the open clocks."""
    directory = app.standings.shared(directory)
    leads, clocks = lead_store.read(conn, ids), clock_store.open_of(conn, ids)
    places = loads.places(conn, [each.id for each in leads.values() if each.waits_for])
    found = []
    for lead in (leads[lead_id] for lead_id in ids if lead_id in leads):
        at, workflow = max(now, lead.as_of), app.workflow(lead.digest)
        stood = app.standings.of(workflow, directory, lead, clocks.get(lead.id, []), at)
        asker = permits.asker(directory, who, at, app.acts_on)
        waits = places.get(lead.id) if stood.lead.waits_for else None
        found.append(Seen(workflow, directory, stood.lead, stood.clocks, at, asker, app.workflow, waits))
    return found


def see(
    app: Context, conn: Connection, lead_id: int, who: Actor, now: datetime, *, with_ended: bool = False
) -> tuple[Seen, list[Draft]]:
    """The lead as *who* sees it, and what settling it in memory adds to its log. Raises ``LeadNotThere``."""
    stored = lead_store.read(conn, [lead_id]).get(lead_id)
    if stored is None:
        raise LeadNotThere(lead_id)
    directory, workflow = people_store.directory(conn), app.workflow(stored.digest)
    read = clock_store.all_of if with_ended else clock_store.open_of
    at = max(now, stored.as_of)
    stood = settled(workflow, directory, stored, read(conn, [lead_id]).get(lead_id, []), at)
    asker = permits.asker(directory, who, at, app.acts_on)
    waits = (
        loads.places(conn, [lead_id]).get(lead_id)
        if stood.lead is not None and stood.lead.waits_for
        else None
    )
    seen = Seen(workflow, directory, stood.lead, stood.clocks, at, asker, app.workflow, waits)
    return seen, stood.entries
