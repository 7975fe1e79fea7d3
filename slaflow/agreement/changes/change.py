"""One difference between two agreements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Effect = Literal["stricter", "looser", "other"]


@dataclass(frozen=True, slots=True)
class Change:
    """``part`` and ``name`` say where it stands, ``what`` is the key.

    ``before`` and ``after`` are as the file writes them, None where it says nothing. ``concerns`` are the
    parties whose duties or rights it changes, ``effect`` is seen from who owes. ``wording``: read by people
    alone, so no lead is decided otherwise.
    """

    part: str
    name: str
    what: str
    before: Any
    after: Any
    sentence: str
    concerns: tuple[str, ...]
    effect: Effect = "other"
    wording: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part, "name": self.name, "what": self.what,
            "before": self.before, "after": self.after, "sentence": self.sentence,
            "for": list(self.concerns), "effect": self.effect, "wording": self.wording,
        }  # fmt: skip
