"""Conditions on one name each, joined by ``&&``, ``||``, ``!`` and ``?``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from slaflow.workflow.proof.values import NOT_SET, Values

FREE = "?"
"""What the names of those begin with that stand for a part that is not decided."""


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A condition on one name: true of ``yes``, false of ``no``, unknown of all else."""

    name: str
    yes: Values
    no: Values
    kept: tuple[Values, ...] = field(init=False, repr=False)
    """What is left of its name where it is true, false, not true, not false."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", (self.yes, self.no, ~self.yes, ~self.no))


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Parts joined: all of them (``and``), one (``or``), both alike (``same``), or a choice of three."""

    how: Literal["and", "or", "same", "choice"]
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Denied:
    part: Formula


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    value: bool


Formula = Atom | Joined | Denied | Constant


def is_set(name: str, domain: Values) -> Atom:
    """That *name* has a value, one that no expression reads included."""
    missing = Values(domain.has & ~domain.has, NOT_SET)  # type: ignore[operator]
    return Atom(name, ~missing, missing)
