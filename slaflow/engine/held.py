"""A lead that a transaction holds: as it stands, and what is to be written of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Decision, Draft, Message
from slaflow.lifecycle.life import Life
from slaflow.lifecycle.migration.move import Renamed
from slaflow.lifecycle.work import ClockKey
from slaflow.log.entry import GENESIS
from slaflow.workflow.model.lead import Value


@dataclass(slots=True)
class Held(Life):
    """A lead of a batch with what has been decided for it so far.

    ``head`` is the last hash of its stream, ``fields`` are the lead's as they were found; ``fallen`` are
    clocks of which only a step was carried out.
    """

    head: str = GENESIS
    fields: Mapping[str, Value] = field(default_factory=dict)
    changed: dict[ClockKey, Clock] = field(default_factory=dict)
    fallen: dict[ClockKey, Clock] = field(default_factory=dict)
    is_moved: bool = False
    entries: list[Draft] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    is_new: bool = False
    is_full: bool = False
    """Steps that come before its next input filled this transaction: its inputs wait for another."""

    def take(self, decision: Decision) -> None:
        """Makes what was decided the lead's present, to be written with the batch."""
        Life.take(self, decision)
        self.is_full = decision.more
        for clock in decision.changed:
            self.changed[clock.target, clock.number] = clock
            self.fallen.pop((clock.target, clock.number), None)
        for clock in decision.fallen:
            known = self.changed if (clock.target, clock.number) in self.changed else self.fallen
            known[clock.target, clock.number] = clock
        self.is_moved |= decision.is_moved
        self.entries += decision.entries
        self.messages += decision.messages
        self.renamed += decision.renamed
