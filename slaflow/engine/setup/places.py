"""Where people can stand: the parties, teams and calendars of the agreements in force."""

from __future__ import annotations

from dataclasses import dataclass

from slaflow.engine.context import Context
from slaflow.engine.setup import people
from slaflow.workflow.model.parties import LEAD, SYSTEM


@dataclass(frozen=True, slots=True)
class Places:
    """``teams`` by name, each with its party."""

    parties: tuple[str, ...]
    teams: dict[str, str]
    calendars: tuple[str, ...]


def places(app: Context) -> Places:
    """Those there are to choose from now."""
    with app.database.read() as conn:
        parties = sorted(people.parties(app, conn) - {LEAD, SYSTEM})
        return Places(tuple(parties), people.teams(app, conn), tuple(sorted(people.calendars(app, conn))))
