"""Giving a lead to a person by hand: who may have it, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slaflow.engine.caller import Who
from slaflow.engine.context import Context
from slaflow.engine.leads.commands import Refused, asked_of, done
from slaflow.engine.settle import settled as settled_in_memory
from slaflow.engine.setup import people
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Assigned, Happening
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.routing import obstacle
from slaflow.store.database import Connection
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import people as people_store


def assign(app: Context, lead: int | str, owner: str, actor: Who, at: datetime | None) -> dict[str, Any]:
    """Gives the lead to *owner*, a known person of the party that holds it; gives LEAD and ``assignment``.

    Raises:
        UnknownName, PersonRemoved: nobody is called that.
        Refused: they are of another party. Nothing is saved.
    """

    def happening(conn: Connection, found: Lead) -> Happening:
        email = people.check_known(app, conn, owner).email
        check_may_own(app, conn, found, email, at)
        return Assigned(email)

    outcome = asked_of(app, lead, happening, actor, at, None)
    shown = done(app, outcome, at)
    by_hand = (e for e in outcome.entries if e.kind == "assigned" and e.entry_class == "input")
    entry = next(e for e in by_hand if e.caused_by is None)
    with app.database.read() as conn:
        back = people_store.directory(conn).away_until(entry.data["to"], entry.at)
    applied = "late" not in entry.data
    until = None if back is None else instant_text(back)
    return {**shown, "assignment": {"to": entry.data["to"], "applied": applied, "away_until": until}}


def check_may_own(app: Context, conn: Connection, lead: Lead, owner: str, at: datetime | None) -> None:
    """Raises ``Refused`` where another party holds the lead by then; what is told late gives it to nobody."""
    when = app.present(at)
    if at is not None and when < lead.as_of:
        return
    stood = stood_by_then(app, conn, lead, at)
    because = obstacle(people_store.directory(conn), stood, owner, max(when, lead.as_of))
    if because is not None:
        raise Refused(stood, "assign", (because,))


def stood_by_then(app: Context, conn: Connection, lead: Lead, at: datetime | None) -> Lead:
    """*lead* with all that has fallen by *at* (None: now), and was not carried out yet."""
    clocks = clock_store.open_of(conn, [lead.id]).get(lead.id, [])
    now = max(app.present(at), lead.as_of)
    directory = people_store.directory(conn)
    return settled_in_memory(app.workflow(lead.digest), directory, lead, clocks, now).lead
