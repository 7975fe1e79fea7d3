"""What was proved, or not, of an agreement: a claim, and the way into what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A history, step by step, that ends in what the claim excludes."""

    confirmed: bool
    """Whether it was played and ended there."""
    path: tuple[str, ...]
    """One line a step, in the order in which they happen."""
    scenario: str | None = None
    """A file for ``workflow test`` that passes and ends there; None where it is not confirmed."""

    def as_json(self) -> dict[str, Any]:
        """As ``workflow check`` writes it."""
        return {"confirmed": self.confirmed, "path": list(self.path), "scenario": self.scenario}


@dataclass(frozen=True, slots=True)
class Proof:
    """One claim about every history that people, leads, integrations and time can bring about."""

    claim: str
    holds: bool | None
    """None: there was too much to search."""
    configurations: int = 0
    """How many were looked at."""
    not_decided: tuple[str, ...] = ()
    """The expressions of the file that were free to pass or not."""
    counterexample: Counterexample | None = None

    def as_json(self) -> dict[str, Any]:
        """As ``workflow check`` writes it."""
        found = self.counterexample
        return {
            "claim": self.claim,
            "holds": self.holds,
            "configurations": self.configurations,
            "not_decided": list(self.not_decided),
            "counterexample": None if found is None else found.as_json(),
        }
