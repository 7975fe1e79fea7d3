"""What is in one person's hands: the leads that are theirs, and the people they manage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.leads import listing
from slaflow.engine.setup import people


@dataclass(frozen=True, slots=True)
class Charge:
    """``states`` counts the leads that are open, by the party that holds them and their state."""

    states: Mapping[tuple[str, str], int]
    manages: Sequence[str]

    @property
    def leads(self) -> int:
        return sum(self.states.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "leads": self.leads,
            "states": [
                {"held_by": party, "state": state, "leads": number}
                for (party, state), number in self.states.items()
            ],
            "manages": list(self.manages),
        }


def charge_of(app: Context, email: str, at: datetime | None) -> Charge:
    """What *email* has in hand as of *at* (None: now), settled in memory. Cost: reads their leads."""
    states = Counter(
        (lead["held_by"], lead["state"])
        for lead in listing.listed(app, listing.Wanted(owner=email), None, None, at)
        if lead["erased_at"] is None and not app.workflow(lead["digest"]).states[lead["state"]].final
    )
    manages = [person.email for person in people.listed(app, at) if person.manager == email]
    return Charge(dict(sorted(states.items(), key=lambda each: (-each[1], each[0]))), manages)
