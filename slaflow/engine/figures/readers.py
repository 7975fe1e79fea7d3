"""Who reads figures, as far as the page about them needs: the zone, and the agreements they are of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.lifecycle.lead import Actor
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.sending import preferences
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Reader:
    """``zone`` is the one they read instants in, ``dates_in`` the one in which days begin; ``agreements``
    are those in force, by name."""

    zone: str
    dates_in: ZoneInfo
    at: datetime
    agreements: tuple[Workflow, ...]

    def agreement(self, name: str) -> Workflow | None:
        return next((each for each in self.agreements if each.name == name), None)


def reader(app: Context, who: Actor) -> Reader:
    with app.database.read() as conn:
        active = workflow_store.all_active(conn).values()
        agreements = sorted((app.remember(each) for each in active), key=lambda each: each.name)
        dates_in = people.zone_among(agreements)
        zone = preferences.zone_of(conn, who.name) or dates_in.key
        return Reader(zone, dates_in, app.present(), tuple(agreements))
