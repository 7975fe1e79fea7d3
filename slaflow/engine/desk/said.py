"""What somebody did last to a lead, for the line that says that it was done."""

from __future__ import annotations

from dataclasses import dataclass

from slaflow.agreement.words.naming import Naming
from slaflow.engine.context import Context
from slaflow.engine.desk.told import timeline
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.store.database import Connection
from slaflow.store.log import history
from slaflow.store.rows import leads as lead_store

READ = 50


@dataclass(frozen=True, slots=True)
class Said:
    """A lead, and what was done to it as a sentence; None where that cannot be told from what came after."""

    lead_id: int
    key: str
    sentence: str | None


def said_of(
    app: Context, conn: Connection, directory: Directory, lead: int, who: Actor
) -> Said | None:  # fmt: skip
    """The latest input of *who*; None where there is no such lead."""
    found = lead_store.read(conn, [lead]).get(lead)
    if found is None:
        return None
    entries = history.newest(conn, lead, None, READ)
    own = [each for each in entries if each.entry_class == "input" and each.actor == who.name]
    told = timeline(Naming(app.workflow(found.digest)), directory, own[-1:], goes_on=False)
    return Said(lead, found.key, told.events[0].sentence if told.events else None)
