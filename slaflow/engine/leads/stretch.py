"""The terms that a clock had before its lead moved to another version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.hours.calendar import Calendar
from slaflow.lifecycle.decision import instant_text
from slaflow.workflow.model.clocks import Target

Key = tuple[str, int]
"""A target and the number of its clock."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The terms that a clock had ``until`` its lead moved."""

    until: datetime
    key: Key
    digest: str
    calendar_name: str
    calendar: Calendar
    target: Target
    case: int

    def as_json(self) -> dict[str, Any]:
        """``{"until","target","digest","within","calendar","pause":{"when","at_most"}|null}``."""
        pause, within = self.target.pause, self.target.cases[self.case].allowance.text
        budget = None if pause is None or pause.at_most is None else pause.at_most.text
        return {
            "until": instant_text(self.until),
            "target": self.target.name,
            "digest": self.digest,
            "within": within,
            "calendar": self.calendar_name,
            "pause": None if pause is None else {"when": pause.when.text, "at_most": budget},
        }


Stretches = Mapping[Key, Sequence[Stretch]]
"""By what a clock is called now the terms that it had before, oldest first."""
