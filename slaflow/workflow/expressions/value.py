"""What a compiled expression is to those who evaluate it, and the guards made of such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Unknown:
    """What an expression gives when something it needs is not set: it means no."""

    missing: tuple[str, ...]
    reason: str = ""


class Expression(Protocol):
    """A compiled CEL expression (``expressions.py`` makes them)."""

    @property
    def text(self) -> str: ...

    @property
    def names(self) -> frozenset[str]:
        """Dotted variables it reads, like ``lead.employees`` or ``stage.reached.decision``."""

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Its value, or :class:`Unknown`; *values* holds what is set, by dotted name."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a guard and the words for a lead that does not meet it."""

    that: Expression
    otherwise: str | None = None
    place: int = field(default=0, compare=False, repr=False)
    """Of the condition of the file's list that it is, or is a part of; counted from 0."""


Guard = tuple[Clause, ...]
"""All clauses must be true; the empty guard always passes."""
