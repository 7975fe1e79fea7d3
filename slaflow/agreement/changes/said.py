"""What is said of one key, and both agreements with the names of their things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slaflow.agreement.changes.change import Effect
from slaflow.agreement.words.naming import Naming
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Said:
    """A change without its place."""

    what: str
    before: Any
    after: Any
    sentence: str
    effect: Effect = "other"
    wording: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """The two that are compared; ``before`` and ``after`` name their things."""

    a: Workflow
    b: Workflow
    before: Naming
    after: Naming


def both(a: Workflow, b: Workflow) -> Pair:
    return Pair(a, b, Naming(a), Naming(b))
