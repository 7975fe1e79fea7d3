"""The lifecycle: states, transitions, and what these and the steps of clocks do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from slaflow.workflow.expressions.value import Expression, Guard
from slaflow.workflow.model.lead import Field
from slaflow.workflow.model.parties import Grant


@dataclass(frozen=True, slots=True)
class State:
    name: str
    held_by: str | None
    """None only for final states that leave the lead with the party before."""
    initial: bool = False
    final: bool = False
    title: str | None = None
    rest: bool = False
    """Whether a lead may lie here although nobody owes anything for it."""


@dataclass(frozen=True, slots=True)
class Notify:
    to: tuple[str, ...]
    """``owner``, ``manager``, a party, a team or an address."""


@dataclass(frozen=True, slots=True)
class Assign:
    to: str
    """``next``, ``manager``, a team or an address; of an ``input`` or a ``field`` its name."""
    kind: Literal["name", "actor", "input", "field"] = "name"


@dataclass(frozen=True, slots=True)
class Fire:
    trigger: str
    inputs: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetFields:
    values: Mapping[str, Expression]
    """Field to expression; an expression ``null`` empties the field."""


Action = Notify | Assign | Fire | SetFields


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of ``transitions``; ``index`` is its place in the file."""

    index: int
    trigger: str
    from_states: tuple[str, ...]
    """``*`` is already spelt out as every state that is not final."""
    to: str | None
    """None: the lead stays where it is."""
    by: tuple[str, ...]
    guard: Guard = ()
    auto: bool = False
    requires: Mapping[str, Field] = field(default_factory=dict)
    sets: Mapping[str, Expression] = field(default_factory=dict)
    reset: frozenset[str] = frozenset()
    """Of ``engagement``, ``stage``, ``checks``."""
    actions: tuple[Action, ...] = ()
    """``assign`` and ``notify`` of the transition."""
    title: str | None = None
    override: tuple[Grant, ...] = ()
    """Who may take the row although its guard does not pass; nobody where it is empty."""
    click: bool = False
    """Whether messages to the lead's owner carry a link by which they do it."""
    names_owner: bool = field(init=False, repr=False, compare=False)
    """Whether it makes somebody the owner who has to be there, and of the party that holds the lead then."""

    def __post_init__(self) -> None:
        named = any(isinstance(each, Assign) and each.kind != "name" for each in self.actions)
        object.__setattr__(self, "names_owner", named)

    roles: Mapping[str, str] = field(default_factory=dict)
    """Of some of ``by`` the role that is asked for, by party."""
