"""What adding a lead takes of who adds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slaflow.engine import permits
from slaflow.engine.context import Context
from slaflow.engine.desk.asked import Asked, of_fields
from slaflow.engine.desk.reading import zone_for
from slaflow.engine.setup import versions
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.rights.rules import granted
from slaflow.store.rows import people as people_store


@dataclass(frozen=True, slots=True)
class NewDesk:
    """The fields that the asker may give a new lead under the agreement in force, but for those that its
    transitions ask for or set."""

    asked: tuple[Asked, ...]
    zone: str
    at: datetime


def adding(app: Context, who: Actor) -> NewDesk:
    """What is asked for. Raises ``UnknownName`` where several agreements are in force."""
    now = app.present()
    with app.database.read() as conn:
        workflow = app.remember(versions.active_version(conn, None))
        asker = permits.asker(people_store.directory(conn), who, now)
        zone = zone_for(app, conn, who)
    given = [each for each in workflow.fields.values() if each.by is None or granted(each.by, asker)]
    needed = {each.name for each in given if each.required or each.name in workflow.identity}
    later = {name for row in workflow.transitions for name in (*row.requires, *row.sets)}
    fields = [each for each in given if each.name in needed or each.name not in later]
    asked = [
        each for field in fields for each in of_fields([field], is_required=field.name in needed)
    ]  # fmt: skip
    return NewDesk(tuple(asked), zone, now)
