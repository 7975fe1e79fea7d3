"""How people live, as far as it says when they are told: their zone, their quiet hours, their calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from slaflow.engine.context import Context
from slaflow.engine.setup import people as people_engine
from slaflow.hours.calendar import Calendar
from slaflow.lifecycle.people import Directory, Person
from slaflow.notify.frequency.quiet import closed_until, quiet_until
from slaflow.settings.ways import parse_quiet
from slaflow.store.database import Connection
from slaflow.store.rows import people as people_store
from slaflow.store.rows import workflows as workflow_store
from slaflow.store.sending.preferences import Preference, Preferences
from slaflow.workflow.model.workflow import Workflow


class Habits:
    """Everybody's, as of one transaction; what nobody asks for is not read."""

    def __init__(self, app: Context, conn: Connection) -> None:
        self._app, self._conn = app, conn
        self._preferences = Preferences(conn)

    def of(self, address: str) -> Preference:
        """What who is reached at *address* asked for."""
        return self._preferences.of(address)

    def zone_of(self, address: str) -> ZoneInfo:
        """Their own, else that of the agreements in force."""
        named = self.of(address).timezone
        return self._zone if named is None else ZoneInfo(named)

    def quiet_until(self, address: str, now: datetime) -> datetime | None:
        """When the quiet hours end that it is now; None where there are none, or it is none of them.

        Whose calendar nobody knows, or never opens any more, is told at any hour.
        """
        quiet = self.of(address).quiet
        if quiet is None:
            return None
        hours = parse_quiet(quiet)
        if hours is not None:
            return quiet_until(hours, self.zone_of(address), now)
        calendar = self._calendar(address)
        return None if calendar is None else closed_until(calendar, now)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return people_engine.zone(self._app, self._conn)

    @cached_property
    def _people(self) -> Directory:
        return people_store.directory(self._conn)

    @cached_property
    def _agreements(self) -> list[Workflow]:
        return [self._app.remember(version) for version in workflow_store.all_active(self._conn).values()]

    def _calendar(self, address: str) -> Calendar | None:
        """A person's own, else their team's, as the first agreement in force has it."""
        person = self._people.current(address)
        return None if person is None else next(self._calendars(person), None)

    def _calendars(self, person: Person) -> Iterator[Calendar]:
        for agreement in self._agreements:
            if own := agreement.calendars.get(person.calendar or ""):
                yield own
        for agreement in self._agreements:
            team = agreement.teams.get(person.team or "")
            if team is not None and (its := agreement.calendars.get(team.calendar or "")):
                yield its
