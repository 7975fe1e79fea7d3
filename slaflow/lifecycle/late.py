"""Late evidence: an input told after something later was logged, and what of the past it may concern.

How it is judged against the clocks of then stands in ``evidence.py``. Source: rules.md, 1, 15 and 16.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slaflow.clock.state import Clock
from slaflow.lifecycle.events import Disputed, Fired, Input, Lifted, Recorded, Upheld
from slaflow.lifecycle.guards import validated
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.rights.named import names
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Late:
    """An input that stands in the log ``at`` an instant after it happened; ``bound`` is ``late_evidence``."""

    event: Input
    at: datetime
    bound: timedelta

    @property
    def occurred_at(self) -> datetime:
        return self.event.occurred_at

    @property
    def age(self) -> timedelta:
        """How late it is: by its arrival, but an imported row arrives at its own instant."""
        return (self.at if self.event.imported else self.event.arrived_at) - self.occurred_at

    @property
    def is_evidence(self) -> bool:
        """Whether it may still keep or lift a promise."""
        return self.age <= self.bound

    def as_data(self, **rest: Any) -> dict[str, Any]:
        """What its entry says of it; replay reads ``imported`` from here."""
        data = {"age_seconds": int(self.age.total_seconds()), "is_evidence": self.is_evidence, **rest}
        return {**data, "imported": True} if self.event.imported else data

    def may_leave(self, workflow: Workflow) -> frozenset[str]:
        """The states from which this trigger could have been fired by this actor, with these inputs.

        Whether a guard would have passed then nobody knows any more.
        """
        fired = self.event.happening
        if not isinstance(fired, Fired):
            return frozenset()
        states: set[str] = set()
        party = self.event.actor.party
        for row in workflow.transitions:
            because: list[str] = []
            if row.trigger == fired.trigger and names(row.by, row.roles, party, self.event.right):
                validated(row.requires, fired.inputs, workflow, because)
                states.update(() if because else row.from_states)
        return frozenset(states)


def lateness(workflow: Workflow, lead: Lead, event: Input) -> Late | None:
    """None for an input that applies at the instant at which it happened.

    Late is what comes after something later was logged, or after a step of that very instant was carried
    out; it stands at the later of its arrival and the last instant logged.
    """
    if lead.as_of <= event.occurred_at and lead.step_at != event.occurred_at:
        return None
    return Late(event, max(event.arrived_at, lead.as_of), workflow.late_evidence)


def concerns(event: Input, clock: Clock) -> bool:
    """Whether ``decide`` needs to be given *clock*, which has ended, beside the open ones."""
    happening = event.happening
    if isinstance(happening, Lifted | Disputed | Upheld):
        return clock.target == happening.target and clock.is_broken
    if not isinstance(happening, Recorded | Fired):
        return False
    return clock.ended_at is not None and clock.ended_at > event.occurred_at


RESETS = ("engagement", "stage", "checks")


def note_reset(lead: Lead, what: frozenset[str], at: datetime) -> None:
    """Remembers when each of *what* was set back to nothing."""
    if what:
        lead.reset_at = at
    for each in what:
        lead.field_at[f"reset.{each}"] = at


def is_wiped(lead: Lead, what: str, occurred_at: datetime) -> bool:
    """Whether a reset of *what* has wiped since what happened at *occurred_at*."""
    known = {each: lead.field_at[key] for each in RESETS if (key := f"reset.{each}") in lead.field_at}
    # Of a lead that was stored before the kinds were told apart only the latest of any is known.
    wiped_at = known.get(what) if known else lead.reset_at
    return wiped_at is not None and wiped_at > occurred_at


def is_outdated(set_at: datetime | None, occurred_at: datetime) -> bool:
    """Whether what was set at *set_at* has been set since *occurred_at*."""
    return set_at is not None and set_at > occurred_at
