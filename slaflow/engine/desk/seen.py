"""A lead as one person sees it at an instant: settled in memory, read in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from slaflow.agreement.words.naming import Naming
from slaflow.clock.state import Clock
from slaflow.engine.ask import Expected
from slaflow.engine.desk.clock_bar import ClockBar, bar
from slaflow.engine.leads.lead_json import kept_by
from slaflow.hours.calendar import Calendar
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.permits import Asker
from slaflow.lifecycle.rights.theirs import not_theirs
from slaflow.lifecycle.view import View
from slaflow.lifecycle.work import Versions
from slaflow.store.dealing.loads import Place
from slaflow.workflow.model.clocks import Target
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True)
class Seen:
    """``clocks`` are all that were read; *versions* gives those that the lead has left."""

    workflow: Workflow
    people: Directory
    lead: Lead
    clocks: Sequence[Clock]
    at: datetime
    who: Asker
    versions: Versions
    waits: Place | None = None
    """Where it stands in the queue of the team that it waits for."""

    @cached_property
    def naming(self) -> Naming:
        return Naming(self.workflow)

    @cached_property
    def not_theirs(self) -> str | None:
        """Why the asker does not act on it; None where it is theirs."""
        return not_theirs(self.people, self.who, lambda: self.lead, self.at)

    @cached_property
    def view(self) -> View:
        return View(self.workflow, self.lead, self.at)

    @cached_property
    def open(self) -> list[tuple[Target, Clock]]:
        """The open promises, the most urgent first, then timers, each with its terms."""
        return [(self.terms(clock).target(clock.target), clock) for _, clock in self._bars]

    @cached_property
    def bars(self) -> tuple[ClockBar, ...]:
        """The open clocks, the most urgent first; those first that the asker's own party owes."""
        return tuple(found for found, _ in self._bars)

    @property
    def expected(self) -> Expected:
        """Where the lead is, for what is done by who saw it there."""
        return Expected(self.lead.state, self.lead.entered_at)

    @property
    def is_mine(self) -> bool:
        """Whether the asker owns it."""
        return self.lead.owner is not None and self.people.spelt(self.lead.owner) == self.who.name

    def bar(self, clock: Clock) -> ClockBar:
        return bar(self.terms(clock), clock, self.at, self.naming)

    def calendar(self, clock: Clock) -> Calendar:
        """The calendar by which *clock* is counted."""
        return self.terms(clock).calendars[clock.calendar]

    @cached_property
    def _bars(self) -> list[tuple[ClockBar, Clock]]:
        found = [(self.bar(clock), clock) for clock in self.clocks if clock.is_open]
        return sorted(found, key=lambda each: (each[0].owed_by != self.who.party, *each[0].urgency))

    def terms(self, clock: Clock) -> Workflow:
        """The version whose terms *clock* keeps."""
        return kept_by(clock, self.workflow, self.versions)
