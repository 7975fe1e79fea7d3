"""Other leads as a test says they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slaflow.lifecycle.dealing.loads import Asked, Reading


@dataclass
class KnownLoads:
    """How many open leads each has, how many each was dealt today, and who has leads of a company."""

    open: Mapping[str, int] = field(default_factory=dict)
    today: Mapping[str, int] = field(default_factory=dict)
    round: int = 1
    accounts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def reading(self, asked: Asked) -> Reading:
        return Reading(self.open, self.today, self.round)

    def owners(self, account: str, party: str, lead: int) -> Sequence[str]:
        return self.accounts.get(account, ())
