"""What a migration came to, or would come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slaflow.engine.ask import AlreadyThere, Outcome
from slaflow.engine.migration.terms import Terms
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.migration.move import WHATS, ClockMove


@dataclass(frozen=True, slots=True)
class LeadMove:
    """What becomes of one lead: its state before and after, and of its clocks those that change."""

    lead: int
    seq: int
    """The end of its log before."""
    left: str
    entered: str
    clocks: Sequence[ClockMove]

    @property
    def is_change(self) -> bool:
        return self.left != self.entered or bool(self.clocks)

    def as_json(self) -> dict[str, Any]:
        """``{"lead","state":{"from","to"},"clocks":[{"target","what","due_at":{"old","new"}}]}``."""
        clocks = [
            {"target": c.target, "what": c.what, "due_at": {"old": _text(c.old), "new": _text(c.new)}}
            for c in self.clocks
        ]
        return {"lead": self.lead, "state": {"from": self.left, "to": self.entered}, "clocks": clocks}


def _text(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


@dataclass(slots=True)
class MigrationReport:
    """Counts, and the leads that stay; the moves themselves are handed on one by one."""

    terms: Terms
    migrated: int = 0
    skipped: list[tuple[int, str]] = field(default_factory=list)
    clocks: Counter[str] = field(default_factory=Counter)

    def count(self, lead_id: int, outcome: Outcome) -> None:
        """Takes in what became of one lead."""
        if isinstance(outcome.error, AlreadyThere):
            return
        if outcome.error is not None:
            self.skipped.append((lead_id, str(outcome.error)))
            return
        self.migrated += 1
        self.clocks.update(move.what for move in outcome.moves)

    def as_json(self) -> dict[str, Any]:
        """``{"workflow","at","to","from","migrated","skipped":[{"lead","because"}],"clocks":{...}}``."""
        return {
            "workflow": self.terms.name,
            "at": instant_text(self.terms.at),
            "to": self.terms.to,
            "from": list(self.terms.finals),
            "migrated": self.migrated,
            "skipped": [{"lead": lead, "because": because} for lead, because in self.skipped],
            "clocks": {what: self.clocks[what] for what in WHATS},
        }
