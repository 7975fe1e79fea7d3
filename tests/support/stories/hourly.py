"""An agreement that promises something within the hour, around the clock, and leads that wait for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.builders import SALT

from slaflow.engine.app import Engine
from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask
from slaflow.lifecycle.events import Created
from slaflow.lifecycle.lead import Actor
from slaflow.store.rows import leads as lead_store

AGREEMENT = """\
workflow: hourly
parties: [marketing, sales]
lead: {identity: [email], fields: {email: email}}
states:
  new: {held_by: marketing, initial: true}
  mql: {held_by: sales}
  won: {final: true}
transitions:
  - {trigger: promote, from: new, to: mql, by: marketing}
  - {trigger: win, from: mql, to: won, by: sales}
targets:
  triage: {owed_by: marketing, start: {enter: new}, meet: {trigger: promote}, within: 1h}
  close: {owed_by: sales, start: {enter: mql}, meet: {trigger: win}, within: 90d}
"""
HOUR = timedelta(hours=1)


def promised(app: Engine) -> Engine:
    """The agreement put in force long ago."""
    app.activate(AGREEMENT, at=app.now() - timedelta(days=30))
    return app


def waiting(app: Engine, number: int = 1, *, breaks_in: timedelta = timedelta(minutes=-1)) -> None:
    """So many new leads, written in one transaction, whose promise breaks that long from now."""
    at = app.now() - HOUR + breaks_in
    workflow, marketing = app.active(), Actor("marketing", "marketing")
    with app.database.write() as conn:
        ids = lead_store.next_ids(conn, number)
        asks = [
            Ask(each, Created(each, key, {"email": key}, SALT), marketing, at, workflow=workflow)
            for each, key in ((each, f"lead{each}@example.com") for each in ids)
        ]
        in_transaction(app, conn, asks, now=at)


def breaches(app: Engine) -> list[datetime]:
    """When each promise was recorded as broken."""
    return [entry.recorded_at for entry in app.log() if entry.kind == "breached"]
