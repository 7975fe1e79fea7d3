"""A lead between two decisions: what the next one is given, and what the last one made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from slaflow.clock.state import Clock
from slaflow.lifecycle.decide import decide
from slaflow.lifecycle.decision import Decision
from slaflow.lifecycle.events import Input
from slaflow.lifecycle.late import concerns
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.work import ClockKey, Versions, no_other
from slaflow.workflow.model.workflow import Workflow


@dataclass(slots=True)
class Life:
    """A lead with its clocks: the open ones, and those that are over, in the order in which they ended.

    ``lead`` is None until it is created. ``ended`` may hold only those that a late input may concern.
    """

    lead: Lead | None = None
    open: list[Clock] = field(default_factory=list)
    ended: dict[ClockKey, Clock] = field(default_factory=dict)

    @classmethod
    def of(cls, lead: Lead, clocks: Iterable[Clock]) -> Life:
        """A lead as it is stored, with any of its clocks."""
        life = cls(lead)
        for clock in clocks:
            life._put(clock)
        return life

    @property
    def clocks(self) -> list[Clock]:
        """Every clock it knows, those that ended first."""
        return [*self.ended.values(), *self.open]

    @property
    def next_wake(self) -> datetime | None:
        """When its next step falls; None: never, as it stands."""
        return min((clock.wake_at for clock in self.open if clock.wake_at is not None), default=None)

    def decide(
        self,
        workflow: Workflow,
        people: Directory,
        event: Input | None,
        now: datetime,
        *,
        versions: Versions = no_other,
        in_place: bool = False,
        traced: bool = False,
    ) -> Decision:
        """What *event*, or time alone, comes to; it is nothing until it is taken. Errors: as ``decide``'s."""
        clocks = self._clocks_for(event)
        return decide(
            workflow, people, self.lead, clocks, event, now,
            versions=versions, in_place=in_place, traced=traced,
        )  # fmt: skip

    def take(self, decision: Decision) -> None:
        """Makes what was decided the lead's present."""
        self.lead = decision.lead
        self.open = [clock for clock in decision.clocks if clock.is_open]
        if len(self.open) < len(decision.clocks):
            self.ended.update({(c.target, c.number): c for c in decision.clocks if not c.is_open})

    def _clocks_for(self, event: Input | None) -> list[Clock]:
        """The open clocks, after those that are over and that *event* concerns."""
        if event is None or not self.ended:
            return self.open
        return [*(clock for clock in self.ended.values() if concerns(event, clock)), *self.open]

    def _put(self, clock: Clock) -> None:
        if clock.is_open:
            self.open.append(clock)
        else:
            self.ended[clock.target, clock.number] = clock
